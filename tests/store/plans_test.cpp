// SPDX-License-Identifier: Apache-2.0
#include <sqlite3.h>

#include <memory>
#include <set>

#include "tests/store/fixture.hpp"

using namespace outboard;
using namespace outboard::store;
using outboard::tests::TempStore;

namespace {

std::vector<std::string> plan_of(sqlite3* db, const Query& query) {
    const auto sql = "EXPLAIN QUERY PLAN " + std::string(query.sql);
    sqlite3_stmt* statement = nullptr;
    REQUIRE(sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK);
    std::vector<std::string> lines;
    while (sqlite3_step(statement) == SQLITE_ROW) {
        lines.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statement, 3)));
    }
    sqlite3_finalize(statement);
    return lines;
}

/// The lists of parameters, the steps of a walk along a thread, and results of at most a page.
bool is_small(const std::string& line) {
    for (const auto* name :
         {"json_each", "up", "down", "newest", "recent", "by_name", "by_display", "(subquery"}) {
        if (line.starts_with("SCAN " + std::string(name))) return true;
    }
    return line == "SCAN CONSTANT ROW";
}

}  // namespace

TEST_CASE("no query over accounts, statuses and follows walks a whole table") {
    TempStore fresh;
    fresh.close();
    sqlite3* raw = nullptr;
    REQUIRE(
        sqlite3_open_v2(fresh.file().c_str(), &raw, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK
    );
    const std::unique_ptr<sqlite3, int (*)(sqlite3*)> db(raw, sqlite3_close);

    // People with a login here are few, and counts of the node's own are asked for by its
    // statistics alone.
    const std::map<std::string_view, std::string> allowed = {
        {"account.search_local", "SCAN u"},
        {"account.count_local", "SCAN u"},
        {"account.list_local", "SCAN accounts USING INDEX accounts_local"},
        {"status.count_local", "SCAN statuses USING INDEX statuses_local"},
        {"idempotency.drop_old", "SCAN idempotency"},
        {"follow.list_inboxes", "SCAN next"},  // what it found so far
    };
    const std::set<std::string_view> areas = {
        "account",
        "user",
        "status",
        "tag",
        "media",
        "home",
        "favourite",
        "bookmark",
        "idempotency",
        "follow",
        "block",
        "mute",
        "thread_mute",
        "domain_block",
        "account_note",
        "conversation",
        "poll",
        "marker",
        "notification"
    };
    std::size_t checked = 0;
    for (const auto& query : all_queries()) {
        if (!areas.contains(query.name.substr(0, query.name.find('.')))) continue;
        ++checked;
        const auto exception = allowed.find(query.name);
        for (const auto& line : plan_of(db.get(), query)) {
            const bool fine = !line.starts_with("SCAN ") || is_small(line) ||
                              (exception != allowed.end() && line.starts_with(exception->second));
            CHECK_MESSAGE(fine, query.name << ": " << line);
        }
    }
    CHECK(checked > 100);
}

TEST_CASE("windows of lists come in the order of an index, without sorting") {
    TempStore fresh;
    fresh.close();
    sqlite3* raw = nullptr;
    REQUIRE(
        sqlite3_open_v2(fresh.file().c_str(), &raw, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK
    );
    const std::unique_ptr<sqlite3, int (*)(sqlite3*)> db(raw, sqlite3_close);
    std::size_t checked = 0;
    for (const auto& query : all_queries()) {
        if (!query.name.ends_with(".up")) continue;
        const auto down = query.name.substr(0, query.name.size() - 3);
        for (const auto& other : all_queries()) {
            if (other.name != query.name && other.name != down) continue;
            ++checked;
            for (const auto& line : plan_of(db.get(), other)) {
                CHECK_MESSAGE(
                    line.find("TEMP B-TREE") == std::string::npos, other.name << ": " << line
                );
            }
        }
    }
    CHECK(checked >= 26);
}

TEST_CASE("whether one follows an author is one look, also where most accounts follow few") {
    TempStore fresh;
    fresh.close();
    sqlite3* raw = nullptr;
    REQUIRE(
        sqlite3_open_v2(fresh.file().c_str(), &raw, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK
    );
    const std::unique_ptr<sqlite3, int (*)(sqlite3*)> db(raw, sqlite3_close);
    // What ANALYZE finds where thousands elsewhere follow one account here: two follows each.
    const auto* statistics = R"sql(
        ANALYZE;
        INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
            ('follows', 'follows_account', '6200 2 2 1'),
            ('follows', 'follows_target', '6200 31 31 1'),
            ('follows', 'sqlite_autoindex_follows_1', '6200 2 1');
        ANALYZE sqlite_schema)sql";
    REQUIRE(sqlite3_exec(raw, statistics, nullptr, nullptr, nullptr) == SQLITE_OK);
    bool looked = false;
    for (const auto& query : all_queries()) {
        if (query.name != "status.sight") continue;
        for (const auto& line : plan_of(raw, query)) {
            CAPTURE(line);
            CHECK(line.find("follows_account") == std::string::npos);
            looked = looked || line.find("(account=? AND target=?)") != std::string::npos;
        }
    }
    CHECK(looked);
}
