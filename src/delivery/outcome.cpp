// SPDX-License-Identifier: Apache-2.0
#include "src/delivery/outcome.hpp"

#include <algorithm>

#include "federation/base/text.hpp"
#include "src/base/limits.hpp"

namespace outboard::delivery {

namespace {

constexpr auto kFailsForGood = std::chrono::hours(24 * 7);
constexpr auto kBetweenProbes = std::chrono::hours(12);

}  // namespace

Verdict judge(int status) {
    if (status >= 200 && status < 300) return Verdict::Done;
    if (status == 410) return Verdict::Gone;
    if (status == 0 || status >= 500 || status == 401 || status == 408 || status == 429)
        return Verdict::Retry;
    return Verdict::Refused;
}

std::chrono::milliseconds backoff(
    int tries, unsigned char random, std::optional<std::chrono::seconds> asked
) {
    const std::chrono::milliseconds first = limits::kDeliveryFirstRetry;
    const auto grown = std::min<std::chrono::milliseconds>(
        first * (std::int64_t{1} << std::min(tries, 20)), limits::kDeliveryLongestRetry
    );
    auto wait = grown + grown * random / 1280;
    if (asked)
        wait = std::max<std::chrono::milliseconds>(
            wait, std::min<std::chrono::seconds>(*asked, limits::kRetryAfterMost)
        );
    return wait;
}

std::optional<std::chrono::seconds> read_retry_after(std::string_view value, Instant now) {
    std::int64_t seconds = 0;
    if (parse_decimal(trim(value), seconds))
        return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, 366 * 86'400));
    const auto date = parse_http_date(trim(value));
    if (!date) return std::nullopt;
    return std::max(
        std::chrono::duration_cast<std::chrono::seconds>(*date - now), std::chrono::seconds(0)
    );
}

store::hosts::Host host_after(store::hosts::Host host, bool answered, Instant now) {
    if (answered) {
        host.state = "ok";
        host.failures = 0;
        host.failing_since.reset();
        host.next_probe = {};
        return host;
    }
    ++host.failures;
    if (!host.failing_since) host.failing_since = now;
    const bool for_good = now - *host.failing_since >= kFailsForGood;
    host.state = for_good ? "paused" : "failing";
    if (for_good) host.next_probe = now + kBetweenProbes;
    return host;
}

}  // namespace outboard::delivery
