// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "src/present/sight.hpp"
#include "src/services/app.hpp"
#include "src/store/streams.hpp"
#include "src/streaming/channel.hpp"
#include "src/streaming/reach.hpp"

namespace outboard::streaming {

/// One event as one account is told it.
struct Told {
    AccountId viewer;
    std::string_view event;  // "update"
    std::shared_ptr<const std::string>
        payload;  // JSON or an id; shared by viewers who see the same
    Reach reach;
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
