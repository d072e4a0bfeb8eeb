// SPDX-License-Identifier: Apache-2.0
#include "src/store/sqlite_writer.hpp"

#include <algorithm>
#include <utility>

#include "src/base/limits.hpp"
#include "src/base/log.hpp"

namespace outboard::store {
namespace {

OB_QUERY(kFindHighest, "ids.find_highest", "SELECT value FROM settings WHERE name = 'ids.highest'");
OB_QUERY(kStoreHighest, "ids.store_highest", R"sql(
    INSERT INTO settings (name, value) VALUES ('ids.highest', $1)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value)sql");

// SQLite's own words for a group; PostgreSQL has no group.
constexpr Query kBegin{"group.begin", "BEGIN IMMEDIATE"};
constexpr Query kCommit{"group.commit", "COMMIT"};
constexpr Query kSave{"group.save", "SAVEPOINT member"};
constexpr Query kRelease{"group.release", "RELEASE member"};
constexpr Query kUndo{"group.undo", "ROLLBACK TO member"};
constexpr Query kPageSize{"group.page_size", "PRAGMA page_size"};

constexpr std::size_t kFrameHeader = 24;
constexpr auto kBetweenFailures = std::chrono::seconds(10);  // lines about the same full disk

Error as_refusal(const SqliteError& error) {
    std::string shown = "The server could not write to its disk, so nothing was saved.";
    if (error.code() == SQLITE_FULL)
        shown =
            "The disk of the server is full, so nothing was saved. Try again when there is space.";
    if (error.code() == SQLITE_BUSY || error.code() == SQLITE_LOCKED)
        shown = "Another program holds the server's database, so nothing was saved. Try again.";
    if (error.code() == SQLITE_READONLY)
        shown = "The disk of the server is read-only, so nothing was saved.";
    return {Code::Unavailable, std::move(shown), error.what()};
}

}  // namespace

/// A member of a group, on the stack of the caller that waits for it.
struct GroupWriter::Task {
    const std::function<Result<void>(Writer&)>* work = nullptr;
    Result<void> outcome;
    std::exception_ptr problem;
    std::vector<std::function<void()>> after;

    std::mutex mutex;
    std::condition_variable told;
    bool done = false;  // under mutex; the rest is the writer's until then, the caller's after
};

class GroupWriter::Transaction final : public Writer {
public:
    Transaction(GroupWriter& writer, Task& task)
        : connection_(*writer.connection_),
          ids_(writer.ids_),
          task_(task),
          streams_(writer.settings_.streams),
          now_(writer.clock_.now()) {}

    std::size_t statements() const override { return statements_; }
    Instant now() const override { return now_; }
    std::int64_t next_id() override { return ids_.next(now_); }
    void after_commit(std::function<void()> work) override {
        task_.after.push_back(std::move(work));
    }
    void wake_streams() override {
        if (streams_ == nullptr) return;
        after_commit([streams = std::exchange(streams_, nullptr)] { streams->notify(); });
    }

protected:
    void run(
        const Query& query,
        const std::vector<Value>& parameters,
        const std::function<bool(const Row&)>& use
    ) override {
        ++statements_;
        connection_.run(query, parameters, use);
    }
    std::int64_t change(const Query& query, const std::vector<Value>& parameters) override {
        ++statements_;
        return connection_.change(query, parameters);
    }

private:
    SqliteConnection& connection_;
    IdCounter& ids_;
    Task& task_;
    Wake* streams_;  // until asked for
    const Instant now_;
    std::size_t statements_ = 0;
};

GroupWriter::GroupWriter(
    Settings settings,
    std::unique_ptr<SqliteConnection> connection,
    IdCounter& ids,
    const Clock& clock,
    Checkpointer& checkpointer
)
    : settings_(std::move(settings)),
      ids_(ids),
      clock_(clock),
      checkpointer_(checkpointer),
      stored_id_(ids.highest()),
      truncate_at_(settings_.wal_bytes) {
    adopt(std::move(connection));
    thread_ = std::thread([this] { run(); });
}

GroupWriter::~GroupWriter() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    called_.notify_all();
    thread_.join();
}

std::int64_t GroupWriter::load_highest_id(SqliteConnection& connection) {
    std::int64_t highest = 0;
    connection.run(kFindHighest, {}, [&](const Row& row) {
        highest = row.integer(0);
        return false;
    });
    return highest;
}

std::size_t GroupWriter::waiting() const {
    std::lock_guard lock(mutex_);
    return queue_.size();
}

Result<void> GroupWriter::write(const std::function<Result<void>(Writer&)>& work) {
    if (is_own_thread()) throw StoreError("write() inside write(): pass the Writer on instead");
    Task task;
    task.work = &work;
    {
        std::lock_guard lock(mutex_);
        if (stopping_) return fail(Code::Unavailable, "The server is stopping.");
        if (queue_.size() >= limits::kWriteQueue)
            return fail(
                Code::Unavailable,
                "The server has more to write than it can. Try again in a moment.",
                "write queue is full"
            );
        queue_.push_back(&task);
    }
    called_.notify_one();
    const Blocking blocking;
    std::unique_lock lock(task.mutex);
    task.told.wait(lock, [&] { return task.done; });
    if (task.problem) std::rethrow_exception(task.problem);
    return std::move(task.outcome);
}

void GroupWriter::tell(Task& task) {
    // Under its lock: the caller may end the task as soon as it can take it.
    std::lock_guard lock(task.mutex);
    task.done = true;
    task.told.notify_one();
}

GroupWriter::Task* GroupWriter::take() {
    std::lock_guard lock(mutex_);
    if (queue_.empty()) return nullptr;
    Task* task = queue_.front();
    queue_.pop_front();
    return task;
}

void GroupWriter::run() {
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            called_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
            if (queue_.empty()) return;
        }
        write_group();
    }
}

void GroupWriter::adopt(std::unique_ptr<SqliteConnection> connection) {
    connection_ = std::move(connection);
    frame_bytes_ = static_cast<std::size_t>(connection_->number(kPageSize)) + kFrameHeader;
    sqlite3_wal_hook(
        connection_->handle(),
        [](void* self, sqlite3*, const char*, int frames) {
            static_cast<GroupWriter*>(self)->log_frames_ = frames;
            return SQLITE_OK;
        },
        this
    );
}

/// Opens the transaction; when that fails, takes those who wait along into the failure.
bool GroupWriter::open_group(std::vector<Task*>& group) {
    try {
        if (suspect_) {
            // The old one stays open until the new one is: the last to leave would have the log
            // recovered, and with it the transaction whose fsync failed and which was answered as
            // not saved.
            auto fresh = std::make_unique<SqliteConnection>(settings_.file);
            fresh->configure(settings_.mode);
            adopt(std::move(fresh));
            suspect_ = false;
            log::info("store.reopened");
        }
        connection_->run(kBegin, {}, [](const Row&) { return true; });
        return true;
    } catch (const SqliteError& error) {
        while (group.size() < limits::kWriteGroup) {
            Task* task = take();
            if (task == nullptr) break;
            group.push_back(task);
        }
        fail_all(group, error);
        return false;
    }
}

void GroupWriter::run_member(Task& task) {
    bool saved = false;
    const auto undo = [&] {
        task.after.clear();
        // A full disk may have ended the whole transaction; close_group sees that.
        if (!saved || !connection_->in_transaction()) return;
        connection_->change(kUndo, {});
        connection_->change(kRelease, {});
    };
    try {
        connection_->change(kSave, {});
        saved = true;
        Transaction transaction(*this, task);
        task.outcome = (*task.work)(transaction);
        if (task.outcome) {
            connection_->change(kRelease, {});
        } else {
            undo();
        }
        return;
    } catch (const SqliteError& error) {
        suspect_ = suspect_ || error.needs_reopening();
        if (!connection_->in_transaction()) ended_by_ = error;
        if (error.is_about_disk()) {
            task.outcome = as_refusal(error);
        } else {
            task.problem = std::current_exception();
        }
    } catch (...) {
        task.problem = std::current_exception();
    }
    undo();
}

void GroupWriter::store_highest_id() {
    const std::int64_t highest = ids_.highest();
    if (highest == stored_id_) return;
    connection_->change(kStoreHighest, {std::to_string(highest)});
    stored_id_ = highest;
}

void GroupWriter::fail_all(const std::vector<Task*>& group, const SqliteError& error) {
    failed_ += group.size();
    const auto now = std::chrono::steady_clock::now();
    if (now >= log_failure_at_) {
        log::error(
            "store.write_failed",
            {{"problem", error.what()},
             {"code", error.extended_code},
             {"transactions", static_cast<std::int64_t>(failed_)}}
        );
        failed_ = 0;
        log_failure_at_ = now + kBetweenFailures;
    }
    for (Task* task : group) {
        task->after.clear();
        // Those that refused or threw by themselves keep their own answer: nothing of theirs was to
        // be kept.
        if (!task->problem && task->outcome) task->outcome = as_refusal(error);
    }
    stored_id_ = -1;  // what the table holds is not known: written again with the next group
    suspect_ = suspect_ || error.needs_reopening();
    connection_->roll_back();
}

void GroupWriter::close_group(const std::vector<Task*>& group) {
    const bool any = std::any_of(group.begin(), group.end(), [](const Task* task) {
        return !task->problem && task->outcome;
    });
    try {
        if (!connection_->in_transaction())
            throw ended_by_.value_or(
                SqliteError("the transaction was ended by a failing disk", SQLITE_IOERR)
            );
        if (any) {
            store_highest_id();
            connection_->change(kCommit, {});
            if (settings_.commits != nullptr) settings_.commits->fetch_add(1);
        } else {
            connection_->roll_back();
        }
    } catch (const SqliteError& error) {
        fail_all(group, error);
    }
    for (Task* task : group) {
        for (const auto& work : task->after) {
            try {
                work();
            } catch (const std::exception& error) {
                log::error("store.after_commit_threw", {{"problem", error.what()}});
            }
        }
    }
}

void GroupWriter::write_group() {
    std::vector<Task*> group;
    group.reserve(limits::kWriteGroup);
    if (open_group(group)) {
        while (group.size() < limits::kWriteGroup && connection_->in_transaction()) {
            Task* task = take();
            if (task == nullptr) break;
            group.push_back(task);
            try {
                run_member(*task);
            } catch (const SqliteError&) {
                // Undoing failed: nothing of this transaction can be kept.
                connection_->roll_back();
            }
        }
        close_group(group);
        ended_by_.reset();
    }
    for (Task* task : group) tell(*task);
    mind_the_log();
}

/// Between groups: PASSIVE never resets the log while writing goes on, so above the bound the
/// writer pauses for it.
void GroupWriter::mind_the_log() {
    const std::size_t bytes = static_cast<std::size_t>(log_frames_) * frame_bytes_;
    if (bytes == log_bytes_) return;
    log_bytes_ = bytes;
    checkpointer_.note_growth();
    if (bytes <= settings_.wal_bytes) truncate_at_ = settings_.wal_bytes;
    if (bytes <= truncate_at_ || suspect_) return;
    if (checkpointer_.truncate(*connection_)) {
        log_frames_ = 0;
        log_bytes_ = 0;
        truncate_at_ = settings_.wal_bytes;
    } else {
        truncate_at_ = bytes + settings_.wal_bytes;  // a reader is in the way: later
        log::debug("store.log_not_truncated", {{"bytes", static_cast<std::int64_t>(bytes)}});
    }
}

}  // namespace outboard::store
