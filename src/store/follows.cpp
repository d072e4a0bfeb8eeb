// SPDX-License-Identifier: Apache-2.0
#include "src/store/follows.hpp"

#include "src/store/accounts.hpp"
#include "src/store/lists.hpp"

namespace outboard::store::follows {
namespace {

#define OB_FOLLOW_COLUMNS \
    "id, account, target, state, uri, show_boosts, notify, created_at, answered_at"

OB_QUERY(
    kFind,
    "follow.find",
    "SELECT " OB_FOLLOW_COLUMNS " FROM follows WHERE account = $1 AND target = $2"
);
OB_QUERY(
    kFindByUri,
    "follow.find_by_uri",
    "SELECT " OB_FOLLOW_COLUMNS " FROM follows WHERE uri = $1 ORDER BY id LIMIT 1"
);
OB_QUERY(kInsert, "follow.insert", R"sql(
    INSERT INTO follows (id, account, target, state, uri, show_boosts, notify, created_at,
        answered_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9))sql");
OB_QUERY(kRefresh, "follow.refresh", R"sql(
    UPDATE follows SET state = $2, uri = $3, show_boosts = $4, notify = $5,
        answered_at = coalesce($6, answered_at)
    WHERE id = $1)sql");
OB_QUERY(kAccept, "follow.accept", R"sql(
    UPDATE follows SET state = 'accepted'
    WHERE account = $1 AND target = $2 AND state <> 'accepted')sql");
OB_QUERY(kAnswered, "follow.set_answered", "UPDATE follows SET answered_at = $2 WHERE id = $1");
OB_QUERY(kRemove, "follow.remove", "DELETE FROM follows WHERE id = $1");

OB_QUERY(
    kAny,
    "follow.list_any",
    "SELECT " OB_FOLLOW_COLUMNS " FROM follows WHERE account = $1 UNION SELECT " OB_FOLLOW_COLUMNS
    " FROM follows WHERE target = $1 LIMIT $2"
);

OB_PAGED_QUERY(
    kFollowers,
    "follow.list_followers",
    "SELECT " OB_FOLLOW_COLUMNS
    " FROM follows WHERE target = $4 AND state = 'accepted' AND id < $1 AND id > $2",
    "id"
);
OB_PAGED_QUERY(
    kFollowing,
    "follow.list_following",
    "SELECT " OB_FOLLOW_COLUMNS
    " FROM follows WHERE account = $4 AND state = 'accepted' AND id < $1 AND id > $2",
    "id"
);
OB_PAGED_QUERY(
    kRequests,
    "follow.list_requests",
    "SELECT " OB_FOLLOW_COLUMNS
    " FROM follows WHERE target = $4 AND state = 'requested' AND id < $1 AND id > $2",
    "id"
);
OB_IDS_QUERY(
    kRelationships,
    "follow.relationships",
    "SELECT a.id, mine.state, theirs.state, mine.show_boosts, mine.notify,"
    " CASE WHEN b.id IS NULL THEN 0 ELSE 1 END, CASE WHEN r.id IS NULL THEN 0 ELSE 1 END,"
    " CASE WHEN m.id IS NULL THEN 0 ELSE 1 END, m.notifications, m.expires_at,"
    // Two looks at the index: a list in IN becomes a table of its own for each account.
    " CASE WHEN a.domain <> ''"
    "  AND (EXISTS (SELECT 1 FROM domain_blocks d WHERE d.account = $2 AND d.domain = a.domain)"
    "   OR EXISTS (SELECT 1 FROM domain_blocks d WHERE d.account = $2 AND d.domain = a.host))"
    "  THEN 1 ELSE 0 END, n.comment"
    " FROM accounts a"
    " LEFT JOIN follows mine ON mine.account = $2 AND mine.target = a.id"
    " LEFT JOIN follows theirs ON theirs.account = a.id AND theirs.target = $2"
    " LEFT JOIN blocks b ON b.account = $2 AND b.target = a.id"
    " LEFT JOIN blocks r ON r.account = a.id AND r.target = $2"
    " LEFT JOIN mutes m ON m.account = $2 AND m.target = a.id"
    "  AND (m.expires_at IS NULL OR m.expires_at > $3)"
    " LEFT JOIN account_notes n ON n.account = $2 AND n.target = a.id"
    " WHERE a.id",
    "$1",
    ""
);
OB_QUERY(kHidesAny, "follow.hides_any", R"sql(
    SELECT 1 WHERE EXISTS (SELECT 1 FROM mutes WHERE account = $1)
        OR EXISTS (SELECT 1 FROM blocks WHERE account = $1)
        OR EXISTS (SELECT 1 FROM domain_blocks WHERE account = $1))sql");
OB_IDS_QUERY(
    kFamiliar,
    "follow.familiar",
    "SELECT r.target, r.account FROM follows r"
    " JOIN follows mine ON mine.target = r.account AND mine.account = $2"
    "  AND mine.state = 'accepted'"
    " WHERE r.state = 'accepted' AND r.target",
    "$1",
    " ORDER BY r.target, r.id LIMIT 1000"
);
// From each inbox straight to the next in the index: as many steps as inboxes, not as followers.
OB_QUERY(kInboxes, "follow.list_inboxes", R"sql(
    WITH RECURSIVE next (inbox) AS (
        SELECT min(inbox) FROM follows WHERE target = $1 AND state = 'accepted' AND inbox > $2
        UNION ALL
        SELECT (SELECT min(f.inbox) FROM follows f
            WHERE f.target = $1 AND f.state = 'accepted' AND f.inbox > next.inbox)
        FROM next WHERE next.inbox IS NOT NULL)
    SELECT inbox FROM next WHERE inbox IS NOT NULL LIMIT $3)sql");
OB_QUERY(kBehindInbox, "follow.list_behind_inbox", R"sql(
    SELECT f.account FROM follows f JOIN accounts a ON a.id = f.account
    WHERE f.target = $1 AND f.state = 'accepted' AND f.inbox <> ''
        AND (f.inbox = $2 OR a.inbox = $2)
    LIMIT $3)sql");
OB_IDS_QUERY(
    kRefreshInboxes,
    "follow.refresh_inboxes",
    "UPDATE follows SET inbox = coalesce(("
    "SELECT CASE WHEN a.shared_inbox <> '' THEN a.shared_inbox ELSE a.inbox END FROM accounts a"
    " WHERE a.id = follows.account AND a.domain <> '' AND a.suspended_at IS NULL"
    " AND a.deleted_at IS NULL), '') WHERE account",
    "$1",
    ""
);

constexpr std::string_view kAccepted = "accepted", kRequested = "requested";

FollowRow read(const Row& row) {
    FollowRow f;
    f.id = row.id<Follow>(0);
    f.account = row.id<Account>(1);
    f.target = row.id<Account>(2);
    f.accepted = row.text(3) == kAccepted;
    f.uri = row.text(4);
    f.show_boosts = row.boolean(5);
    f.notify = row.boolean(6);
    f.created_at = row.instant(7);
    f.answered_at = row.maybe_instant(8);
    return f;
}

void count(Writer& tx, AccountId account, AccountId target, int by) {
    accounts::add_to_counts(tx, account, 0, by, 0);
    accounts::add_to_counts(tx, target, by, 0, 0);
}

}  // namespace

std::optional<FollowRow> find(Reader& db, AccountId account, AccountId target) {
    return db.one(kFind, read, account, target);
}

std::optional<FollowRow> find_by_uri(Reader& db, std::string_view uri) {
    if (uri.empty()) return std::nullopt;
    return db.one(kFindByUri, read, uri);
}

bool put(Writer& tx, const FollowRow& follow) {
    const auto old = find(tx, follow.account, follow.target);
    const bool accepted = follow.accepted || (old && old->accepted);
    const auto state = accepted ? kAccepted : kRequested;
    if (old) {
        tx.execute(
            kRefresh,
            old->id,
            state,
            follow.uri.empty() ? old->uri : follow.uri,
            follow.show_boosts,
            follow.notify,
            follow.answered_at
        );
    } else {
        tx.execute(
            kInsert,
            follow.id.value != 0 ? follow.id.value : tx.next_id(),
            follow.account,
            follow.target,
            state,
            follow.uri,
            follow.show_boosts,
            follow.notify,
            follow.created_at == Instant{} ? tx.now() : follow.created_at,
            follow.answered_at
        );
        refresh_inboxes(tx, {follow.account});
    }
    if (accepted && !(old && old->accepted)) count(tx, follow.account, follow.target, 1);
    return !old || old->accepted != accepted;
}

void set_accepted(Writer& tx, AccountId account, AccountId target) {
    if (tx.execute(kAccept, account, target) == 1) count(tx, account, target, 1);
}

void set_answered(Writer& tx, FollowId id, Instant at) { tx.execute(kAnswered, id, at); }

bool remove(Writer& tx, AccountId account, AccountId target) {
    const auto old = find(tx, account, target);
    if (!old) return false;
    tx.execute(kRemove, old->id);
    if (old->accepted) count(tx, account, target, -1);
    return true;
}

std::vector<FollowRow> list_followers(Reader& db, AccountId target, const statuses::Page& page) {
    return list_window(db, kFollowers, read, page, target);
}

std::vector<FollowRow> list_following(Reader& db, AccountId account, const statuses::Page& page) {
    return list_window(db, kFollowing, read, page, account);
}

std::vector<FollowRow> list_requests(Reader& db, AccountId target, const statuses::Page& page) {
    return list_window(db, kRequests, read, page, target);
}

std::vector<FollowRow> list_any(Reader& db, AccountId either, int most) {
    return db.all(kAny, read, either, most);
}

std::unordered_map<AccountId, Relationship> load_relationships(
    Reader& db, AccountId viewer, const std::vector<AccountId>& others
) {
    std::unordered_map<AccountId, Relationship> found;
    if (others.empty()) return found;
    db.each(
        kRelationships,
        [&](const Row& row) {
            Relationship r;
            const auto mine = row.text(1), theirs = row.text(2);
            r.following = mine == kAccepted;
            r.requested = mine == kRequested;
            r.followed_by = theirs == kAccepted;
            r.requested_by = theirs == kRequested;
            r.show_boosts = !row.is_null(3) && row.boolean(3);
            r.notify = !row.is_null(4) && row.boolean(4);
            r.blocking = row.boolean(5);
            r.blocked_by = row.boolean(6);
            r.muting = row.boolean(7);
            r.muting_notifications = !row.is_null(8) && row.boolean(8);
            r.muting_until = row.maybe_instant(9);
            r.domain_blocking = row.boolean(10);
            r.note = row.text(11);
            found.emplace(row.id<Account>(0), r);
        },
        others,
        viewer,
        db.now()
    );
    return found;
}

bool hides_any(Reader& db, AccountId viewer) { return db.exists(kHidesAny, viewer); }

std::unordered_map<AccountId, std::vector<AccountId>> load_familiar(
    Reader& db, AccountId viewer, const std::vector<AccountId>& others
) {
    std::unordered_map<AccountId, std::vector<AccountId>> familiar;
    if (others.empty()) return familiar;
    db.each(
        kFamiliar,
        [&](const Row& row) { familiar[row.id<Account>(0)].push_back(row.id<Account>(1)); },
        others,
        viewer
    );
    return familiar;
}

std::vector<std::string> list_inboxes(
    Reader& db, AccountId target, std::string_view after, int limit
) {
    return db.all(kInboxes, [](const Row& row) { return row.text(0); }, target, after, limit);
}

std::vector<AccountId> list_behind_inbox(
    Reader& db, AccountId target, std::string_view inbox, int limit
) {
    return db.all(
        kBehindInbox, [](const Row& row) { return row.id<Account>(0); }, target, inbox, limit
    );
}

void refresh_inboxes(Writer& tx, const std::vector<AccountId>& accounts) {
    if (!accounts.empty()) tx.execute(kRefreshInboxes, accounts);
}

}  // namespace outboard::store::follows
