// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>

#include "src/store/sqlite_connection.hpp"

namespace outboard::store {

/// Moves the write-ahead log into the database in a thread of its own (STACK.md section 4): PASSIVE
/// at most every half second while the log grows, and one TRUNCATE once writing has been quiet, so
/// that deleted text does not stay in the log (THREATS 101). Sleeps without any timer while nothing
/// is written. Threads: any.
class Checkpointer {
public:
    Checkpointer(std::filesystem::path file, SqliteConnection::Mode mode);
    ~Checkpointer();
    Checkpointer(const Checkpointer&) = delete;
    Checkpointer& operator=(const Checkpointer&) = delete;

    /// The writer committed something.
    void note_growth();
    /// Empties the log on the writer's own connection, between two transactions. Waits for readers
    /// at most a second; false when one of them holds its snapshot longer, or the disk refuses.
    bool truncate(SqliteConnection& writer);

private:
    void run();
    bool checkpoint(int kind);

    const std::filesystem::path file_;
    const SqliteConnection::Mode mode_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool grown_ = false, stopping_ = false;  // under mutex_
    // One checkpoint at a time: SQLite answers BUSY to a second one without waiting. Held across
    // the disk on purpose.
    std::mutex checkpointing_;
    std::unique_ptr<SqliteConnection> connection_;  // the thread's own
    bool failing_ = false;                          // the thread's own
    std::thread thread_;                            // last: starts when the rest is there
};

}  // namespace outboard::store
