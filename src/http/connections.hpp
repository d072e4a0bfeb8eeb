// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "src/http/forwarded.hpp"

namespace outboard::http {

/// Counts open connections, in all and for each address. Threads: any, but for `on_room`.
class Connections {
public:
    /// Holds one place until it ends.
    class Lease {
    public:
        Lease(Connections& counter, std::optional<Address> counted)
            : counter_(&counter), counted_(counted) {}
        Lease(Lease&& other) noexcept
            : counter_(std::exchange(other.counter_, nullptr)), counted_(other.counted_) {}
        Lease& operator=(Lease&&) = delete;
        ~Lease() {
            if (counter_ != nullptr) counter_->give_back(counted_);
        }

    private:
        Connections* counter_;
        std::optional<Address> counted_;  // nothing: exempt from the cap of one address
    };

    Connections(std::size_t most, std::size_t per_address)
        : most_(most), per_address_(per_address) {}

    /// Nothing when that address has as many as it may.
    std::optional<Lease> take(const Address& address, bool exempt);
    /// True when no more may be accepted now; then `on_room` is called, once, when one has ended.
    bool full_so_wait();
    bool full() const;
    /// Set before the first `take`.
    void on_room(std::function<void()> call) { on_room_ = std::move(call); }
    /// False when some are left at that time.
    bool wait_for_none(std::chrono::steady_clock::time_point until);

private:
    void give_back(const std::optional<Address>& counted);

    const std::size_t most_, per_address_;
    mutable std::mutex mutex_;
    std::condition_variable none_;
    std::map<Address, std::size_t> by_address_;
    std::size_t all_ = 0;
    bool waiting_ = false;
    std::function<void()> on_room_;
};

/// Raises the limit of open files as far as it goes and tells how many connections that allows, at
/// most `wanted`.
std::size_t connections_allowed(std::size_t wanted);

}  // namespace outboard::http
