// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "federation/base/time.hpp"

namespace outboard::store {

/// The node's id counter (DESIGN.md 3.7): 48 bits of milliseconds, 16 bits of count. Never gives an
/// id twice and never one below an earlier one, whatever the clock does; when a millisecond is used
/// up it runs ahead of the clock. Threads: any.
class IdCounter {
public:
    std::int64_t next(Instant now);
    std::int64_t highest() const { return highest_.load(std::memory_order_acquire); }
    /// After opening: continues above what was issued before.
    void raise_to(std::int64_t issued);

private:
    std::atomic<std::int64_t> highest_{0};
};

/// The least id of a moment: for windows by time. Moments before 1970 and past 48 bits are clamped.
std::int64_t first_id_at(Instant at);
Instant moment_of_id(std::int64_t id);

}  // namespace outboard::store
