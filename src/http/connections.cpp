// SPDX-License-Identifier: Apache-2.0
#include "src/http/connections.hpp"

#include <sys/resource.h>

#include <algorithm>

#include "src/base/limits.hpp"
#include "src/base/log.hpp"

namespace outboard::http {

namespace {

/// Descriptors kept for the database, the log and files.
constexpr std::size_t kReserved = 64;
/// From this limit on, those of requests we make are kept too.
constexpr std::size_t kRoomy = 1024;

}  // namespace

std::optional<Connections::Lease> Connections::take(const Address& address, bool exempt) {
    std::lock_guard lock(mutex_);
    std::optional<Address> counted;
    if (!exempt) {
        counted = address.line();
        auto& used = by_address_[*counted];
        if (used >= per_address_) {
            if (used == 0) by_address_.erase(*counted);
            return std::nullopt;
        }
        ++used;
    }
    ++all_;
    return std::make_optional<Lease>(*this, counted);
}

bool Connections::full_so_wait() {
    std::lock_guard lock(mutex_);
    waiting_ = all_ >= most_;
    return waiting_;
}

bool Connections::full() const {
    std::lock_guard lock(mutex_);
    return all_ >= most_;
}

bool Connections::wait_for_none(std::chrono::steady_clock::time_point until) {
    std::unique_lock lock(mutex_);
    return none_.wait_until(lock, until, [this] { return all_ == 0; });
}

void Connections::give_back(const std::optional<Address>& counted) {
    bool room = false;
    {
        std::lock_guard lock(mutex_);
        --all_;
        if (counted) {
            const auto found = by_address_.find(*counted);
            if (--found->second == 0) by_address_.erase(found);
        }
        room = std::exchange(waiting_, false);
        if (all_ == 0) none_.notify_all();
    }
    if (room && on_room_) on_room_();
}

std::size_t connections_allowed(std::size_t wanted) {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
    if (limit.rlim_cur < limit.rlim_max) {
        const rlimit raised{limit.rlim_max, limit.rlim_max};
        if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
    }
    const auto files = static_cast<std::size_t>(limit.rlim_cur);
    const auto kept = files >= kRoomy ? kReserved + limits::kInFlight : kReserved;
    const auto allowed =
        std::clamp<std::size_t>(files - std::min(files, kept), 1, std::max<std::size_t>(1, wanted));
    if (allowed < wanted)
        log::warn("http.connections.limited", {{"by_open_files", files}, {"connections", allowed}});
    return allowed;
}

}  // namespace outboard::http
