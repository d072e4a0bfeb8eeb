// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "federation/base/result.hpp"
#include "federation/base/time.hpp"

namespace outboard::store {

class SqliteConnection;

/// A file of schemas/sql, in the binary since the build.
struct EmbeddedSql {
    std::string_view file, text;
};
extern const EmbeddedSql kEmbeddedSql[];
extern const std::size_t kEmbeddedSqlCount;

enum class Engine { Sqlite, Postgres };

/// One change of the schema: `0042_agreements.sql`, or `.sqlite.sql` and `.postgres.sql` where they
/// must differ.
struct Migration {
    int number = 0;
    std::string name;        // agreements
    std::string min_binary;  // the oldest release that runs on what this makes: `-- min_binary
                             // 0.1.0` in the file
    std::string sql;         // with the engine's words
};

/// Those of an engine, in order. Throws StoreError for a misnamed file, a gap or a missing
/// min_binary: mistakes of ours.
std::vector<Migration> load_migrations(
    Engine engine, const EmbeddedSql* files = kEmbeddedSql, std::size_t count = kEmbeddedSqlCount
);

/// The seven words of DESIGN.md 3.4 replaced: {id} {bytes} {bool} {instant} {json} {text_c}
/// {clustered}.
std::string in_words_of(Engine engine, std::string_view sql);

/// Of this program, `0.1.0`.
std::string_view binary_version();
/// -1, 0 or 1, part by part as numbers.
int compare_versions(std::string_view a, std::string_view b);

/// 'Outb': the application_id in the header of our SQLite files.
inline constexpr std::int64_t kApplicationId = 0x4F757462;

/// Whether this is a database of ours that `binary` may use, or an empty one; changes nothing.
/// Refuses (Unavailable) a schema whose min_binary is newer than `binary`, and another program's
/// database. The number of the last migration made.
Result<int> check_sqlite(SqliteConnection& connection, std::string_view binary = binary_version());
/// Applies what is missing, each change in a transaction with its row in `migrations`; one that
/// fails leaves nothing behind. Refuses what check_sqlite refuses. Throws SqliteError for a broken
/// disk.
Result<void> migrate_sqlite(
    SqliteConnection& connection,
    const std::vector<Migration>& migrations,
    Instant now,
    std::string_view binary = binary_version()
);

}  // namespace outboard::store
