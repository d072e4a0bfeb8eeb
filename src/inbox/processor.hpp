// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "src/base/guarded.hpp"
#include "src/services/app.hpp"
#include "src/store/queues.hpp"

namespace outboard::inbox {

/// Takes waiting rows of `inbox`, applies each by its activity type in one transaction with the
/// mark "done". One bad row never holds the others (THREATS 117), nor does one host: each has a few
/// under way, and what waits for the network holds no worker and none of the places for work
/// (THREATS 115). Threads: `step` from one loop at a time; activities run on workers, one actor's
/// in order.
class Processor {
public:
    explicit Processor(App& app) : app_(app) {}
    /// Starts what is due; returns the time until it should be called again (at most 1 s).
    std::chrono::milliseconds step();
    /// Activities taken and not ended yet.
    int running() const;

private:
    /// What is under way. Rows keep the state "waiting" until they end, so a process that dies
    /// loses nothing. Bounds: limits::kInbox….
    struct Lanes {
        std::unordered_set<std::int64_t> taken;
        std::unordered_set<std::int64_t> fetching;  // of the taken ones
        std::unordered_map<std::string, std::size_t> by_host;
        std::unordered_map<std::string, std::deque<store::inbox::Item>>
            by_actor;  // the first one of each is at work or fetching

        /// So much is at work that more need not be looked for.
        bool has_enough() const;
        bool is_full() const;
        /// True when the item begins a lane: it must be started.
        bool take(const store::inbox::Item& item);
        /// The next of its lane, to be started.
        std::optional<store::inbox::Item> end(const store::inbox::Item& item);
    };
    void start(store::inbox::Item item);
    void take_all(const std::vector<store::inbox::Item>& due);
    App& app_;
    std::string last_host_;  // whose rows were looked at last, while the queue is long
    // Shared with the continuations of what is under way, which may end after a test has dropped
    // the Processor.
    std::shared_ptr<Guarded<Lanes>> lanes_ = std::make_shared<Guarded<Lanes>>();
};

}  // namespace outboard::inbox
