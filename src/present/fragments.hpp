// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "src/base/guarded.hpp"
#include "src/base/id.hpp"
#include "src/base/limits.hpp"

namespace outboard::present {

/// The part of a status' or an account's JSON that its revision settles.
struct Fragment {
    std::string text;
    /// Accounts whose names stand in it, with their revisions then.
    std::vector<std::pair<AccountId, std::int64_t>> named = {};
};
using SharedFragment = std::shared_ptr<const Fragment>;  // shared by the cache and its readers

/// Fragments by what they were made of (DESIGN.md 3.10): a changed row has another revision, so
/// nothing is ever taken out for being old. Two halves: when the young one is full the old one
/// goes, and what is asked for in the old one becomes young again. Threads: any.
class Fragments {
public:
    struct Key {
        std::int64_t id = 0, revision = 0;
        std::int64_t boosted = 0;  // revision of what the status boosts, else 0
        bool is_account = false;
        friend bool operator==(const Key&, const Key&) = default;
    };

    explicit Fragments(std::size_t most_bytes = limits::kFragmentBytes) : most_(most_bytes) {}

    /// Null when it is not there.
    SharedFragment find(const Key& key);
    SharedFragment put(const Key& key, Fragment fragment);
    std::size_t bytes() const;  // held, with what holding them costs

private:
    struct Hash {
        std::size_t operator()(const Key& key) const noexcept {
            auto mixed = static_cast<std::uint64_t>(key.id) * 0x9E3779B97F4A7C15ULL;
            mixed ^= static_cast<std::uint64_t>(key.revision * 2 + (key.is_account ? 1 : 0)) << 32;
            return static_cast<std::size_t>(mixed ^ static_cast<std::uint64_t>(key.boosted));
        }
    };
    struct Half {
        std::unordered_map<Key, SharedFragment, Hash> by_key;
        std::size_t bytes = 0;
    };
    struct Halves {
        Half young, old;
    };
    void keep(Halves& halves, const Key& key, const SharedFragment& fragment) const;

    const std::size_t most_;
    mutable Guarded<Halves> halves_;
};

}  // namespace outboard::present
