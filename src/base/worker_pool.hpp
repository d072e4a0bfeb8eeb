// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "src/base/limits.hpp"
#include "src/base/workers.hpp"

namespace outboard {

struct WorkerSettings {
    std::size_t least = limits::kWorkersMin;
    std::size_t most = limits::kWorkersMax;
    std::size_t queue = limits::kWorkerQueue;  // functions waiting for a thread
    std::chrono::milliseconds patience{5
    };  // a function that waited this long asks for one more thread
    std::chrono::milliseconds idle_for{10'000
    };  // a thread beyond `least` that was idle this long ends
};

/// The executor of the node. Threads grow only while the queue does not move: a busy processor
/// gains nothing from more threads, but threads waiting for a commit do. A function that throws is
/// logged and forgotten. Threads: any, but for the destructor, which nobody may race. It waits for
/// running functions and drops waiting ones.
class WorkerPool final : public Executor {
public:
    explicit WorkerPool(WorkerSettings settings = {});
    ~WorkerPool() override;
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    [[nodiscard]] bool post(std::function<void()> work) override;
    std::size_t threads() const;  // for metrics and tests
    std::size_t waiting() const;

private:
    using Clock = std::chrono::steady_clock;
    struct Waiting {
        std::function<void()> work;
        Clock::time_point since;
    };
    void serve();
    void watch();
    void add_thread();  // with the lock held
    void reap(std::unique_lock<std::mutex>& lock);

    const WorkerSettings settings_;
    mutable std::mutex mutex_;
    std::condition_variable work_there_, watch_there_;
    std::deque<Waiting> queue_;
    std::vector<std::thread> threads_;
    std::vector<std::thread::id> ended_;  // to be joined
    std::size_t running_ = 0;             // threads that have not ended
    std::size_t idle_ = 0;
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
