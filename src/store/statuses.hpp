// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "src/domain/poll.hpp"
#include "src/domain/status.hpp"
#include "src/store/database.hpp"

namespace outboard::store::statuses {

/// Window of a list, newest first. `min_id` gives the page just above it, still newest first
/// (pitfalls 3).
struct Page {
    std::optional<std::int64_t> max_id, since_id, min_id;
    int limit = 20;
};

/// A status on a list with a cursor of its own.
struct Candidate {
    std::int64_t cursor = 0;
    StatusId status;
};

std::optional<Status> find(
    Reader& db, StatusId id
);  // in any state, as all `find_` and `load` here
std::optional<Status> find_by_uri(Reader& db, std::string_view uri);
/// By id of the object, of the Create or Announce, or by page address: the latter two only of the
/// status' own host.
std::optional<Status> find_by_any_uri(Reader& db, std::string_view uri);
std::vector<Status> load(Reader& db, const std::vector<StatusId>& ids);  // in no order

/// Everything new: row, audience, mentions, tags, media (an own upload is attached). Returns the id
/// used (remote ones move to the next free id), or that of the row with this uri, or of this
/// account's boost of `boost_of`, when it is there already; nothing is changed then. The thread is
/// that of `reply_to`, else the status' own id. A `reply_to_uri` alone links nothing: whether the
/// author may know of the parent is the caller's question (A056). Links replies that waited for a
/// remote status' uri (at most 1,000), and counts: author's statuses, parent's replies (public and
/// unlisted ones: THREATS 104), boosts. Direct ones join the conversations of those who take part
/// here.
struct NewStatus {
    Status status;
    std::vector<AudienceLine> audience;
    std::vector<AccountId> mentions;
    std::vector<std::string> hashtags;  // as written
    std::vector<Media> media;
    std::optional<Poll> poll;
};
/// Throws StoreError for a local one whose id `is_taken`: it stands in the uri already, so it
/// cannot move.
StatusId insert(Writer& tx, const NewStatus& fresh);
bool is_taken(Reader& db, StatusId id);
/// A new revision; the old one goes to status_revisions (the newest 100 stay). Tags, mentions,
/// media, audience, visibility and a poll that is given are replaced; time and place in the thread
/// stay. Counts and conversations follow the audience; home entries stay candidates, which those
/// who may no longer see it are not shown. A deleted status stays deleted; a pruned one is present
/// again.
void edit(Writer& tx, const NewStatus& changed);
/// Empties and marks deleted, removes audience, home entries, favourites, bookmarks, notifications,
/// mentions, tags, media, revisions and boosts of it, and the bytes that say what it said: as
/// served, as received, as sent and waiting to be sent (THREATS 101); counts. True when a
/// well-known status has more of those than one transaction should sweep: nothing that is left is
/// ever shown, and calling again in another transaction goes on.
bool remove(Writer& tx, StatusId id);
std::vector<StatusId> list_undeleted(
    Reader& db, AccountId account, int most
);  // boosts too, in no order
void set_document(Writer& tx, StatusId id, std::string_view hash);
/// Other bytes of the same text, as a new revision: counts of its poll. False when it has changed
/// since `revision`.
bool set_tally(Writer& tx, StatusId id, std::int64_t revision, std::string_view hash);

std::vector<StatusRevision> load_revisions(Reader& db, StatusId id);  // old ones, oldest first
std::vector<AudienceLine> load_audience(Reader& db, StatusId id);

/// Facts for `may_see`, for a whole page in one query. Boosts: give the boosted statuses' ids too.
std::unordered_map<StatusId, SightFacts> load_sight(
    Reader& db, const std::vector<StatusId>& ids, std::optional<AccountId> viewer
);

struct Flags {
    bool favourited = false, boosted = false, bookmarked = false, muted = false, pinned = false;
};
std::unordered_map<StatusId, Flags> load_flags(
    Reader& db, const std::vector<StatusId>& ids, AccountId viewer
);
std::unordered_map<StatusId, std::vector<AccountId>> load_mentions(
    Reader& db, const std::vector<StatusId>& ids
);
std::unordered_map<StatusId, std::vector<std::string>> load_tags(
    Reader& db, const std::vector<StatusId>& ids
);  // display form
std::unordered_map<StatusId, std::vector<Media>> load_media(
    Reader& db, const std::vector<StatusId>& ids
);

/// Candidates, newest first; the caller checks `may_see` and asks again for more. Without authors
/// (also of what is boosted) whom the account mutes, or where one blocks the other.
std::vector<StatusId> list_home(Reader& db, AccountId account, const Page& page);
struct AccountFilter {
    bool exclude_replies = false, exclude_boosts = false, only_media = false, pinned = false;
    std::string tagged;
};
std::vector<StatusId> list_account(
    Reader& db, AccountId account, const AccountFilter& filter, const Page& page
);
std::vector<StatusId> list_public(Reader& db, bool local_only, bool remote_only, const Page& page);
std::vector<StatusId> list_tag(Reader& db, std::string_view tag, const Page& page);
/// Ancestors oldest first (at most kThreadDepth), descendants depth first (at most kDescendants);
/// deleted ones hold their place.
std::vector<StatusId> list_ancestors(Reader& db, StatusId id);
std::vector<StatusId> list_descendants(Reader& db, StatusId id);
std::vector<StatusId> list_replies(Reader& db, StatusId id, const Page& page);
std::vector<StatusId> list_public_of_account(
    Reader& db, AccountId account, const Page& page
);  // public only, own posts: Atom, profile page
std::vector<StatusId> list_pinned(
    Reader& db, AccountId account
);  // present ones, newest pin first, at most 40
bool pin(Writer& tx, AccountId account, StatusId status);  // false when it was pinned
bool unpin(Writer& tx, AccountId account, StatusId status);

/// The boost of `status` by `account`, if any.
std::optional<Status> find_boost(Reader& db, AccountId account, StatusId status);
std::vector<AccountId> list_boosters(
    Reader& db, StatusId status, const Page& page
);                                     // by account id, which is the page's cursor
std::int64_t count_local(Reader& db);  // public posts of our own, without boosts

/// Puts a status into the home of one account, which keeps its newest kHomeEntries (trimmed now and
/// then, so some more between).
void add_to_home(Writer& tx, AccountId account, StatusId status);
/// Into the homes of local followers of `author`: looks at the next `chunk` follows over `after`,
/// and returns the last follow id it handled, or 0 at the end.
std::int64_t fan_out_home(
    Writer& tx, AccountId author, StatusId status, bool is_boost, std::int64_t after, int chunk
);
/// Of the same follows those that want to be told of each post.
std::vector<AccountId> list_notified(Reader& db, AccountId author, std::int64_t after, int chunk);
/// Fills a home after a new follow: the newest 40 of `target` (boosts only where the follow shows
/// them).
void backfill_home(Writer& tx, AccountId account, AccountId target);
void remove_from_home(Writer& tx, AccountId account, AccountId author);

}  // namespace outboard::store::statuses

namespace outboard::store::favourites {

struct Favourite {
    std::int64_t id = 0;
    AccountId account;
    StatusId status;
    std::string uri;
};
/// False when it was there already.
bool add(Writer& tx, const Favourite& favourite);
bool remove(Writer& tx, AccountId account, StatusId status);
std::optional<Favourite> find(Reader& db, AccountId account, StatusId status);
std::optional<Favourite> find_by_uri(Reader& db, std::string_view uri);
std::vector<AccountId> list_accounts(
    Reader& db, StatusId status, const statuses::Page& page
);  // by account id, which is the page's cursor
std::vector<StatusId> list_statuses(
    Reader& db, AccountId account, int most
);  // that it marked, in no order
std::vector<statuses::Candidate> list_of(
    Reader& db, AccountId account, const statuses::Page& page
);  // newest favourite first

}  // namespace outboard::store::favourites

namespace outboard::store::bookmarks {
bool add(Writer& tx, AccountId account, StatusId status);
bool remove(Writer& tx, AccountId account, StatusId status);
std::vector<statuses::Candidate> list_of(
    Reader& db, AccountId account, const statuses::Page& page
);  // newest bookmark first
}  // namespace outboard::store::bookmarks

namespace outboard::store::thread_mutes {
bool add(Writer& tx, AccountId account, StatusId thread);
bool remove(Writer& tx, AccountId account, StatusId thread);
}  // namespace outboard::store::thread_mutes

/// How far an account has read.
namespace outboard::store::markers {
struct Marker {
    std::string timeline;  // home or notifications
    std::int64_t last_read = 0, version = 0;
    Instant updated_at{};
};
std::vector<Marker> load(Reader& db, AccountId account);
/// One version more than before.
void put(Writer& tx, AccountId account, std::string_view timeline, std::int64_t last_read);
}  // namespace outboard::store::markers

namespace outboard::store::idempotency {
std::optional<StatusId> find(Reader& db, AccountId account, std::string_view key);
/// False when the key is taken (then `find` names the status).
bool take(Writer& tx, AccountId account, std::string_view key, StatusId status);
void drop_older_than(Writer& tx, Instant limit);
}  // namespace outboard::store::idempotency
