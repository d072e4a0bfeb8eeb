// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/domain/status.hpp"
#include "src/services/app.hpp"
#include "src/services/media.hpp"
#include "src/services/polls.hpp"

namespace outboard::services {

/// What an author wants to say.
struct Draft {
    std::string text;
    std::optional<StatusId> reply_to;
    std::optional<Visibility>
        visibility;  // absent: the account's default, never wider than what is answered (V3)
    std::string spoiler;
    std::optional<bool> sensitive;  // absent: the account's default
    std::string language;           // empty: the account's default
    std::string content_type;  // empty: the account's default; else text/plain or text/markdown
    std::string application;   // name of the client
    std::string idempotency_key;
    std::optional<NewPoll> poll;
    std::vector<std::int64_t> media;  // uploads of the author's that wait
};

/// The status made by an earlier call with that key, within the hour of clients' retries and a
/// little more.
std::optional<StatusId> find_by_key(App& app, AccountId author, const std::string& key);

/// Posts: row, audience, wire object, Create, homes, notifications in one transaction. A key that
/// was used gives the status made then. Errors: Invalid (blank, too long, unknown type or
/// language), NotFound for a parent that is not the author's to see.
Result<StatusId> post(App& app, AccountId author, const Draft& draft);

/// What an edit changes; absent parts stay.
struct Changes {
    std::optional<std::string> text, spoiler, language, content_type;
    std::optional<bool> sensitive;
    std::optional<NewPoll> poll;
    std::optional<std::vector<std::int64_t>> media;  // those it has and uploads that wait, in order
    std::vector<std::pair<std::int64_t, MediaDetails>> media_details;  // of those
};
/// A new revision, sent as Update to everyone who had the post (CONTRACT.md 20) and may see it
/// still. The visibility stays; who is named now may see it and is told once, who is named no
/// longer may not where naming was all that let them. Errors: NotFound unless it is the author's
/// own, Invalid as for `post`.
Result<StatusId> edit(App& app, AccountId author, StatusId id, const Changes& changes);

/// Makes a tombstone of it and sends Delete to everyone who had it. An own boost is undone. Its
/// media go too, bytes and all; with `keep_media` they wait for another post, under new addresses
/// that only the author gets (delete-and-redraft). Errors: NotFound unless it is the author's own.
Result<void> remove_status(App& app, AccountId author, StatusId id, bool keep_media = false);

Result<StatusId> bookmark(App& app, AccountId viewer, StatusId id);
Result<StatusId> unbookmark(App& app, AccountId viewer, StatusId id);

/// No notifications of what happens in its thread any more.
Result<StatusId> mute_thread(App& app, AccountId viewer, StatusId id);
Result<StatusId> unmute_thread(App& app, AccountId viewer, StatusId id);

/// Pins an own post to the profile (it then stands in the featured collection), or takes it off,
/// and tells the followers (Add, Remove); twice is once. Errors: NotFound unless it is the author's
/// own; Invalid for boosts, direct posts, and over entities::kMaxPinned.
Result<StatusId> pin(App& app, AccountId author, StatusId id);
Result<StatusId> unpin(App& app, AccountId author, StatusId id);

/// A status of the author's own that is there. Errors: NotFound, also for somebody else's.
Result<Status> find_own(store::Reader& db, AccountId author, StatusId id);

/// Accounts of other nodes that have the post beside the author's followers: named in it, answered
/// by it, who boosted or favourited it.
std::vector<AccountId> had_by(store::Reader& db, const Status& status);

}  // namespace outboard::services
