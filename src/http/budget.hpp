// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace outboard::http {

/// Bytes that all bodies of one kind may hold at once. Threads: any.
class ByteBudget : public std::enable_shared_from_this<ByteBudget> {
public:
    explicit ByteBudget(std::size_t most) : most_(most) {}

    /// What one body holds; gives it back at its end. Threads: one at a time.
    class Lease {
    public:
        explicit Lease(std::shared_ptr<ByteBudget> budget) : budget_(std::move(budget)) {}
        Lease(Lease&& other) noexcept
            : budget_(std::move(other.budget_)), held_(std::exchange(other.held_, 0)) {}
        Lease& operator=(Lease&&) = delete;
        ~Lease() {
            if (budget_) budget_->used_ -= held_;
        }
        /// False, and nothing changed, when there is not that much left.
        bool grow_to(std::size_t bytes) {
            if (bytes <= held_) return true;
            const auto more = bytes - held_;
            if (budget_->used_.fetch_add(more) + more > budget_->most_) {
                budget_->used_ -= more;
                return false;
            }
            held_ = bytes;
            return true;
        }
        void reset() { budget_->used_ -= std::exchange(held_, 0); }

    private:
        std::shared_ptr<ByteBudget> budget_;  // shared with the server, which may end before
        std::size_t held_ = 0;
    };
    Lease lease() { return Lease(shared_from_this()); }
    std::size_t used() const { return used_; }

private:
    const std::size_t most_;
    std::atomic<std::size_t> used_ = 0;
};

}  // namespace outboard::http
