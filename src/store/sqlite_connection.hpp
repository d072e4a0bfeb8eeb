// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <SQLiteCpp/Database.h>
#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "src/store/database.hpp"

namespace outboard::store {

/// What SQLite said. The message names the query and never a value.
struct SqliteError : StoreError {
    SqliteError(const std::string& what, int extended)
        : StoreError(what), extended_code(extended) {}
    int extended_code;
    int code() const { return extended_code & 0xff; }
    /// The disk is full, read-only or failing, or another program holds the lock: the caller may
    /// come again.
    bool is_about_disk() const;
    /// The connection's own state cannot be trusted any more: reopen it, re-read, never assume.
    bool needs_reopening() const;
    bool is_damage() const;  // no database, or a damaged one
};

/// One SQLite connection with its prepared statements. Threads: one at a time.
class SqliteConnection {
public:
    /// Opens an existing file and changes nothing in it.
    explicit SqliteConnection(const std::filesystem::path& file);
    ~SqliteConnection();
    SqliteConnection(const SqliteConnection&) = delete;
    SqliteConnection& operator=(const SqliteConnection&) = delete;

    struct Mode {
        int cache_kib = 2048;
        bool read_only = false;
        bool synchronous_full = true;
    };
    /// WAL and the settings every connection has. Only for files known to be ours.
    void configure(const Mode& mode);

    /// Rows until `use` returns false. A query may run inside its own callback.
    void run(
        const Query& query,
        const std::vector<Value>& parameters,
        const std::function<bool(const Row&)>& use
    );
    std::int64_t change(const Query& query, const std::vector<Value>& parameters);
    /// A fixed script of ours, without parameters.
    void script(const std::string& sql);
    std::int64_t number(const Query& query);

    bool in_transaction() const { return sqlite3_get_autocommit(handle()) == 0; }
    void roll_back() noexcept;  // does nothing outside of a transaction
    sqlite3* handle() const { return database_->getHandle(); }

private:
    struct Prepared;
    class Use;
    Prepared& prepare(const Query& query, std::unique_ptr<Prepared>& own);
    void bind(Prepared& statement, const Query& query, const std::vector<Value>& parameters);
    [[noreturn]] void fail(std::string_view doing) const;

    std::unique_ptr<SQLite::Database> database_;
    std::unordered_map<std::string_view, std::unique_ptr<Prepared>> prepared_;  // by name
};

}  // namespace outboard::store
