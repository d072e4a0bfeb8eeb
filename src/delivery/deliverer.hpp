// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>

#include "src/base/guarded.hpp"
#include "src/services/app.hpp"

namespace outboard::delivery {

/// Expands outbox rows into deliveries (and local homes) in resumable chunks, then sends what is due: signed POSTs with per-host isolation,
/// backoff with jitter, Retry-After, 410 and dead hosts (I12, I13, S14). Threads: `step` from one loop at a time.
class Deliverer {
public:
    explicit Deliverer(App& app) : app_(app) {}
    std::chrono::milliseconds step();
    int running() const;

private:
    App& app_;
    std::shared_ptr<Guarded<int>> running_ = std::make_shared<Guarded<int>>(0);
};

}  // namespace outboard::delivery
