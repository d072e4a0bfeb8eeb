// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

namespace outboard {

/// Runs short functions off the caller's thread. Tests run them at once or by hand.
class Executor {
public:
    virtual ~Executor() = default;
    /// False when the queue is full: the caller answers Unavailable. Threads: any.
    [[nodiscard]] virtual bool post(std::function<void()> work) = 0;
};

/// Says, while it lives, that this worker waits for something other than the processor, so that
/// another may run in its place. Nothing on threads of no pool. Must not outlive its function.
class Blocking {
public:
    Blocking();
    ~Blocking();
    Blocking(const Blocking&) = delete;
    Blocking& operator=(const Blocking&) = delete;
};

/// Tells a sleeping loop that there may be work now. Losing a call costs at most the loop's poll
/// interval.
class Wake {
public:
    virtual ~Wake() = default;
    virtual void notify() = 0;
};

}  // namespace outboard
