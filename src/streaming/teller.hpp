// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "src/present/sight.hpp"
#include "src/services/app.hpp"
#include "src/store/streams.hpp"
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

/// One event as one account is told it.
struct Told {
    AccountId viewer;
    std::string_view event;  // "update"
    std::shared_ptr<const std::string>
        payload;  // JSON or an id; shared by viewers who see the same
    Reach reach;
};

/// Statuses that an account was told of lately on its own stream, so that none comes twice and its
/// deletion follows it.
class SentBefore {
public:
    bool has(StatusId id) const;
    void note(StatusId id);

private:
    std::deque<StatusId> newest_;
};

/// An account that listens.
struct Viewer {
    AccountId id;
    std::vector<Channel> channels;  // of all its streams
    SentBefore* sent = nullptr;
};

/// Finds who is told what, in order of the events for each viewer. A viewer is told of a status
/// exactly when the timeline behind the channel would show it: candidates are those of home and the
/// public lists, the right to see is `present::Candidates`, taste is that of the timeline. The
/// number of statements grows with the viewers concerned (three for each), not with their streams.
std::vector<Told> tell(
    App& app,
    store::Reader& db,
    const std::vector<store::streams::Event>& events,
    std::vector<Viewer>& viewers
);

}  // namespace outboard::streaming
