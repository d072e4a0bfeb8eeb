// SPDX-License-Identifier: Apache-2.0
#include "src/store/sqlite_checkpointer.hpp"

#include "src/base/log.hpp"

namespace outboard::store {
namespace {

using namespace std::chrono_literals;

constexpr auto kBetween = 500ms;
constexpr auto kQuiet = 10s;  // without a write, before the log is emptied
constexpr int kTruncateWaitMs = 300;
constexpr int kUsualWaitMs = 5000;  // as SqliteConnection opens with

}  // namespace

Checkpointer::Checkpointer(std::filesystem::path file, SqliteConnection::Mode mode)
    : file_(std::move(file)), mode_(mode), thread_([this] { run(); }) {}

Checkpointer::~Checkpointer() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void Checkpointer::note_growth() {
    {
        std::lock_guard lock(mutex_);
        if (grown_) return;
        grown_ = true;
    }
    changed_.notify_all();
}

bool Checkpointer::truncate(SqliteConnection& writer) {
    std::lock_guard one(checkpointing_);
    sqlite3_busy_timeout(writer.handle(), kTruncateWaitMs);
    const int status = sqlite3_wal_checkpoint_v2(
        writer.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr
    );
    sqlite3_busy_timeout(writer.handle(), kUsualWaitMs);
    return status == SQLITE_OK;
}

void Checkpointer::run() {
    bool left_over = false;  // the log has bytes that are in the database already
    std::unique_lock lock(mutex_);
    const auto is_called = [this] { return grown_ || stopping_; };
    while (!stopping_) {
        if (!grown_) {
            if (!left_over) {
                changed_.wait(lock, is_called);
            } else if (!changed_.wait_for(lock, kQuiet, is_called)) {
                lock.unlock();
                left_over = !checkpoint(SQLITE_CHECKPOINT_TRUNCATE);
                lock.lock();
            }
            continue;
        }
        if (changed_.wait_for(lock, kBetween, [this] { return stopping_; })) break;
        grown_ = false;
        lock.unlock();
        const bool whole = checkpoint(SQLITE_CHECKPOINT_PASSIVE);
        lock.lock();
        left_over = true;
        if (!whole) grown_ = true;  // a reader or the disk held it up: again in half a second
    }
}

/// True when the whole log is in the database.
bool Checkpointer::checkpoint(int kind) {
    std::lock_guard one(checkpointing_);
    try {
        if (!connection_) {
            connection_ = std::make_unique<SqliteConnection>(file_);
            connection_->configure(mode_);
            // A connection that has read nothing has not opened the log.
            connection_->number(Query{"checkpoint.open", "SELECT count(*) FROM sqlite_schema"});
            sqlite3_busy_timeout(connection_->handle(), 0);
        }
        int frames = 0;
        int moved = 0;
        const int status =
            sqlite3_wal_checkpoint_v2(connection_->handle(), nullptr, kind, &frames, &moved);
        if (status == SQLITE_OK) {
            if (failing_) log::info("store.checkpoint_recovered");
            failing_ = false;
            return frames == moved;
        }
        if ((status & 0xff) == SQLITE_BUSY) return false;
        throw SqliteError(
            sqlite3_errmsg(connection_->handle()), sqlite3_extended_errcode(connection_->handle())
        );
    } catch (const SqliteError& error) {
        if (!failing_)
            log::error(
                "store.checkpoint_failed",
                {{"problem", error.what()}, {"code", error.extended_code}}
            );
        failing_ = true;
        connection_.reset();
        return false;
    }
}

}  // namespace outboard::store
