// SPDX-License-Identifier: Apache-2.0
#include "src/store/accounts.hpp"
#include "src/store/conversations.hpp"
#include "src/store/keys.hpp"
#include "src/store/lists.hpp"
#include "src/store/media.hpp"
#include "src/store/polls.hpp"
#include "src/store/queues.hpp"
#include "src/store/statuses.hpp"
#include "src/store/streams.hpp"

namespace outboard::store::statuses {
namespace {

// Rows of one kind, and boosts, that one `remove` sweeps at most: a well-known status must not hold
// the writer.
constexpr int kSwept = 2000, kBoostsSwept = 500;

struct Counted {  // what the counters of others know of a status
    AccountId account;
    bool listed = false, deleted = false;
    std::optional<StatusId> boost_of, reply_to;
    std::string uri;
};
OB_QUERY(kCounted, "status.counted", R"sql(
    SELECT account, CASE WHEN visibility IN ('public', 'unlisted') THEN 1 ELSE 0 END,
        CASE WHEN state = 'deleted' THEN 1 ELSE 0 END, boost_of, reply_to, uri
    FROM statuses WHERE id = $1)sql");
OB_IDS_QUERY(
    kEmpty,
    "status.empty",
    "UPDATE statuses SET state = 'deleted', title = '', content = '', source = '', spoiler = '',"
    " sensitive = false, language = '', application = '', quote_of = NULL, document = NULL,"
    " replies_count = 0, boosts_count = 0, favourites_count = 0"
    " WHERE id",
    "$1",
    ""
);
OB_IDS_QUERY(
    kDropAudience, "status.drop_audience", "DELETE FROM status_audience WHERE status", "$1", ""
);
OB_QUERY(
    kDropAllRevisions, "status.drop_all_revisions", "DELETE FROM status_revisions WHERE status = $1"
);
// Bytes of its object; a boost has none of its own.
OB_QUERY(kListBytes, "status.list_bytes", R"sql(
    SELECT document FROM statuses
    WHERE id = $1 AND document IS NOT NULL AND boost_of IS NULL
    UNION SELECT document FROM status_revisions
    WHERE status = $1 AND document IS NOT NULL)sql");
OB_QUERY(kUnpin, "status.unpin", "DELETE FROM pins WHERE account = $1 AND status = $2");
OB_QUERY(kPin, "status.pin", R"sql(
    INSERT INTO pins (account, status, created_at) VALUES ($1, $2, $3)
    ON CONFLICT (account, status) DO NOTHING)sql");
OB_QUERY(kSweepHome, "status.sweep_home", R"sql(
    DELETE FROM home WHERE status = $1 AND account IN
        (SELECT account FROM home WHERE status = $1 ORDER BY account LIMIT $2))sql");
OB_QUERY(kSweepFavourites, "status.sweep_favourites", R"sql(
    DELETE FROM favourites WHERE id IN
        (SELECT id FROM favourites WHERE status = $1 LIMIT $2))sql");
OB_QUERY(kSweepBookmarks, "status.sweep_bookmarks", R"sql(
    DELETE FROM bookmarks WHERE id IN
        (SELECT id FROM bookmarks WHERE status = $1 LIMIT $2))sql");
OB_QUERY(kSweepNotifications, "status.sweep_notifications", R"sql(
    DELETE FROM notifications WHERE id IN
        (SELECT id FROM notifications WHERE status = $1 AND status <> 0 LIMIT $2))sql");
OB_QUERY(kBoostsOf, "status.boosts_of", R"sql(
    SELECT id, account, CASE WHEN visibility IN ('public', 'unlisted') THEN 1 ELSE 0 END
    FROM statuses WHERE boost_of = $1 AND state = 'present' ORDER BY account LIMIT $2)sql");
OB_IDS_QUERY(kDropHomes, "status.drop_homes", "DELETE FROM home WHERE status", "$1", "");
OB_IDS_QUERY(
    kLowerStatuses,
    "account.lower_statuses",
    "UPDATE accounts SET statuses_count ="
    " CASE WHEN statuses_count > 0 THEN statuses_count - 1 ELSE 0 END WHERE id",
    "$1",
    ""
);

OB_QUERY(kDropMentions, "status.remove_mentions", "DELETE FROM mentions WHERE status = $1");
OB_QUERY(kDropTags, "status.remove_tags", "DELETE FROM status_tags WHERE status = $1");
OB_QUERY(kLowerReplies, "status.lower_replies", R"sql(
    UPDATE statuses SET replies_count = replies_count - 1
    WHERE id = $1 AND replies_count > 0)sql");
OB_QUERY(kLowerBoosts, "status.lower_boosts", R"sql(
    UPDATE statuses SET boosts_count = boosts_count - 1
    WHERE id = $1 AND boosts_count > 0)sql");

OB_QUERY(kUndeleted, "status.list_undeleted", R"sql(
    SELECT id FROM statuses WHERE account = $1 AND state <> 'deleted' LIMIT $2)sql");

/// True when some boosts are left.
bool remove_boosts_of(Writer& tx, StatusId id) {
    std::vector<StatusId> boosts;
    std::vector<AccountId> counted;
    tx.each(
        kBoostsOf,
        [&](const Row& row) {
            boosts.push_back(row.id<Status>(0));
            if (row.boolean(2)) counted.push_back(row.id<Account>(1));
        },
        id,
        kBoostsSwept
    );
    if (boosts.empty()) return false;
    tx.execute(kEmpty, boosts);
    tx.execute(kDropAudience, boosts);
    tx.execute(kDropHomes, boosts);
    if (!counted.empty()) tx.execute(kLowerStatuses, counted);
    return boosts.size() == static_cast<std::size_t>(kBoostsSwept);
}

}  // namespace

bool remove(Writer& tx, StatusId id) {
    const auto counted = tx.one(
        kCounted,
        [](const Row& row) {
            return Counted{
                row.id<Account>(0),
                row.boolean(1),
                row.boolean(2),
                row.maybe_id<Status>(3),
                row.maybe_id<Status>(4),
                row.text(5)
            };
        },
        id
    );
    if (!counted) return false;
    if (!counted->deleted) {
        streams::add_deletion(tx, id);
        const auto bytes = tx.all(kListBytes, [](const Row& row) { return row.bytes(0); }, id);
        tx.execute(kEmpty, std::vector{id});
        if (counted->boost_of) tx.execute(kLowerBoosts, *counted->boost_of);
        if (counted->listed) {
            accounts::add_to_counts(tx, counted->account, 0, 0, -1);
            if (counted->reply_to) tx.execute(kLowerReplies, *counted->reply_to);
        }
        tx.execute(kDropAudience, std::vector{id});
        tx.execute(kDropMentions, id);
        tx.execute(kDropTags, id);
        media::drop_of_status(tx, id, /*kept=*/{});
        tx.execute(kDropAllRevisions, id);
        for (const auto& hash : bytes) documents::drop_unused(tx, hash);
        tx.execute(kUnpin, counted->account, id);
        polls::remove(tx, id);
        conversations::forget_status(tx, id);
    }
    bool more = remove_boosts_of(tx, id);
    more = outbox::drop_saying(tx, id, kSwept) || more;
    more = inbox::drop_bytes_about(tx, counted->uri, kSwept) || more;
    for (const auto* query :
         {&kSweepHome, &kSweepFavourites, &kSweepBookmarks, &kSweepNotifications}) {
        more = tx.execute(*query, id, kSwept) == kSwept || more;
    }
    return more;
}

std::vector<StatusId> list_undeleted(Reader& db, AccountId account, int most) {
    return db.all(kUndeleted, status_id, account, most);
}

bool pin(Writer& tx, AccountId account, StatusId status) {
    return tx.execute(kPin, account, status, tx.now()) == 1;
}

bool unpin(Writer& tx, AccountId account, StatusId status) {
    return tx.execute(kUnpin, account, status) == 1;
}

}  // namespace outboard::store::statuses
