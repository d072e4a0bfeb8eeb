// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>

#include "src/base/guarded.hpp"
#include "src/services/app.hpp"

namespace outboard::inbox {

/// Takes waiting rows of `inbox`, applies each by its activity type in one transaction with the mark "done". One bad row
/// never holds the others (THREATS 117). Threads: `step` from one loop at a time; activities run on workers, one actor's in order.
class Processor {
public:
    explicit Processor(App& app) : app_(app) {}
    std::chrono::milliseconds step();
    int running() const;

private:
    App& app_;
    std::shared_ptr<Guarded<int>> running_ = std::make_shared<Guarded<int>>(0);
};

}  // namespace outboard::inbox
