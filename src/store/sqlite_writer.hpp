// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "federation/ports.hpp"
#include "src/base/workers.hpp"
#include "src/store/ids.hpp"
#include "src/store/sqlite_checkpointer.hpp"
#include "src/store/sqlite_connection.hpp"

namespace outboard::store {

/// The one thread that writes. It commits groups: one transaction, each member in a savepoint,
/// closed at limits::kWriteGroup or when nobody waits; then all are told. When the commit fails all
/// members fail, the process lives, and after an I/O fault the connection is opened anew. Threads:
/// any may call `write`, but not from inside of one.
class GroupWriter {
public:
    struct Settings {
        std::filesystem::path file;
        SqliteConnection::Mode mode;
        std::size_t wal_bytes = 0;
        std::atomic<std::uint64_t>* commits = nullptr;  // raised after each; may be absent
        Wake* streams = nullptr;  // notified after a commit with stream events; may be absent
    };
    GroupWriter(
        Settings settings,
        std::unique_ptr<SqliteConnection> connection,
        IdCounter& ids,
        const Clock& clock,
        Checkpointer& checkpointer
    );
    /// Does what still waits.
    ~GroupWriter();
    GroupWriter(const GroupWriter&) = delete;
    GroupWriter& operator=(const GroupWriter&) = delete;

    /// Returns when `work` is durable or undone; an exception of its own comes back to this caller.
    Result<void> write(const std::function<Result<void>(Writer&)>& work);
    bool is_own_thread() const { return std::this_thread::get_id() == thread_.get_id(); }
    std::size_t waiting() const;

    /// Reads what ids were issued before this start.
    static std::int64_t load_highest_id(SqliteConnection& connection);

private:
    struct Task;
    class Transaction;

    void run();
    Task* take();
    void write_group();
    bool open_group(std::vector<Task*>& group);
    void run_member(Task& task);
    void close_group(const std::vector<Task*>& group);
    void store_highest_id();
    void fail_all(const std::vector<Task*>& group, const SqliteError& error);
    void adopt(std::unique_ptr<SqliteConnection> connection);
    void mind_the_log();
    static void tell(Task& task);

    const Settings settings_;
    IdCounter& ids_;
    const Clock& clock_;
    Checkpointer& checkpointer_;

    mutable std::mutex mutex_;
    std::condition_variable called_;
    std::deque<Task*> queue_;  // under mutex_; each owned by its waiting caller
    bool stopping_ = false;    // under mutex_

    // The thread's own:
    std::unique_ptr<SqliteConnection> connection_;
    bool suspect_ = false;                 // after an I/O fault: opened anew before the next group
    std::optional<SqliteError> ended_by_;  // what ended the transaction within a member
    std::size_t failed_ = 0;               // transactions since the last line about it
    std::chrono::steady_clock::time_point log_failure_at_{};
    std::int64_t stored_id_ = 0;
    std::size_t frame_bytes_ = 0, log_bytes_ = 0, truncate_at_ = 0;
    int log_frames_ = 0;  // set by SQLite's hook at commit
    std::thread thread_;
};

}  // namespace outboard::store
