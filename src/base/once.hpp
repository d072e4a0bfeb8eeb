// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

namespace outboard {

/// A callback that is called once in every case: the first call counts, and when the last copy goes
/// without any (an exception on the way destroyed who held it), it is called with what `dropped`
/// gives. Threads: any.
template <class A>
std::function<void(A)> exactly_once(std::function<void(A)> call, std::function<A()> dropped) {
    struct State {
        State(std::function<void(A)> c, std::function<A()> d)
            : call(std::move(c)), dropped(std::move(d)) {}
        State(const State&) = delete;
        State& operator=(const State&) = delete;
        ~State() {
            if (!called.exchange(true)) call(dropped());
        }
        std::function<void(A)> call;
        std::function<A()> dropped;
        std::atomic<bool> called = false;
    };
    // Shared by the copies of the callback; the last one to go sees to it that it was called.
    auto state = std::make_shared<State>(std::move(call), std::move(dropped));
    return [state](A argument) {
        if (!state->called.exchange(true)) state->call(std::move(argument));
    };
}

}  // namespace outboard
