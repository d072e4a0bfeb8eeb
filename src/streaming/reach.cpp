// SPDX-License-Identifier: Apache-2.0
#include "src/streaming/reach.hpp"

#include <algorithm>

#include "src/base/limits.hpp"

namespace outboard::streaming {

bool SentBefore::has(StatusId id) const {
    return std::find(newest_.begin(), newest_.end(), id) != newest_.end();
}

void SentBefore::note(StatusId id) {
    newest_.push_back(id);
    if (newest_.size() > limits::kStreamMemory) newest_.pop_front();
}

bool reaches(const Reach& reach, const Channel& channel) {
    switch (channel.feed) {
        case Feed::User:
            return reach.home || reach.notifications;
        case Feed::Notifications:
            return reach.notifications;
        case Feed::Direct:
            return reach.direct;
        case Feed::List:
            return false;  // nobody has lists yet
        case Feed::Public:
        case Feed::Hashtag:
            break;
    }
    if (!reach.listing) return false;
    const auto& listing = *reach.listing;
    if (channel.origin == Origin::Local && !listing.local) return false;
    if (channel.origin == Origin::Remote && listing.local) return false;
    if (channel.only_media && !listing.media) return false;
    return channel.feed == Feed::Public ||
           std::find(listing.tags.begin(), listing.tags.end(), channel.key) != listing.tags.end();
}

}  // namespace outboard::streaming
