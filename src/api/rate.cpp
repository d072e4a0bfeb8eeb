// SPDX-License-Identifier: Apache-2.0
#include "src/api/rate.hpp"

#include <algorithm>
#include <array>

namespace outboard::api {
namespace {

using namespace std::chrono_literals;

// Mastodon's figures (pitfalls.md 12); apps are kept for good, and a person adds few.
constexpr std::array kRules = {
    RateRule{.bucket = "default", .limit = 300, .window = 5min},
    RateRule{.bucket = "apps", .limit = 20, .window = 10min},
    RateRule{.bucket = "delete", .limit = 30, .window = 30min},
    RateRule{.bucket = "media", .limit = 30, .window = 30min},
};

}  // namespace

const RateRule& rate_rule(std::string_view bucket) {
    const auto it = std::find_if(kRules.begin(), kRules.end(), [&](const RateRule& rule) {
        return rule.bucket == bucket;
    });
    return it == kRules.end() ? kRules.front() : *it;
}

RateState RateLimits::count(std::string_view caller, std::string_view bucket, Instant now) {
    const auto& rule = rate_rule(bucket);
    const auto key = std::string(rule.bucket) + " " + std::string(caller);
    return windows_.with([&](Counters<Window>& windows) {
        auto& window = windows.at(key, [&](const Window& one) { return one.ends <= now; });
        if (window.ends <= now) window = {.ends = now + rule.window, .used = 0};
        const bool refused = window.used >= rule.limit;
        if (!refused) ++window.used;
        return RateState{
            .limit = rule.limit,
            .remaining = rule.limit - window.used,
            .reset = window.ends,
            .refused = refused
        };
    });
}

std::string rate_address(std::string_view peer) {
    if (peer.find(':') == std::string_view::npos) return std::string(peer);
    // The first four groups; a shorter text (with "::") stands for itself up to the gap.
    std::size_t end = 0;
    for (int groups = 0; end < peer.size(); ++end) {
        if (peer[end] != ':') continue;
        if (++groups == 4 || (end + 1 < peer.size() && peer[end + 1] == ':')) break;
    }
    return std::string(peer.substr(0, end)) + "::/64";
}

}  // namespace outboard::api
