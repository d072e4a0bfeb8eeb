// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "federation/base/time.hpp"

namespace outboard {

struct PollOption {
    std::string title;
    std::int64_t votes = 0;
    friend bool operator==(const PollOption&, const PollOption&) = default;
};

/// What a status asks beside its text.
struct Poll {
    bool multiple = false;     // several options may be chosen
    bool hide_totals = false;  // counts of options are told when it is over
    std::optional<Instant> expires_at;
    std::optional<std::int64_t> voters;  // absent: its server does not say
    std::vector<PollOption> options;

    bool is_over(Instant now) const { return expires_at && *expires_at <= now; }
    bool shows_totals(Instant now) const { return !hide_totals || is_over(now); }
    friend bool operator==(const Poll&, const Poll&) = default;
};

/// True when votes on one still mean the same on the other.
inline bool asks_the_same(const Poll& one, const Poll& other) {
    if (one.multiple != other.multiple || one.options.size() != other.options.size()) return false;
    for (std::size_t i = 0; i < one.options.size(); ++i) {
        if (one.options[i].title != other.options[i].title) return false;
    }
    return true;
}

}  // namespace outboard
