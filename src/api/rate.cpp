// SPDX-License-Identifier: Apache-2.0
#include "src/api/rate.hpp"

#include <algorithm>
#include <functional>

#include "src/base/limits.hpp"

namespace outboard::api {
namespace {

using namespace std::chrono_literals;

// Mastodon's figures (pitfalls.md 12).
constexpr std::array kRules = {
    RateRule{.bucket = "default", .limit = 300, .window = 5min},
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

void RateLimits::drop_ended(Table& table, Instant now) {
    std::erase_if(table.windows, [&](const auto& entry) { return entry.second.ends <= now; });
}

RateState RateLimits::count(std::string_view caller, std::string_view bucket, Instant now) {
    const auto& rule = rate_rule(bucket);
    std::string key = std::string(rule.bucket) + " " + std::string(caller);
    return table_.with([&](Table& table) {
        auto it = table.windows.find(key);
        if (it == table.windows.end()) {
            if (table.windows.size() >= limits::kRateEntries) drop_ended(table, now);
            if (table.windows.size() < limits::kRateEntries) {
                it = table.windows.emplace(key, Window{}).first;
            }
        }
        Window& window = it == table.windows.end()
                             ? table.shared[std::hash<std::string>{}(key) % table.shared.size()]
                             : it->second;
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
