// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "src/domain/account.hpp"
#include "src/store/database.hpp"
#include "src/store/statuses.hpp"

namespace outboard::store::follows {

struct FollowRow {
    FollowId id;
    AccountId account, target;
    bool accepted = false;
    std::string uri;
    bool show_boosts = true, notify = false;
    Instant created_at{};
    std::optional<Instant> answered_at;
};
std::optional<FollowRow> find(Reader& db, AccountId account, AccountId target);
std::optional<FollowRow> find_by_uri(Reader& db, std::string_view uri);
/// Inserts or refreshes (same pair): returns true when it is new or its state changed. Keeps the
/// counts right. Without an id it gets one. An accepted follow stays accepted, whatever `follow`
/// says: only `remove` ends it.
bool put(Writer& tx, const FollowRow& follow);
void set_accepted(Writer& tx, AccountId account, AccountId target);
void set_answered(Writer& tx, FollowId id, Instant at);
bool remove(Writer& tx, AccountId account, AccountId target);
std::vector<FollowRow> list_followers(
    Reader& db, AccountId target, const statuses::Page& page
);  // accepted
std::vector<FollowRow> list_following(Reader& db, AccountId account, const statuses::Page& page);
std::vector<FollowRow> list_requests(Reader& db, AccountId target, const statuses::Page& page);
std::vector<FollowRow> list_any(
    Reader& db, AccountId either, int most
);  // to and from, asked and accepted, in no order

struct Relationship {
    bool following = false, requested = false, followed_by = false, requested_by = false;
    bool show_boosts = false, notify = false;
    bool blocking = false, blocked_by = false, muting = false, muting_notifications = false;
    std::optional<Instant> muting_until;
    bool domain_blocking = false;  // the viewer wants nothing of their domain
    std::string note;              // what the viewer keeps in mind of them
};
std::unordered_map<AccountId, Relationship> load_relationships(
    Reader& db, AccountId viewer, const std::vector<AccountId>& others
);

/// Whether the viewer mutes or blocks anybody, or the domain of anybody.
bool hides_any(Reader& db, AccountId viewer);

/// Of those whom the viewer follows, those who follow each of `others`: at most 1,000 in all.
std::unordered_map<AccountId, std::vector<AccountId>> load_familiar(
    Reader& db, AccountId viewer, const std::vector<AccountId>& others
);

/// Inboxes that deliver to the accepted, remote and active followers of `target`: each once, the
/// shared one of those who have it. In the order of their text, after `after`.
std::vector<std::string> list_inboxes(
    Reader& db, AccountId target, std::string_view after, int limit
);
/// Accepted followers of `target` whose inbox, shared or own, that is: at most `limit`, any.
std::vector<AccountId> list_behind_inbox(
    Reader& db, AccountId target, std::string_view inbox, int limit
);
/// After the inboxes of these accounts changed, or whether they may be delivered to.
void refresh_inboxes(Writer& tx, const std::vector<AccountId>& accounts);

}  // namespace outboard::store::follows

namespace outboard::store {
/// Somebody on a list of people: `id` is the row's, which is the page's cursor.
struct PersonRow {
    std::int64_t id = 0;
    AccountId account;
    std::optional<Instant> until;  // of mutes that end
};
}  // namespace outboard::store

namespace outboard::store::blocks {
std::vector<PersonRow> list(Reader& db, AccountId account, const statuses::Page& page);
bool add(Writer& tx, AccountId account, AccountId target, std::string_view uri);
bool remove(Writer& tx, AccountId account, AccountId target);
bool exists(Reader& db, AccountId account, AccountId target);
std::optional<std::string> find_uri(Reader& db, AccountId account, AccountId target);
struct BlockRow {
    AccountId account, target;
};
std::optional<BlockRow> find_by_uri(Reader& db, std::string_view uri);
bool blocks_any_of(Reader& db, AccountId account, std::string_view host);  // host[:port]
}  // namespace outboard::store::blocks

namespace outboard::store::mutes {
std::vector<PersonRow> list(
    Reader& db, AccountId account, const statuses::Page& page
);  // those in force
void put(
    Writer& tx,
    AccountId account,
    AccountId target,
    bool notifications,
    std::optional<Instant> expires
);
bool remove(Writer& tx, AccountId account, AccountId target);
}  // namespace outboard::store::mutes

/// Domains an account wants nothing of: `host[:port]` in lower case.
namespace outboard::store::domain_blocks {
struct DomainRow {
    std::int64_t id = 0;
    std::string domain;
};
bool add(Writer& tx, AccountId account, std::string_view domain);  // false when it was there
bool remove(Writer& tx, AccountId account, std::string_view domain);
bool exists(Reader& db, AccountId account, std::string_view domain);
std::int64_t count(Reader& db, AccountId account);
std::vector<DomainRow> list(Reader& db, AccountId account, const statuses::Page& page);
/// Accounts of that domain that follow the account or are followed by it: at most `limit`.
std::vector<AccountId> list_follows(
    Reader& db, AccountId account, std::string_view domain, int limit
);
}  // namespace outboard::store::domain_blocks

namespace outboard::store::account_notes {
void put(Writer& tx, AccountId account, AccountId target, std::string_view comment);  // empty: none
}  // namespace outboard::store::account_notes

namespace outboard::store::notifications {

struct NotificationRow {
    NotificationId id;
    AccountId account, source;
    std::string kind;  // mention, favourite, reblog, follow, follow_request, status, update, poll
    std::optional<StatusId> status;
    Instant created_at{};
};
/// Once per (account, source, kind, status); not from blocked or muted sources or domains, not
/// about muted threads, not from oneself but of polls. Only for local users.
void add(
    Writer& tx,
    AccountId account,
    AccountId source,
    std::string_view kind,
    std::optional<StatusId> status
);
void remove(
    Writer& tx,
    AccountId account,
    AccountId source,
    std::string_view kind,
    std::optional<StatusId> status
);
struct Filter {
    std::vector<std::string> types, exclude_types;
    std::optional<AccountId> source;
};
std::vector<NotificationRow> list(
    Reader& db, AccountId account, const Filter& filter, const statuses::Page& page
);
std::optional<NotificationRow> find(Reader& db, AccountId account, NotificationId id);
void dismiss(Writer& tx, AccountId account, NotificationId id);
void clear(Writer& tx, AccountId account);
/// How many are newer than `after`, counted up to `most`.
std::int64_t count_after(Reader& db, AccountId account, std::int64_t after, int most);

}  // namespace outboard::store::notifications
