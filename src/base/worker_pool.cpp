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

// Of the thread that looks: its pool, and how many of its kind are active.
thread_local WorkerPool* own_pool = nullptr;
thread_local std::size_t* own_active = nullptr;

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

Blocking::Blocking() {
    if (own_pool != nullptr) own_pool->block();
}

Blocking::~Blocking() {
    if (own_pool != nullptr) own_pool->unblock();
}

WorkerPool::WorkerPool(WorkerSettings settings)
    : settings_(settings), allowed_(std::max<std::size_t>(1, settings.least)) {
    std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < allowed_; ++i) add_thread();
    watcher_ = std::thread([this] { watch(); });
}

WorkerPool::~WorkerPool() {
    std::deque<Waiting> dropped, more;  // destroyed without the lock: a capture may call us
    {
        std::lock_guard lock(mutex_);
        stop_ = true;
        dropped.swap(front_.queue);
        more.swap(back_.queue);
    }
    work_there_.notify_all();
    watch_there_.notify_all();
    watcher_.join();
    for (auto& thread : threads_) thread.join();
}

bool WorkerPool::post(std::function<void()> work) { return add(front_, std::move(work)); }

bool WorkerPool::Background::post(std::function<void()> work) {
    return pool_.add(pool_.back_, std::move(work));
}

bool WorkerPool::add(Lane& lane, std::function<void()> work) {
    bool wake_watcher = false;
    {
        std::lock_guard lock(mutex_);
        if (stop_ || lane.queue.size() >= settings_.queue) return false;
        lane.queue.push_back({std::move(work), Clock::now()});
        hire();
        const auto waiting = front_.queue.size() + back_.queue.size();
        if (!watching_ && idle_ < waiting) watching_ = wake_watcher = true;
    }
    if (wake_watcher) watch_there_.notify_one();
    return true;
}

std::size_t WorkerPool::threads() const {
    std::lock_guard lock(mutex_);
    return running_;
}

std::size_t WorkerPool::waiting() const {
    std::lock_guard lock(mutex_);
    return front_.queue.size() + back_.queue.size();
}

void WorkerPool::add_thread() {
    threads_.emplace_back([this] { serve(); });
    ++running_;
    ++idle_;
}

WorkerPool::Lane* WorkerPool::next() {
    if (front_.active + back_.active >= allowed_) return nullptr;
    const bool is_open = back_.active < std::max<std::size_t>(1, allowed_ / 2);
    const bool is_due = front_.queue.empty() || (back_.active == 0 && !was_back_);
    if (!back_.queue.empty() && is_open && is_due) return &back_;
    return front_.queue.empty() ? nullptr : &front_;
}

void WorkerPool::hire() {
    // The one that was called calls the next, when there is more: not two for one function.
    if (called_ || next() == nullptr) return;
    if (idle_ > 0) {
        called_ = true;
        work_there_.notify_one();
    } else if (running_ < settings_.most && !stop_) {
        add_thread();
    }
}

void WorkerPool::block() {
    std::lock_guard lock(mutex_);
    --*own_active;
    hire();
}

void WorkerPool::unblock() {
    std::lock_guard lock(mutex_);
    ++*own_active;
}

void WorkerPool::serve() {
    own_pool = this;
    std::unique_lock lock(mutex_);
    for (;;) {
        Lane* lane = nullptr;
        work_there_.wait_for(lock, settings_.idle_for, [&] {
            called_ = false;
            lane = next();
            return stop_ || lane != nullptr;
        });
        --idle_;
        if (stop_) break;
        if (lane != nullptr) {
            auto work = std::move(lane->queue.front().work);
            lane->queue.pop_front();
            ++lane->active;
            ++lane->begun;
            was_back_ = lane == &back_;
            own_active = &lane->active;
            hire();
            lock.unlock();
            run(work);
            work = nullptr;  // captures end before the lock is taken
            lock.lock();
            --lane->active;
        } else if (running_ > settings_.least) {
            break;
        }
        ++idle_;
    }
    --running_;
    ended_.push_back(std::this_thread::get_id());
    watch_there_.notify_one();
}

bool WorkerPool::is_stuck(Lane& lane, Clock::time_point now) {
    const bool none_began = std::exchange(lane.looked_at, lane.begun) == lane.begun;
    return none_began && !lane.queue.empty() &&
           now - lane.queue.front().since >= settings_.patience;
}

void WorkerPool::watch() {
    std::unique_lock lock(mutex_);
    int quiet = 0;
    while (!stop_) {
        reap(lock);
        if (watching_) {
            watch_there_.wait_for(lock, settings_.patience);
            const auto now = Clock::now();
            const bool front_is_stuck = is_stuck(front_, now), back_is_stuck = is_stuck(back_, now);
            if ((front_is_stuck || back_is_stuck) && allowed_ < settings_.most) {
                ++allowed_;
                hire();
            }
            const bool is_quiet = front_.queue.empty() && back_.queue.empty();
            if (is_quiet) allowed_ = std::max<std::size_t>(1, settings_.least);
            quiet = is_quiet ? quiet + 1 : 0;
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
