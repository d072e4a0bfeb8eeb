// SPDX-License-Identifier: Apache-2.0
#include "src/store/sqlite_connection.hpp"

#include <SQLiteCpp/Exception.h>

#include <chrono>

#include "src/base/log.hpp"

namespace outboard::store {
namespace {

constexpr int kBusyMs = 5000;  // another program (backup, sqlite3) may hold the lock that long
// Prepared ones kept per connection. All of ours, about 330 queries, have room.
constexpr std::size_t kStatements = 512;
constexpr auto kSlow = std::chrono::milliseconds(500);

class SqliteRow final : public Row {
public:
    SqliteRow(sqlite3_stmt* statement, std::string_view name)
        : statement_(statement), columns_(sqlite3_data_count(statement)), name_(name) {}

    bool is_null(int column) const override {
        return sqlite3_column_type(statement_, checked(column)) == SQLITE_NULL;
    }
    std::int64_t integer(int column) const override {
        return sqlite3_column_int64(statement_, checked(column));
    }
    double real(int column) const override {
        return sqlite3_column_double(statement_, checked(column));
    }
    std::string text(int column) const override {
        const auto* data = sqlite3_column_text(statement_, checked(column));
        if (data == nullptr) return {};
        return {
            reinterpret_cast<const char*>(data),
            static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))
        };
    }
    std::string bytes(int column) const override {
        const void* data = sqlite3_column_blob(statement_, checked(column));
        if (data == nullptr) return {};
        return {
            static_cast<const char*>(data),
            static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))
        };
    }

private:
    int checked(int column) const {
        if (column < 0 || column >= columns_)
            throw StoreError(std::string(name_) + " has no column " + std::to_string(column));
        return column;
    }

    sqlite3_stmt* statement_;
    int columns_;
    std::string_view name_;
};

}  // namespace

bool SqliteError::is_about_disk() const {
    switch (code()) {
        case SQLITE_FULL:
        case SQLITE_IOERR:
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_PERM:
        case SQLITE_NOMEM:
            return true;
        default:
            return false;
    }
}

bool SqliteError::needs_reopening() const {
    return code() == SQLITE_IOERR || code() == SQLITE_CANTOPEN || code() == SQLITE_READONLY ||
           is_damage();
}

bool SqliteError::is_damage() const {
    return code() == SQLITE_CORRUPT || code() == SQLITE_NOTADB || code() == SQLITE_FORMAT;
}

/// A statement, and which of its parameters is `$n`.
struct SqliteConnection::Prepared {
    ~Prepared() { sqlite3_finalize(statement); }
    std::string name, sql;
    sqlite3_stmt* statement = nullptr;
    std::vector<int> parameters;
    bool busy = false;
};

/// Marks a statement as running, and leaves it clean: no open cursor, no bound value.
class SqliteConnection::Use {
public:
    explicit Use(Prepared& statement) : statement_(statement) { statement_.busy = true; }
    ~Use() {
        sqlite3_reset(statement_.statement);
        sqlite3_clear_bindings(statement_.statement);
        statement_.busy = false;
    }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

private:
    Prepared& statement_;
};

SqliteConnection::SqliteConnection(const std::filesystem::path& file) {
    try {
        database_ = std::make_unique<SQLite::Database>(
            file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX, kBusyMs
        );
    } catch (const SQLite::Exception& error) {
        throw SqliteError(std::string("opening: ") + error.what(), error.getExtendedErrorCode());
    }
    sqlite3_extended_result_codes(handle(), 1);
}

SqliteConnection::~SqliteConnection() {
    prepared_.clear();  // statements before their connection
}

void SqliteConnection::configure(const Mode& mode) {
    // temp_store: sorts stay in memory, never in a file on a disk others share (THREATS 100).
    script(
        "PRAGMA foreign_keys = OFF; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;"
        "PRAGMA wal_autocheckpoint = 0; PRAGMA trusted_schema = OFF;"
        "PRAGMA cache_size = -" +
        std::to_string(mode.cache_kib) + ";" +
        (mode.synchronous_full ? "PRAGMA synchronous = FULL;" : "PRAGMA synchronous = NORMAL;")
    );
    std::string journal;
    run(Query{"sqlite.wal", "PRAGMA journal_mode = WAL"}, {}, [&](const Row& row) {
        journal = row.text(0);
        return true;
    });
    if (journal != "wal")
        throw SqliteError(
            "this file system does not allow a write-ahead log (a network mount?)", SQLITE_CANTOPEN
        );
    if (mode.read_only) script("PRAGMA query_only = ON;");
}

void SqliteConnection::fail(std::string_view doing) const {
    throw SqliteError(
        std::string(doing) + ": " + sqlite3_errmsg(handle()), sqlite3_extended_errcode(handle())
    );
}

SqliteConnection::Prepared& SqliteConnection::prepare(
    const Query& query, std::unique_ptr<Prepared>& own
) {
    const auto known = prepared_.find(query.name);
    if (known != prepared_.end() && known->second->sql == query.sql && !known->second->busy)
        return *known->second;

    own = std::make_unique<Prepared>();
    own->name = query.name;
    own->sql = query.sql;
    const bool keep = known == prepared_.end();
    const int status = sqlite3_prepare_v3(
        handle(),
        own->sql.data(),
        static_cast<int>(own->sql.size()),
        keep ? SQLITE_PREPARE_PERSISTENT : 0,
        &own->statement,
        nullptr
    );
    if (status != SQLITE_OK) fail(query.name);
    // By name: SQLite numbers `$n` by first appearance, PostgreSQL by n.
    const int count = sqlite3_bind_parameter_count(own->statement);
    for (int n = 1; n <= count; ++n) {
        const int index =
            sqlite3_bind_parameter_index(own->statement, ("$" + std::to_string(n)).c_str());
        if (index == 0)
            throw StoreError(own->name + ": parameters must be $1 to $" + std::to_string(count));
        own->parameters.push_back(index);
    }
    if (!keep) return *own;
    if (prepared_.size() >= kStatements)
        std::erase_if(prepared_, [](const auto& entry) { return !entry.second->busy; });
    Prepared& kept = *own;
    prepared_.emplace(kept.name, std::move(own));
    return kept;
}

void SqliteConnection::bind(
    Prepared& statement, const Query& query, const std::vector<Value>& parameters
) {
    if (parameters.size() != statement.parameters.size())
        throw StoreError(
            std::string(query.name) + " takes " + std::to_string(statement.parameters.size()) +
            " parameters, not " + std::to_string(parameters.size())
        );
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        sqlite3_stmt* to = statement.statement;
        const int index = statement.parameters[i];
        const int status = std::visit(
            [&](const auto& value) {
                using T = std::decay_t<decltype(value)>;
                if constexpr (std::is_same_v<T, std::nullptr_t>) {
                    return sqlite3_bind_null(to, index);
                } else if constexpr (std::is_same_v<T, std::int64_t>) {
                    return sqlite3_bind_int64(to, index, value);
                } else if constexpr (std::is_same_v<T, double>) {
                    return sqlite3_bind_double(to, index, value);
                } else if constexpr (std::is_same_v<T, std::string>) {
                    return sqlite3_bind_text64(
                        to, index, value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8
                    );
                } else {
                    return sqlite3_bind_blob64(
                        to, index, value.bytes.data(), value.bytes.size(), SQLITE_STATIC
                    );
                }
            },
            parameters[i]
        );
        if (status != SQLITE_OK) fail(query.name);
    }
}

void SqliteConnection::run(
    const Query& query,
    const std::vector<Value>& parameters,
    const std::function<bool(const Row&)>& use
) {
    std::unique_ptr<Prepared> own;  // when the kept one is running further up the stack
    Prepared& statement = prepare(query, own);
    const Use in_use(statement);
    bind(statement, query, parameters);
    const auto started = std::chrono::steady_clock::now();
    for (;;) {
        const int status = sqlite3_step(statement.statement);
        if (status == SQLITE_DONE) break;
        if (status != SQLITE_ROW) fail(query.name);
        if (!use(SqliteRow(statement.statement, query.name))) break;
    }
    const auto took = std::chrono::steady_clock::now() - started;
    if (took > kSlow)
        log::warn(
            "store.slow_query",
            {{"query", query.name},
             {"ms", std::chrono::duration_cast<std::chrono::milliseconds>(took)}}
        );
}

std::int64_t SqliteConnection::change(const Query& query, const std::vector<Value>& parameters) {
    const int before = sqlite3_total_changes(handle());
    run(query, parameters, [](const Row&) { return true; });
    // changes() keeps its value over statements that change nothing, such as DDL.
    return sqlite3_total_changes(handle()) == before ? 0 : sqlite3_changes64(handle());
}

void SqliteConnection::script(const std::string& sql) {
    if (sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail("script");
}

std::int64_t SqliteConnection::number(const Query& query) {
    std::int64_t value = 0;
    run(query, {}, [&](const Row& row) {
        value = row.integer(0);
        return false;
    });
    return value;
}

void SqliteConnection::roll_back() noexcept {
    if (in_transaction()) sqlite3_exec(handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

}  // namespace outboard::store
