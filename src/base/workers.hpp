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

/// Tells a sleeping loop that there may be work now. Losing a call costs at most the loop's poll
/// interval.
class Wake {
public:
    virtual ~Wake() = default;
    virtual void notify() = 0;
};

}  // namespace outboard
