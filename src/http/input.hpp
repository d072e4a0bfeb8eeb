// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

#include "src/http/head.hpp"

namespace outboard::http {

/// Bytes read and not yet used: small while a connection is idle, so that thousands of them cost
/// little.
class Input {
public:
    static constexpr std::size_t kIdle = 1 * limits::kKiB;
    static constexpr std::size_t kMost = (kHeadBytes + 4095) / 4096 * 4096;

    std::string_view view() const { return {bytes_.get() + begin_, end_ - begin_}; }
    bool empty() const { return begin_ == end_; }
    /// Nothing more fits until something is consumed.
    bool full() const { return end_ - begin_ == kMost; }
    void consume(std::size_t count) {
        begin_ += count;
        if (begin_ == end_) begin_ = end_ = 0;
    }

    /// Where to read to: at least one byte unless `full`, at least `room` where that can be.
    char* prepare(std::size_t room) {
        if (begin_ > 0) {
            std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
            end_ -= begin_;
            begin_ = 0;
        }
        std::size_t wanted = std::max({capacity_, kIdle, std::min(end_ + room, kMost)});
        if (end_ == wanted) wanted = std::min(wanted * 4, kMost);
        if (wanted != capacity_) resize(wanted);
        return bytes_.get() + end_;
    }
    std::size_t space() const { return capacity_ - end_; }
    void filled(std::size_t count) { end_ += count; }

    /// Gives memory back; what is unread stays.
    void shrink() {
        if (empty() && capacity_ > kIdle) {
            bytes_.reset();
            capacity_ = 0;
        }
    }

    /// Drops everything.
    void release() {
        bytes_.reset();
        capacity_ = begin_ = end_ = 0;
    }

private:
    void resize(std::size_t capacity) {
        std::unique_ptr<char[]> larger(new char[capacity]);
        if (end_ > 0) std::memcpy(larger.get(), bytes_.get(), end_);
        bytes_ = std::move(larger);
        capacity_ = capacity;
    }

    std::unique_ptr<char[]> bytes_;
    std::size_t capacity_ = 0, begin_ = 0, end_ = 0;
};

}  // namespace outboard::http
