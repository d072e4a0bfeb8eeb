// SPDX-License-Identifier: Apache-2.0
#include "src/store/conversations.hpp"

#include "src/store/lists.hpp"

namespace outboard::store::conversations {
namespace {

OB_PAGED_QUERY(
    kList,
    "conversation.list",
    R"sql(
    SELECT id, last_status, unread FROM conversations
    WHERE account = $4 AND last_status < $1 AND last_status > $2)sql",
    "last_status"
);
OB_QUERY(kFind, "conversation.find", R"sql(
    SELECT id, last_status, unread FROM conversations WHERE id = $2 AND account = $1)sql");
OB_QUERY(kNote, "conversation.note", R"sql(
    INSERT INTO conversations (id, account, thread, last_status, unread)
    SELECT CAST($1 AS BIGINT), u.account, CAST($3 AS BIGINT), CAST($4 AS BIGINT),
        CASE WHEN u.account = $5 THEN false ELSE true END
    FROM users u WHERE u.account = $2
    ON CONFLICT (account, thread) DO UPDATE SET unread = excluded.unread,
        last_status = CASE WHEN excluded.last_status > conversations.last_status
            THEN excluded.last_status ELSE conversations.last_status END)sql");
OB_QUERY(
    kSetRead,
    "conversation.set_read",
    "UPDATE conversations SET unread = false WHERE id = $2 AND account = $1"
);
OB_QUERY(
    kRemove, "conversation.remove", "DELETE FROM conversations WHERE id = $2 AND account = $1"
);
OB_QUERY(kStepBack, "conversation.step_back", R"sql(
    UPDATE conversations SET last_status = coalesce((
        SELECT s.id FROM statuses s
        WHERE s.thread = conversations.thread AND s.id <= $1
          AND s.visibility = 'direct' AND s.state = 'present'
          AND (s.account = conversations.account OR EXISTS (
              SELECT 1 FROM status_audience r
              WHERE r.status = s.id AND r.kind = 'actor' AND r.target = conversations.account))
        ORDER BY s.id DESC LIMIT 1), 0)
    WHERE last_status = $1)sql");
OB_QUERY(kDropEmpty, "conversation.drop_empty", "DELETE FROM conversations WHERE last_status = 0");
OB_IDS_QUERY(
    kDropMerged,
    "conversation.drop_merged",
    "DELETE FROM conversations WHERE account IN"
    " (SELECT c.account FROM conversations c WHERE c.thread = $2) AND thread",
    "$1",
    ""
);
OB_IDS_QUERY(
    kMerge, "conversation.merge", "UPDATE conversations SET thread = $2 WHERE thread", "$1", ""
);

ConversationRow read(const Row& row) { return {row.integer(0), row.id<Status>(1), row.boolean(2)}; }

}  // namespace

std::vector<ConversationRow> list(Reader& db, AccountId account, const statuses::Page& page) {
    return list_window(db, kList, read, page, account);
}

std::optional<ConversationRow> find(Reader& db, AccountId account, std::int64_t id) {
    return db.one(kFind, read, account, id);
}

void note(Writer& tx, StatusId status, StatusId thread, AccountId author, AccountId reader) {
    tx.execute(kNote, tx.next_id(), reader, thread, status, author);
}

void set_read(Writer& tx, AccountId account, std::int64_t id) { tx.execute(kSetRead, account, id); }

void remove(Writer& tx, AccountId account, std::int64_t id) { tx.execute(kRemove, account, id); }

void forget_status(Writer& tx, StatusId status) {
    if (tx.execute(kStepBack, status) > 0) tx.execute(kDropEmpty);
}

void merge(Writer& tx, const std::vector<StatusId>& threads, StatusId into) {
    // One thread after the other, so that two of them do not meet in one account.
    for (const auto thread : threads) {
        tx.execute(kDropMerged, std::vector{thread}, into);
        tx.execute(kMerge, std::vector{thread}, into);
    }
}

}  // namespace outboard::store::conversations
