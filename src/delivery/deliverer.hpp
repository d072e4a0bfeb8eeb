// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>

#include "src/base/guarded.hpp"
#include "src/delivery/outcome.hpp"
#include "src/services/app.hpp"

namespace outboard::delivery {

/// Expands outbox rows into deliveries in resumable chunks, then sends what is due: signed POSTs
/// with per-host isolation, backoff with jitter, Retry-After, 410 and dead hosts (I12, I13, S14).
/// Threads: `step` from one loop at a time.
class Deliverer {
public:
    explicit Deliverer(App& app) : app_(app) {}
    /// One round: writes what was answered, expands, sends. Returns the time until it should be
    /// called again (at most 1 s).
    std::chrono::milliseconds step();
    /// Requests under way, and answers not written yet.
    int running() const;

private:
    void write_answers();
    bool fan_out();
    void send_due();
    App& app_;
    // A lease is a transaction, so it is asked for only when it may give something.
    bool leases_at_once_ = true;  // rows came, ended, or were given last time
    Instant rests_until_{};       // else
    // Shared with the requests under way, which may end after a test has dropped the Deliverer.
    std::shared_ptr<Guarded<Underway>> underway_ = std::make_shared<Guarded<Underway>>();
};

}  // namespace outboard::delivery
