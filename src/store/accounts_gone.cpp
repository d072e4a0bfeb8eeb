// SPDX-License-Identifier: Apache-2.0
#include "src/store/accounts.hpp"
#include "src/store/lists.hpp"

namespace outboard::store::accounts {
namespace {

// $1 the account, $2 how many: of each inbox one account, whoever it is.
OB_QUERY(kPartners, "account.list_partners", R"sql(
    SELECT max(a.id) FROM accounts a
    WHERE a.id IN (
        SELECT target FROM follows WHERE account = $1
        UNION SELECT account FROM follows WHERE target = $1
        UNION SELECT m.account FROM statuses s JOIN mentions m ON m.status = s.id
            WHERE s.account = $1
        UNION SELECT s.reply_to_account FROM statuses s
            WHERE s.account = $1 AND s.reply_to_account IS NOT NULL
        UNION SELECT r.account FROM statuses s JOIN statuses r ON r.reply_to = s.id
            WHERE s.account = $1
        UNION SELECT o.account FROM statuses s JOIN statuses o ON o.id = s.boost_of
            WHERE s.account = $1
        UNION SELECT b.account FROM statuses s
            JOIN statuses b ON b.boost_of = s.id AND b.state = 'present' WHERE s.account = $1
        UNION SELECT f.account FROM statuses s JOIN favourites f ON f.status = s.id
            WHERE s.account = $1
        UNION SELECT o.account FROM favourites f JOIN statuses o ON o.id = f.status
            WHERE f.account = $1)
      AND a.domain <> '' AND a.suspended_at IS NULL AND a.deleted_at IS NULL AND a.inbox <> ''
    GROUP BY CASE WHEN a.shared_inbox <> '' THEN a.shared_inbox ELSE a.inbox END
    ORDER BY max(a.id) DESC LIMIT $2)sql");

// Few rows of one account by their own bounds: newest home entries, pins, a day's keys, markers,
// followed tags, blocked domains.
OB_QUERY(kDropHome, "account.drop_home", "DELETE FROM home WHERE account = $1");
OB_QUERY(kDropPins, "account.drop_pins", "DELETE FROM pins WHERE account = $1");
OB_QUERY(
    kDropIdempotency, "account.drop_idempotency", "DELETE FROM idempotency WHERE account = $1"
);
OB_QUERY(kDropMarkers, "account.drop_markers", "DELETE FROM markers WHERE account = $1");
OB_QUERY(kDropTags, "account.drop_tags", "DELETE FROM followed_tags WHERE account = $1");
OB_QUERY(kDropDomains, "account.drop_domains", "DELETE FROM domain_blocks WHERE account = $1");
// Any number.
OB_QUERY(kDropNotifications, "account.drop_notifications", R"sql(
    DELETE FROM notifications WHERE id IN
        (SELECT id FROM notifications WHERE account = $1 LIMIT $2))sql");
OB_QUERY(kDropBookmarks, "account.drop_bookmarks", R"sql(
    DELETE FROM bookmarks WHERE id IN
        (SELECT id FROM bookmarks WHERE account = $1 LIMIT $2))sql");
OB_QUERY(kDropMutes, "account.drop_mutes", R"sql(
    DELETE FROM mutes WHERE id IN (SELECT id FROM mutes WHERE account = $1 LIMIT $2))sql");
OB_QUERY(kDropBlocks, "account.drop_blocks", R"sql(
    DELETE FROM blocks WHERE id IN (SELECT id FROM blocks WHERE account = $1 LIMIT $2))sql");
OB_QUERY(kDropConversations, "account.drop_conversations", R"sql(
    DELETE FROM conversations WHERE id IN
        (SELECT id FROM conversations WHERE account = $1 LIMIT $2))sql");
OB_QUERY(kDropThreadMutes, "account.drop_thread_mutes", R"sql(
    DELETE FROM thread_mutes WHERE account = $1 AND thread IN
        (SELECT thread FROM thread_mutes WHERE account = $1 LIMIT $2))sql");
OB_QUERY(kDropNotes, "account.drop_notes", R"sql(
    DELETE FROM account_notes WHERE account = $1 AND target IN
        (SELECT target FROM account_notes WHERE account = $1 LIMIT $2))sql");

}  // namespace

std::vector<AccountId> list_partners(Reader& db, AccountId account, int most) {
    return db.all(kPartners, account_id, account, most);
}

bool drop_lists(Writer& tx, AccountId account, int most) {
    std::int64_t rows = 0;
    for (const auto* query :
         {&kDropHome, &kDropPins, &kDropIdempotency, &kDropMarkers, &kDropTags, &kDropDomains})
        rows += tx.execute(*query, account);
    for (const auto* query :
         {&kDropNotifications,
          &kDropBookmarks,
          &kDropMutes,
          &kDropBlocks,
          &kDropConversations,
          &kDropThreadMutes,
          &kDropNotes})
        rows += tx.execute(*query, account, most);
    return rows > 0;
}

}  // namespace outboard::store::accounts
