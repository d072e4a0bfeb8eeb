// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "src/base/guarded.hpp"
#include "src/services/app.hpp"
#include "src/store/queues.hpp"

namespace outboard::inbox {

/// Takes waiting rows of `inbox`, applies each by its activity type in one transaction with the
/// mark "done". One bad row never holds the others (THREATS 117). Threads: `step` from one loop at
/// a time; activities run on workers, one actor's in order.
class Processor {
public:
    explicit Processor(App& app) : app_(app) {}
    /// Starts what is due; returns the time until it should be called again (at most 1 s).
    std::chrono::milliseconds step();
    /// Activities taken and not ended yet.
    int running() const;

private:
    /// What is under way. Rows keep the state "waiting" until they end, so a process that dies
    /// loses nothing.
    struct Lanes {
        std::unordered_set<std::int64_t> taken;  // at most kTaken rows
        std::unordered_map<std::string, std::deque<store::inbox::Item>>
            by_actor;  // the first one of each is running
    };
    void start(store::inbox::Item item);
    App& app_;
    // Shared with the continuations of what is under way, which may end after a test has dropped
    // the Processor.
    std::shared_ptr<Guarded<Lanes>> lanes_ = std::make_shared<Guarded<Lanes>>();
};

}  // namespace outboard::inbox
