// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <unordered_map>

namespace outboard {

/// Entries by key for callers from outside. At most `most` are kept apart; when that many are in
/// use, further keys share 1,024 entries by hash, so that filling the table gives nobody a fresh
/// one. Not guarded: it stands inside a Guarded.
template <class Entry>
class Counters {
public:
    explicit Counters(std::size_t most) : most_(most) {}

    /// The entry of `key`, made when there is none. When the table is full, entries for which
    /// `ended` holds make room. Valid until the next call.
    template <class Ended>
    Entry& at(const std::string& key, Ended ended) {
        if (const auto it = apart_.find(key); it != apart_.end()) return it->second;
        if (apart_.size() >= most_) {
            std::erase_if(apart_, [&](const auto& item) { return ended(item.second); });
        }
        if (apart_.size() < most_) return apart_[key];
        return shared_[std::hash<std::string>{}(key) % shared_.size()];
    }

    /// How many are kept apart, for tests.
    std::size_t size() const { return apart_.size(); }

private:
    std::size_t most_;
    std::unordered_map<std::string, Entry> apart_;
    std::array<Entry, 1024> shared_{};
};

}  // namespace outboard
