// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "federation/vocabulary.hpp"
#include "src/domain/poll.hpp"
#include "src/domain/status.hpp"
#include "src/services/app.hpp"

namespace outboard::services {

// What a poll of ours may be; shown in /api/v2/instance.
inline constexpr std::size_t kPollOptions = 4, kPollOptionCharacters = 50;
inline constexpr std::chrono::seconds kPollShortest{300}, kPollLongest{2'629'746};

/// What an author asks.
struct NewPoll {
    std::vector<std::string> options;
    std::chrono::seconds expires_in{0};
    bool multiple = false, hide_totals = false;
};
/// Errors: Invalid for options that are too few, too many, too long, empty or double, and for times
/// out of bounds.
Result<Poll> make_poll(const NewPoll& wanted, Instant now);

/// What peers are told of a poll of ours: no counts while its author hides them.
Poll told_to_peers(Poll poll, Instant now);

/// Votes once and for all; a remote poll's server is told (N6). Errors: NotFound for what the
/// viewer may not see or what is no poll; Invalid for a second vote, own or ended polls, and
/// options that are not there.
Result<void> vote(App& app, AccountId viewer, StatusId status, const std::vector<int>& choices);

/// A vote as it comes from another server: the name of an option, on a status of ours. Nothing for
/// what is none.
struct RemoteVote {
    std::string status_uri, option;
};
std::optional<RemoteVote> read_vote(const Identity& identity, const federation::Object& object);
/// Counts a vote of `voter`, once. Errors: NotFound or Forbidden for votes that do not count.
Result<void> take_vote(store::Writer& tx, App& app, AccountId voter, const RemoteVote& vote);

/// Plans what a poll needs later, in the transaction that makes or changes it: the notifications at
/// its end (`poll.end`).
void plan_end(store::Writer& tx, App& app, StatusId status, const Poll& poll);
/// Sends the counts of an own poll as an Update to everyone who has it and who voted (job
/// `poll.tally`, at most once a minute). Returns the counts that were sent; nothing for a poll that
/// is gone.
Result<std::optional<Poll>> send_tally(App& app, StatusId status);
/// Plans another when votes came while that one was made.
void follow_tally(store::Writer& tx, App& app, StatusId status, const Poll& sent);
/// Tells author and voters here that a poll is over, some at a time: returns the last voter told,
/// or nothing at the end. Not yet over: plans the end anew.
std::optional<AccountId> tell_end(store::Writer& tx, App& app, StatusId status, AccountId after);

}  // namespace outboard::services
