// SPDX-License-Identifier: Apache-2.0
#include "src/services/login_limits.hpp"

#include <algorithm>

namespace outboard {
namespace {

/// 0 up to the last free failure, then kLoginFirstWait, doubling.
std::chrono::seconds wait_after(int failures, int free) {
    constexpr int kMostDoublings = 10;
    if (failures < free) return std::chrono::seconds(0);
    const auto doublings = std::min(failures - free, kMostDoublings);
    return std::min<std::chrono::seconds>(
        limits::kLoginFirstWait * (1 << doublings), limits::kLoginLongestWait
    );
}

}  // namespace

LoginLimits::Failures& LoginLimits::find(
    Counters<Failures>& table, const std::string& key, Instant now
) {
    const auto is_over = [now](const Failures& one) {
        return one.last + limits::kLoginMemory <= now;
    };
    auto& failures = table.at(key, is_over);
    if (is_over(failures)) failures = {};
    return failures;
}

void LoginLimits::count(Failures& failures, int free, Instant now) {
    ++failures.count;
    failures.last = now;
    failures.blocked_until = now + wait_after(failures.count, free);
}

std::chrono::seconds LoginLimits::begin(
    const std::string& account, const std::string& address, Instant now
) {
    return tables_.with([&](Tables& tables) {
        auto& by_account = find(tables.accounts, account, now);
        auto& by_address = find(tables.addresses, address, now);
        const auto until = std::max(by_account.blocked_until, by_address.blocked_until);
        if (until > now) return std::chrono::ceil<std::chrono::seconds>(until - now);
        count(by_account, limits::kLoginsFree, now);
        count(by_address, limits::kLoginsFreePerAddress, now);
        return std::chrono::seconds(0);
    });
}

void LoginLimits::succeeded(const std::string& account, const std::string& address, Instant now) {
    tables_.with([&](Tables& tables) {
        find(tables.accounts, account, now) = {};
        auto& by_address = find(tables.addresses, address, now);
        by_address.count = std::max(0, by_address.count - 1);
        by_address.blocked_until =
            by_address.last + wait_after(by_address.count, limits::kLoginsFreePerAddress);
    });
}

}  // namespace outboard
