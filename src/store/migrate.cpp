// SPDX-License-Identifier: Apache-2.0
#include "src/store/migrate.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "federation/base/text.hpp"
#include "src/base/log.hpp"
#include "src/store/sqlite_connection.hpp"

namespace outboard::store {
namespace {

struct Word {
    std::string_view word, sqlite, postgres;
};
constexpr std::array<Word, 7> kWords{{
    {"{id}", "INTEGER", "BIGINT"},
    {"{bytes}", "BLOB", "BYTEA"},
    {"{bool}", "INTEGER", "BOOLEAN"},
    {"{instant}", "INTEGER", "BIGINT"},
    {"{json}", "TEXT", "TEXT"},
    {"{text_c}", "TEXT", "TEXT COLLATE \"C\""},
    {"{clustered}", "WITHOUT ROWID", ""},
}};

// The table that says which changes were made. On SQLite; PostgreSQL has its own beside its
// connection.
constexpr Query kHasTable{
    "migrations.table", "SELECT count(*) FROM sqlite_schema WHERE name = 'migrations'"
};
constexpr Query kTables{"migrations.tables", "SELECT count(*) FROM sqlite_schema"};
constexpr Query kApplication{"migrations.application", "PRAGMA application_id"};
constexpr Query kApplied{
    "migrations.applied", "SELECT number, min_binary FROM migrations ORDER BY number"
};
constexpr Query kRecord{
    "migrations.record",
    "INSERT INTO migrations (number, name, applied_at, min_binary) VALUES ($1, $2, $3, $4)"
};
constexpr const char* kCreateTable = R"sql(
    CREATE TABLE IF NOT EXISTS migrations (
        number INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        applied_at INTEGER NOT NULL,
        min_binary TEXT NOT NULL
    ))sql";

std::string read_min_binary(const EmbeddedSql& file) {
    constexpr std::string_view kMark = "-- min_binary ";
    for (std::string_view line : split(file.text, '\n')) {
        if (line.starts_with(kMark)) return std::string(trim(line.substr(kMark.size())));
        if (!line.starts_with("--")) break;
    }
    throw StoreError(std::string(file.file) + " opens without its line `-- min_binary X.Y.Z`");
}

struct FileName {
    int number = 0;
    std::string name;
    std::string engine;  // "", sqlite, postgres
};

FileName read_file_name(std::string_view file) {
    const auto refuse = [&] {
        return StoreError(std::string(file) + " is no migration's name (0042_words.sql)");
    };
    const auto parts = split(file, '.');
    const bool has_engine = parts.size() == 3;
    if (parts.size() != 2 && !has_engine) throw refuse();
    std::int64_t number = 0;
    if (parts[0].size() < 6 || parts[0][4] != '_' || !parse_decimal(parts[0].substr(0, 4), number))
        throw refuse();
    FileName read{static_cast<int>(number), std::string(parts[0].substr(5)), {}};
    if (has_engine) read.engine = parts[1];
    if (has_engine && read.engine != "sqlite" && read.engine != "postgres") throw refuse();
    return read;
}

void apply(SqliteConnection& connection, const Migration& migration, Instant now) {
    connection.script("BEGIN IMMEDIATE");
    try {
        connection.script(kCreateTable);
        connection.script("PRAGMA application_id = " + std::to_string(kApplicationId));
        connection.script(migration.sql);
        connection.change(
            kRecord,
            {std::int64_t{migration.number}, migration.name, to_ms(now), migration.min_binary}
        );
        connection.script("COMMIT");
    } catch (...) {
        connection.roll_back();
        throw;
    }
}

}  // namespace

std::string in_words_of(Engine engine, std::string_view sql) {
    std::string text(sql);
    for (const Word& word : kWords) {
        const std::string_view with = engine == Engine::Sqlite ? word.sqlite : word.postgres;
        for (std::size_t at = text.find(word.word); at != std::string::npos;
             at = text.find(word.word, at + with.size()))
            text.replace(at, word.word.size(), with);
    }
    return text;
}

std::vector<Migration> load_migrations(Engine engine, const EmbeddedSql* files, std::size_t count) {
    const std::string_view ours = engine == Engine::Sqlite ? "sqlite" : "postgres";
    std::map<int, Migration> found;
    for (std::size_t i = 0; i < count; ++i) {
        FileName named = read_file_name(files[i].file);
        if (!named.engine.empty() && named.engine != ours) continue;
        Migration migration{
            named.number,
            std::move(named.name),
            read_min_binary(files[i]),
            in_words_of(engine, files[i].text)
        };
        if (!found.emplace(migration.number, migration).second)
            throw StoreError(std::string(files[i].file) + " has the number of another migration");
    }
    std::vector<Migration> ordered;
    for (auto& [number, migration] : found) {
        if (number != static_cast<int>(ordered.size()) + 1)
            throw StoreError("there is no migration before number " + std::to_string(number));
        ordered.push_back(std::move(migration));
    }
    return ordered;
}

std::string_view binary_version() { return OUTBOARD_VERSION; }

int compare_versions(std::string_view a, std::string_view b) {
    const auto left = split(a, '.');
    const auto right = split(b, '.');
    for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
        std::int64_t x = 0;
        std::int64_t y = 0;
        if (i < left.size()) parse_decimal(left[i], x);
        if (i < right.size()) parse_decimal(right[i], y);
        if (x != y) return x < y ? -1 : 1;
    }
    return 0;
}

Result<int> check_sqlite(SqliteConnection& connection, std::string_view binary) {
    const std::int64_t application = connection.number(kApplication);
    const bool empty = connection.number(kTables) == 0;
    if (application != kApplicationId && !(application == 0 && empty))
        return fail(
            Code::Unavailable,
            "this SQLite file belongs to another program, not to Outboard: name another data "
            "folder",
            "application_id " + std::to_string(application)
        );
    if (connection.number(kHasTable) == 0) return 0;
    int last = 0;
    std::string newest;
    connection.run(kApplied, {}, [&](const Row& row) {
        last = static_cast<int>(row.integer(0));
        std::string needs = row.text(1);
        if (newest.empty() || compare_versions(newest, needs) < 0) newest = std::move(needs);
        return true;
    });
    if (!newest.empty() && compare_versions(binary, newest) < 0)
        return fail(
            Code::Unavailable,
            "this database was made by a newer Outboard: it needs version " + newest +
                " or later, and this is " + std::string(binary) +
                ". Install that version, or restore a backup made before the upgrade"
        );
    return last;
}

Result<void> migrate_sqlite(
    SqliteConnection& connection,
    const std::vector<Migration>& migrations,
    Instant now,
    std::string_view binary
) {
    OB_TRY(const int applied, check_sqlite(connection, binary));
    for (const Migration& migration : migrations) {
        if (migration.number <= applied) continue;
        try {
            apply(connection, migration, now);
        } catch (const SqliteError& error) {
            if (error.is_about_disk() || error.is_damage()) throw;
            return fail(
                Code::Internal,
                "the database could not be brought to this version: step " +
                    std::to_string(migration.number) + " (" + migration.name +
                    ") failed and was undone",
                error.what()
            );
        }
        log::info("store.migrated", {{"number", migration.number}, {"name", migration.name}});
    }
    return {};
}

}  // namespace outboard::store
