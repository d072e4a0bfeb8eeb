// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "federation/base/result.hpp"
#include "src/fetch/guard.hpp"

namespace outboard::fetch {

/// Turns a host name into addresses. May block for some seconds. Threads: any.
class Resolver {
public:
    virtual ~Resolver() = default;
    /// Errors: Unavailable when the name has no address or DNS does not answer.
    virtual Result<std::vector<Address>> resolve(const std::string& host) = 0;
};

/// The machine's own (getaddrinfo), without search domains, with short time-outs.
class SystemResolver final : public Resolver {
public:
    Result<std::vector<Address>> resolve(const std::string& host) override;
};

/// A few threads for what may block (DNS) or costs CPU (signing), so that the loop does neither.
///
/// Tasks hold all they touch by value or shared pointer: a lookup that still blocks when the pool
/// goes away is left to end by itself.
class Threads {
public:
    explicit Threads(std::size_t count);
    ~Threads();  // waits at most 2 s for tasks under way; those that did not start are dropped
    Threads(const Threads&) = delete;
    Threads& operator=(const Threads&) = delete;
    /// The queue is bounded by the caller: it has at most limits::kInFlight tasks here.
    void post(std::function<void()> task);

private:
    struct State {
        std::mutex mutex;
        std::condition_variable wake, ended;
        std::deque<std::function<void()>> tasks;
        bool is_stopping = false;
        std::size_t running = 0;  // threads alive
    };
    static void work(const std::shared_ptr<State>& state);

    std::shared_ptr<State> state_;  // shared with the threads, which may outlive this
    std::vector<std::thread> threads_;
};

}  // namespace outboard::fetch
