// SPDX-License-Identifier: Apache-2.0
#include "src/store/ids.hpp"

#include <algorithm>

#include "federation/base/bytes.hpp"
#include "src/store/database.hpp"

namespace outboard::store {
namespace {

constexpr int kCountBits = 16;
constexpr std::int64_t kMostMs = (std::int64_t{1} << 47) - 1;  // keeps ids positive

}  // namespace

std::int64_t first_id_at(Instant at) {
    return std::clamp<std::int64_t>(to_ms(at), 0, kMostMs) << kCountBits;
}

Instant moment_of_id(std::int64_t id) { return from_ms(id >> kCountBits); }

std::int64_t IdCounter::next(Instant now) {
    const std::int64_t first = first_id_at(now);
    std::int64_t seen = highest_.load(std::memory_order_acquire);
    std::int64_t fresh = 0;
    do {
        fresh = std::max(first, seen + 1);
    } while (!highest_.compare_exchange_weak(seen, fresh, std::memory_order_acq_rel));
    return fresh;
}

void IdCounter::raise_to(std::int64_t issued) {
    std::int64_t seen = highest_.load(std::memory_order_acquire);
    while (seen < issued && !highest_.compare_exchange_weak(seen, issued, std::memory_order_acq_rel)
    ) {
    }
}

std::int64_t Writer::id_for(Instant at, std::string_view uri) {
    const std::string digest = sha256(uri);
    const auto high = static_cast<unsigned char>(digest[0]);
    const auto low = static_cast<unsigned char>(digest[1]);
    return first_id_at(at) | (std::int64_t{high} << 8) | low;
}

}  // namespace outboard::store
