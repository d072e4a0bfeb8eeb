// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "src/base/worker_pool.hpp"

namespace outboard {

/// A thread that calls `step` when woken or when it said it is due again.
class Loop {
public:
    Loop(std::string name, WakeFlag& wake, std::function<std::chrono::milliseconds()> step);
    /// Waits for the step that runs.
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

private:
    void run();
    std::string name_;
    WakeFlag& wake_;
    std::function<std::chrono::milliseconds()> step_;
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

}  // namespace outboard
