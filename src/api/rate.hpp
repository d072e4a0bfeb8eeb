// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "federation/base/time.hpp"
#include "src/base/counters.hpp"
#include "src/base/guarded.hpp"
#include "src/base/limits.hpp"

namespace outboard::api {

/// How often one caller may call: so many requests in a window that begins with the first one.
struct RateRule {
    std::string_view bucket;
    int limit;
    std::chrono::seconds window;
};
/// The rule of a bucket; "default" for unknown names.
const RateRule& rate_rule(std::string_view bucket);

/// What the X-RateLimit headers say.
struct RateState {
    int limit = 0, remaining = 0;
    Instant reset{};
    bool refused = false;
};

/// Counts callers. At most limits::kRateEntries are counted apart; when that many are within their
/// windows, further ones share 1,024 counters by hash, so that filling the table gives nobody a
/// fresh count. Threads: any.
class RateLimits {
public:
    /// Counts one request of `caller` ("account 12", an address) and says where it stands.
    RateState count(std::string_view caller, std::string_view bucket, Instant now);

private:
    struct Window {
        Instant ends{};
        int used = 0;
    };
    Guarded<Counters<Window>> windows_{Counters<Window>(limits::kRateEntries)};
};

/// An address as a caller: IPv6 by its /64, which one subscriber usually holds.
std::string rate_address(std::string_view peer);

}  // namespace outboard::api
