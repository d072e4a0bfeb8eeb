// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "src/base/id.hpp"
#include "src/streaming/channel.hpp"

namespace outboard::streaming {

/// The public lists a status stands in, as timelines do it.
struct Listing {
    bool local = false, media = false;
    std::vector<std::string> tags;  // folded
};

/// Which channels of a viewer an event goes to.
struct Reach {
    bool home = false, notifications = false, direct = false;
    std::shared_ptr<const Listing> listing;  // shared by all viewers; nothing: in none
};
bool reaches(const Reach& reach, const Channel& channel);

/// Statuses that an account was told of lately on its own stream, so that none comes twice and its
/// deletion follows it.
class SentBefore {
public:
    bool has(StatusId id) const;
    void note(StatusId id);

private:
    std::deque<StatusId> newest_;
};

}  // namespace outboard::streaming
