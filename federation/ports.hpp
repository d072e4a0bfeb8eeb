// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "federation/base/time.hpp"

namespace outboard {

/// Where the time comes from. Tests hold one that stands still.
class Clock {
public:
    virtual ~Clock() = default;
    virtual Instant now() const = 0;
};

/// Where randomness comes from: unpredictable bytes in a node, a fixed sequence in tests.
class Random {
public:
    virtual ~Random() = default;
    virtual std::string bytes(std::size_t count) = 0;
};

}  // namespace outboard
