// SPDX-License-Identifier: Apache-2.0
#include "src/store/sqlite.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <vector>

#include "src/base/log.hpp"
#include "src/store/ids.hpp"
#include "src/store/migrate.hpp"
#include "src/store/sqlite_checkpointer.hpp"
#include "src/store/sqlite_connection.hpp"
#include "src/store/sqlite_writer.hpp"

namespace outboard::store {
namespace {

constexpr Query kBeginRead{"read.begin", "BEGIN DEFERRED"};
constexpr Query kEndRead{"read.end", "COMMIT"};

class SnapshotReader final : public Reader {
public:
    SnapshotReader(SqliteConnection& connection, Instant now)
        : connection_(connection), now_(now) {}
    Instant now() const override { return now_; }
    std::size_t statements() const override { return statements_; }

protected:
    void run(
        const Query& query,
        const std::vector<Value>& parameters,
        const std::function<bool(const Row&)>& use
    ) override {
        ++statements_;
        connection_.run(query, parameters, use);
    }

private:
    SqliteConnection& connection_;
    const Instant now_;
    std::size_t statements_ = 0;
};

/// The readers this thread holds, so that a read inside a read shares its snapshot instead of
/// waiting for a second connection.
struct Held {
    const void* database;
    Reader* reader;
};
thread_local std::vector<Held> held_readers;

Reader* find_held(const void* database) {
    for (const Held& held : held_readers)
        if (held.database == database) return held.reader;
    return nullptr;
}

/// Connections opened when first needed, at most `most`; the last one returned goes out first, so
/// that few caches fill.
class ReaderPool {
public:
    ReaderPool(std::filesystem::path file, SqliteConnection::Mode mode, int most)
        : file_(std::move(file)), mode_(mode), most_(std::max(most, 1)) {}

    std::unique_ptr<SqliteConnection> take() {
        {
            std::unique_lock lock(mutex_);
            const auto is_there = [this] { return !idle_.empty() || open_ < most_; };
            if (!is_there()) {
                const Blocking blocking;
                returned_.wait(lock, is_there);
            }
            if (!idle_.empty()) {
                auto connection = std::move(idle_.back());
                idle_.pop_back();
                return connection;
            }
            ++open_;
        }
        try {
            auto connection = std::make_unique<SqliteConnection>(file_);
            connection->configure(mode_);
            return connection;
        } catch (...) {
            forget();
            throw;
        }
    }
    void give_back(std::unique_ptr<SqliteConnection> connection) {
        {
            std::lock_guard lock(mutex_);
            idle_.push_back(std::move(connection));
        }
        returned_.notify_one();
    }
    /// Instead of giving back one that is broken.
    void forget() {
        {
            std::lock_guard lock(mutex_);
            --open_;
        }
        returned_.notify_one();
    }
    int open() const {
        std::lock_guard lock(mutex_);
        return open_;
    }

private:
    const std::filesystem::path file_;
    const SqliteConnection::Mode mode_;
    const int most_;
    mutable std::mutex mutex_;
    std::condition_variable returned_;
    std::vector<std::unique_ptr<SqliteConnection>> idle_;  // under mutex_
    int open_ = 0;                                         // under mutex_
};

SqliteConnection::Mode mode_of(const SqliteSettings& settings, int cache_kib, bool read_only) {
    return {
        .cache_kib = cache_kib,
        .read_only = read_only,
        .synchronous_full = settings.synchronous_full
    };
}

class SqliteDatabase final : public Database {
public:
    SqliteDatabase(
        const SqliteSettings& settings,
        const Clock& clock,
        std::unique_ptr<SqliteConnection> connection
    )
        : file_(settings.file),
          clock_(clock),
          pool_(
              settings.file, mode_of(settings, settings.reader_cache_kib, true), settings.readers
          ),
          checkpointer_(settings.file, mode_of(settings, /*cache_kib=*/64, false)) {
        ids_.raise_to(GroupWriter::load_highest_id(*connection));
        writer_ = std::make_unique<GroupWriter>(
            GroupWriter::Settings{
                settings.file,
                mode_of(settings, settings.writer_cache_kib, false),
                settings.wal_bytes,
                settings.commits,
                settings.streams
            },
            std::move(connection),
            ids_,
            clock_,
            checkpointer_
        );
    }

    std::int64_t reserve_id() override { return ids_.next(clock_.now()); }

    Stats stats() const override {
        Stats stats;
        const auto size_of = [](const std::filesystem::path& file) -> std::int64_t {
            std::error_code none;
            const auto size = std::filesystem::file_size(file, none);
            return none ? 0 : static_cast<std::int64_t>(size);
        };
        stats.file_bytes = size_of(file_);
        stats.wal_bytes = size_of(file_.string() + "-wal");
        stats.write_queue = writer_->waiting();
        stats.readers_open = pool_.open();
        return stats;
    }

protected:
    void with_reader(const std::function<void(Reader&)>& use) override {
        if (Reader* outer = find_held(this)) return use(*outer);
        if (writer_->is_own_thread())
            throw StoreError("read() inside write() would not see its changes: use the Writer");
        auto connection = pool_.take();
        try {
            lend(*connection, use);
        } catch (const SqliteError& error) {
            connection->roll_back();
            if (error.needs_reopening() || connection->in_transaction()) {
                connection.reset();
                pool_.forget();
            } else {
                pool_.give_back(std::move(connection));
            }
            throw;
        } catch (...) {
            connection->roll_back();
            pool_.give_back(std::move(connection));
            throw;
        }
        pool_.give_back(std::move(connection));
    }

    Result<void> with_writer(const std::function<Result<void>(Writer&)>& use) override {
        if (find_held(this) != nullptr)
            throw StoreError("write() inside read() would wait while holding a snapshot");
        return writer_->write(use);
    }

private:
    void lend(SqliteConnection& connection, const std::function<void(Reader&)>& use) {
        SnapshotReader reader(connection, clock_.now());
        connection.change(kBeginRead, {});
        held_readers.push_back({this, &reader});
        struct Release {
            ~Release() { held_readers.pop_back(); }
        };
        {
            const Release release;
            use(reader);
        }
        connection.change(kEndRead, {});
    }

    const std::filesystem::path file_;
    const Clock& clock_;
    IdCounter ids_;
    ReaderPool pool_;
    Checkpointer checkpointer_;
    std::unique_ptr<GroupWriter> writer_;  // last: its thread uses what stands above
};

Error refusal(const std::filesystem::path& file, const std::string& what, std::string detail = {}) {
    return {Code::Unavailable, file.string() + ": " + what, std::move(detail)};
}

/// Makes an empty file that only its owner can read, or checks the one that is there. SQLite gives
/// its -wal and -shm the same mode.
Result<void> prepare_file(const std::filesystem::path& file) {
    struct stat about{};
    if (::stat(file.c_str(), &about) == 0) {
        if (!S_ISREG(about.st_mode)) return refusal(file, "is not a file");
        if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
            return refusal(
                file,
                "can be read by other users of this machine. Run `chmod 600 " + file.string() +
                    "`, and think about who may have a copy"
            );
        if (::access(file.c_str(), R_OK | W_OK) != 0)
            return refusal(
                file, std::string("cannot be read and written: ") + std::strerror(errno)
            );
        return {};
    }
    if (errno != ENOENT)
        return refusal(file, std::string("cannot be looked at: ") + std::strerror(errno));
    const int made = ::open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (made < 0) return refusal(file, std::string("cannot be made: ") + std::strerror(errno));
    ::close(made);
    return {};
}

Error damage(const std::filesystem::path& file, const SqliteError& error) {
    if (error.code() == SQLITE_NOTADB)
        return refusal(
            file,
            "is no SQLite database, or its first page is damaged. Move it away and put the last "
            "backup in its place",
            error.what()
        );
    return refusal(
        file,
        "is damaged. Keep a copy of it with its -wal file, then put the last backup in its place; "
        "`sqlite3 " +
            file.filename().string() + " .recover` may save what came after it",
        error.what()
    );
}

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(const SqliteSettings& settings, const Clock& clock) {
    OB_CHECK(prepare_file(settings.file));
    try {
        auto connection = std::make_unique<SqliteConnection>(settings.file);
        // Reads the first pages before anything is changed: another program's file stays as it is.
        if (auto known = check_sqlite(*connection); !known)
            return refusal(settings.file, known.error().shown, known.error().detail);
        connection->configure(mode_of(settings, settings.writer_cache_kib, false));
        OB_CHECK(migrate_sqlite(*connection, load_migrations(Engine::Sqlite), clock.now()));
        return std::make_unique<SqliteDatabase>(settings, clock, std::move(connection));
    } catch (const SqliteError& error) {
        if (error.is_damage()) return damage(settings.file, error);
        return refusal(settings.file, "cannot be opened: " + std::string(error.what()));
    }
}

}  // namespace outboard::store
