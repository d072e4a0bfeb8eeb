// SPDX-License-Identifier: Apache-2.0
#include "src/base/worker_pool.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "src/base/log.hpp"

namespace outboard {

namespace {

/// Quiet looks after which the watcher sleeps until the next function comes.
constexpr int kQuietLooks = 20;

void run(const std::function<void()>& work) {
    try {
        work();
    } catch (const std::exception& problem) {
        log::error("worker.threw", {{"what", problem.what()}});
    } catch (...) {
        log::error("worker.threw", {{"what", "not a std::exception"}});
    }
}

}  // namespace

WorkerPool::WorkerPool(WorkerSettings settings) : settings_(settings) {
    std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < std::max<std::size_t>(1, settings_.least); ++i) add_thread();
    watcher_ = std::thread([this] { watch(); });
}

WorkerPool::~WorkerPool() {
    std::deque<Waiting> dropped;  // destroyed without the lock: a capture may call us
    {
        std::lock_guard lock(mutex_);
        stop_ = true;
        dropped.swap(queue_);
    }
    work_there_.notify_all();
    watch_there_.notify_all();
    watcher_.join();
    for (auto& thread : threads_) thread.join();
}

bool WorkerPool::post(std::function<void()> work) {
    bool wake_watcher = false;
    {
        std::lock_guard lock(mutex_);
        if (stop_ || queue_.size() >= settings_.queue) return false;
        queue_.push_back({std::move(work), Clock::now()});
        if (!watching_ && idle_ < queue_.size()) watching_ = wake_watcher = true;
    }
    work_there_.notify_one();
    if (wake_watcher) watch_there_.notify_one();
    return true;
}

std::size_t WorkerPool::threads() const {
    std::lock_guard lock(mutex_);
    return running_;
}

std::size_t WorkerPool::waiting() const {
    std::lock_guard lock(mutex_);
    return queue_.size();
}

void WorkerPool::add_thread() {
    threads_.emplace_back([this] { serve(); });
    ++running_;
}

void WorkerPool::serve() {
    std::unique_lock lock(mutex_);
    for (;;) {
        ++idle_;
        const bool woken = work_there_.wait_for(lock, settings_.idle_for, [this] {
            return stop_ || !queue_.empty();
        });
        --idle_;
        if (stop_) break;
        if (!woken) {
            if (running_ > settings_.least) break;
            continue;
        }
        auto work = std::move(queue_.front().work);
        queue_.pop_front();
        lock.unlock();
        run(work);
        work = nullptr;  // captures end before the lock is taken
        lock.lock();
    }
    --running_;
    ended_.push_back(std::this_thread::get_id());
    watch_there_.notify_one();
}

void WorkerPool::watch() {
    std::unique_lock lock(mutex_);
    int quiet = 0;
    while (!stop_) {
        reap(lock);
        if (watching_) {
            watch_there_.wait_for(lock, settings_.patience);
            const bool late =
                !queue_.empty() && Clock::now() - queue_.front().since >= settings_.patience;
            if (late && running_ < settings_.most && !stop_) add_thread();
            quiet = queue_.empty() ? quiet + 1 : 0;
            if (quiet >= kQuietLooks) watching_ = false;
        } else {
            quiet = 0;
            watch_there_.wait(lock, [this] { return stop_ || watching_ || !ended_.empty(); });
        }
    }
}

void WorkerPool::reap(std::unique_lock<std::mutex>& lock) {
    while (!ended_.empty() && !stop_) {
        const auto id = ended_.back();
        ended_.pop_back();
        const auto found = std::find_if(threads_.begin(), threads_.end(), [&](const auto& thread) {
            return thread.get_id() == id;
        });
        std::thread thread = std::move(*found);
        threads_.erase(found);
        lock.unlock();
        thread.join();
        lock.lock();
    }
}

void WakeFlag::notify() {
    {
        std::lock_guard lock(mutex_);
        set_ = true;
    }
    changed_.notify_all();
}

bool WakeFlag::wait_for(std::chrono::milliseconds most) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, most, [this] { return set_; });
    return std::exchange(set_, false);
}

}  // namespace outboard
