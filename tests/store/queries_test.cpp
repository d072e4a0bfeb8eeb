// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cctype>
#include <set>
#include <string>

#include "src/store/migrate.hpp"
#include "src/store/sqlite_connection.hpp"
#include "tests/store/support.hpp"

using namespace outboard;
using namespace outboard::store;

namespace {

/// Upper case, comments gone, white space single, so that rules match however a query is laid out.
std::string plain(std::string_view sql) {
    std::string text;
    for (std::size_t i = 0; i < sql.size(); ++i) {
        if (sql.substr(i, 2) == "--") {
            while (i < sql.size() && sql[i] != '\n') ++i;
        }
        if (i >= sql.size()) break;
        const auto c = static_cast<unsigned char>(sql[i]);
        if (std::isspace(c)) {
            if (!text.empty() && text.back() != ' ') text += ' ';
        } else {
            text += static_cast<char>(std::toupper(c));
        }
    }
    return text;
}

struct Rule {
    std::string_view part, why;
};
// Never, in any text.
constexpr Rule kNever[] = {
    {"SELECT *", "columns are named"},
    {" OFFSET ", "pages go by id"},
    {"INSERT OR ", "ON CONFLICT is common to both"},
    {"AUTOINCREMENT", "ids come from the counter"},
    {"DATETIME(", "instants are milliseconds"},
    {"STRFTIME(", "instants are milliseconds"},
    {"?", "parameters are $n"},
};
// Only where PostgreSQL has a text of its own beside it.
constexpr Rule kOnlyBesidePostgres[] = {
    {"JSON_EACH", "SQLite's"},
    {"JSON_EXTRACT", "SQLite's"},
    {"IFNULL(", "COALESCE is common to both"},
    {"ROWID", "SQLite's"},
    {"PRAGMA", "SQLite's"},
    {"SQLITE_", "SQLite's"},
    {" MATCH ", "SQLite's"},
    {" GLOB ", "SQLite's"},
    {"INDEXED BY", "SQLite's"},
    {" COLLATE ", "names of collations differ"},
    {"\"", "SQLite takes it for a string, PostgreSQL for a name"},
};

}  // namespace

TEST_CASE("every query is prepared by SQLite on a freshly migrated database") {
    tests::TempStore fresh;
    fresh.close();
    SqliteConnection connection(fresh.file());
    REQUIRE(all_queries().size() > 50);
    for (const Query& query : all_queries()) {
        sqlite3_stmt* statement = nullptr;
        const int status = sqlite3_prepare_v2(
            connection.handle(),
            query.sql.data(),
            static_cast<int>(query.sql.size()),
            &statement,
            nullptr
        );
        const std::string problem = status == SQLITE_OK ? "" : sqlite3_errmsg(connection.handle());
        CHECK_MESSAGE(status == SQLITE_OK, query.name << ": " << problem);
        for (int n = 1; status == SQLITE_OK && n <= sqlite3_bind_parameter_count(statement); ++n)
            CHECK_MESSAGE(
                sqlite3_bind_parameter_index(statement, ("$" + std::to_string(n)).c_str()) != 0,
                query.name << " leaves out $" << n
            );
        sqlite3_finalize(statement);
    }
}

TEST_CASE("queries have names of their own, of the form thing.verb") {
    std::set<std::string_view> names;
    for (const Query& query : all_queries()) {
        CHECK_MESSAGE(names.insert(query.name).second, query.name << " is there twice");
        CHECK_MESSAGE(query.name.find('.') != std::string_view::npos, query.name);
    }
}

TEST_CASE("queries keep to the dialect that SQLite and PostgreSQL share") {
    for (const Query& query : all_queries()) {
        const std::string common = plain(query.sql);
        for (const Rule& rule : kNever)
            CHECK_MESSAGE(
                common.find(rule.part) == std::string::npos,
                query.name << " has " << rule.part << ": " << rule.why
            );
        for (const Rule& rule : kOnlyBesidePostgres) {
            if (query.postgres.empty())
                CHECK_MESSAGE(
                    common.find(rule.part) == std::string::npos,
                    query.name << " has " << rule.part << " and no PostgreSQL text: " << rule.why
                );
            else if (rule.part != "\"")
                CHECK_MESSAGE(
                    plain(query.postgres).find(rule.part) == std::string::npos,
                    query.name << "'s PostgreSQL text has " << rule.part
                );
        }
    }
}

TEST_CASE("no query of a queue or a lease walks a whole table") {
    tests::TempStore fresh;
    fresh.close();
    SqliteConnection connection(fresh.file());
    // Those that run with every request, activity or delivery.
    const std::set<std::string_view> hot = {
        "inbox.list_due",
        "inbox.lease",
        "inbox.next_due",
        "inbox.add",
        "inbox.list_old_bytes",
        "inbox.list_about",
        "inbox.drop_ids",
        "outbox.list_fanning",
        "outbox.list_saying",
        "outbox.list_public",
        "outbox.find_by_uri",
        "delivery.lease",
        "delivery.next_due",
        "delivery.next_expiry",
        "delivery.list_hosts",
        "delivery.count_dead",
        "delivery.drop_done",
        "job.lease",
        "job.next_due",
        "key.find",
        "key.load_of",
        "document.find",
        "document.drop_unused",
        "document.check",
        "tombstone.find",
        "tombstone.drop_older",
        "token.find",
        "token.revoke",
        "token.revoke_all",
        "token.keep_newest_of_app",
        "token.drop_revoked",
        "oauth_app.find",
        "oauth_app.find_by_client_id",
        "oauth_code.find",
        "oauth_code.remove_all",
        "oauth_code.drop_expired",
        "session.find",
        "session.remove_all",
        "session.keep_newest",
        "session.drop_expired",
        "setting.find",
        "host.find"
    };
    std::size_t seen = 0;
    for (const Query& query : all_queries()) {
        if (!hot.contains(query.name)) continue;
        ++seen;
        const std::string explain = "EXPLAIN QUERY PLAN " + std::string(query.sql);
        sqlite3_stmt* statement = nullptr;
        REQUIRE(
            sqlite3_prepare_v2(connection.handle(), explain.c_str(), -1, &statement, nullptr) ==
            SQLITE_OK
        );
        while (sqlite3_step(statement) == SQLITE_ROW) {
            const std::string line =
                reinterpret_cast<const char*>(sqlite3_column_text(statement, 3));
            const bool scans_table =
                line.starts_with("SCAN ") && line.find("USING") == std::string::npos &&
                line != "SCAN names" && line != "SCAN facts" && line != "SCAN d" &&
                line != "SCAN due" && line.find("SUBQUERY") == std::string::npos &&
                line.find("CONSTANT") == std::string::npos;
            CHECK_MESSAGE(!scans_table, query.name << ": " << line);
        }
        sqlite3_finalize(statement);
    }
    CHECK(seen == hot.size());
}
