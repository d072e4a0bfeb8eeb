// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "src/base/limits.hpp"
#include "src/base/workers.hpp"

namespace outboard {

struct WorkerSettings {
    std::size_t least = limits::kWorkersMin;   // functions that run at once, but for blocked ones
    std::size_t most = limits::kWorkersMax;    // threads
    std::size_t queue = limits::kWorkerQueue;  // functions waiting for a thread
    // When one waits this long and none began meanwhile, one more may run: something blocks without
    // saying so.
    std::chrono::milliseconds patience = limits::kWorkerPatience;
    std::chrono::milliseconds idle_for{10'000
    };  // a thread beyond `least` that was idle this long ends
};

/// The executor of the node. `least` functions run at once, first come first served: a busy
/// processor gains nothing from more, and turns of one would only make all of them late. In place
/// of one that is `Blocking`, for a commit say, another runs. A function that throws is logged and
/// forgotten. Threads: any, but for the destructor, which nobody may race. It waits for running
/// functions and drops waiting ones.
class WorkerPool final : public Executor {
public:
    explicit WorkerPool(WorkerSettings settings = {});
    ~WorkerPool() override;
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    [[nodiscard]] bool post(std::function<void()> work) override;
    /// The same threads for what nobody waits for at this moment: at most half of what may run at
    /// once, and at least one however much else there is.
    Executor& background() { return background_; }
    std::size_t threads() const;  // for metrics and tests
    std::size_t waiting() const;

private:
    friend class Blocking;
    using Clock = std::chrono::steady_clock;
    struct Waiting {
        std::function<void()> work;
        Clock::time_point since;
    };
    struct Lane {
        std::deque<Waiting> queue;
        std::size_t active = 0;                  // functions at work and not blocked
        std::uint64_t begun = 0, looked_at = 0;  // functions in all, now and when last looked at
    };
    class Background final : public Executor {
    public:
        explicit Background(WorkerPool& pool) : pool_(pool) {}
        [[nodiscard]] bool post(std::function<void()> work) override;

    private:
        WorkerPool& pool_;
    };
    bool add(Lane& lane, std::function<void()> work);
    void serve();
    void watch();
    void block();
    void unblock();
    // With the lock held:
    void add_thread();
    Lane* next();  // the lane whose first function is to run now, if any
    void hire();   // a thread for it
    bool is_stuck(Lane& lane, Clock::time_point now);
    void reap(std::unique_lock<std::mutex>& lock);

    const WorkerSettings settings_;
    mutable std::mutex mutex_;
    std::condition_variable work_there_, watch_there_;
    Lane front_, back_;
    bool was_back_ = false;  // the last that began was of the background
    Background background_{*this};
    std::vector<std::thread> threads_;
    std::vector<std::thread::id> ended_;  // to be joined
    std::size_t running_ = 0;             // threads that have not ended
    std::size_t idle_ = 0;                // of them, or about to look for work
    std::size_t allowed_;                 // functions that may be active
    bool called_ = false;                 // an idle thread was woken and has not looked yet
    bool stop_ = false;
    bool watching_ = false;  // the watcher looks at the clock by itself
    std::thread watcher_;
};

/// A wake that is remembered until somebody waits for it. Threads: any.
class WakeFlag final : public Wake {
public:
    void notify() override;
    /// True when notified, before or during the wait; the flag is taken.
    bool wait_for(std::chrono::milliseconds most);

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool set_ = false;
};

}  // namespace outboard
