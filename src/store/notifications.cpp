// SPDX-License-Identifier: Apache-2.0
#include "src/store/follows.hpp"
#include "src/store/lists.hpp"
#include "src/store/streams.hpp"

namespace outboard::store::notifications {
namespace {

#define OB_NOTIFICATION_COLUMNS "n.id, n.account, n.source, n.kind, n.status, n.created_at"

OB_QUERY(kAdd, "notification.add", R"sql(
    INSERT INTO notifications (id, account, source, kind, status, created_at)
    SELECT CAST($1 AS BIGINT), u.account, a.id, CAST($4 AS TEXT), CAST($5 AS BIGINT),
        CAST($6 AS BIGINT)
    FROM users u JOIN accounts a ON a.id = $3
    WHERE u.account = $2 AND (a.id <> u.account OR $4 = 'poll')
      AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account = $2 AND b.target = $3)
      AND NOT EXISTS (SELECT 1 FROM blocks r WHERE r.account = $3 AND r.target = $2)
      AND NOT EXISTS (SELECT 1 FROM mutes m
          WHERE m.account = $2 AND m.target = $3 AND m.notifications = true
            AND (m.expires_at IS NULL OR m.expires_at > $6))
      AND NOT EXISTS (SELECT 1 FROM domain_blocks d
          WHERE d.account = $2 AND a.domain <> '' AND d.domain IN (a.domain, a.host))
      AND NOT EXISTS (SELECT 1 FROM thread_mutes t JOIN statuses s ON s.thread = t.thread
          WHERE t.account = $2 AND s.id = $5)
    ON CONFLICT (account, source, kind, status) DO NOTHING)sql");
OB_QUERY(kRemove, "notification.remove", R"sql(
    DELETE FROM notifications
    WHERE account = $1 AND source = $2 AND kind = $3 AND status = $4)sql");
OB_QUERY(
    kFind,
    "notification.find",
    "SELECT " OB_NOTIFICATION_COLUMNS " FROM notifications n WHERE n.id = $2 AND n.account = $1"
);
OB_QUERY(
    kDismiss, "notification.dismiss", "DELETE FROM notifications WHERE id = $2 AND account = $1"
);
OB_QUERY(kClear, "notification.clear", "DELETE FROM notifications WHERE account = $1");
OB_QUERY(kCountAfter, "notification.count_after", R"sql(
    SELECT count(*) FROM (SELECT 1 FROM notifications
                          WHERE account = $1 AND id > $2 LIMIT $3) AS newest)sql");

// $4 account, $5 kinds wanted ('[]' for all), $6 kinds unwanted, $7 the one source (0 for all).
// What was told before a block is not told after it.
#define OB_NOTIFICATION_WINDOW(kinds5, kinds6)                                              \
    "SELECT " OB_NOTIFICATION_COLUMNS                                                       \
    " FROM notifications n"                                                                 \
    " WHERE n.account = $4 AND n.id < $1 AND n.id > $2"                                     \
    " AND ($5 = '[]' OR n.kind IN (" kinds5 ")) AND n.kind NOT IN (" kinds6                 \
    ")"                                                                                     \
    " AND ($7 = 0 OR n.source = $7)"                                                        \
    " AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account = $4 AND b.target = n.source)" \
    " AND NOT EXISTS (SELECT 1 FROM blocks r WHERE r.account = n.source AND r.target = $4)" \
    " AND NOT EXISTS (SELECT 1 FROM accounts a JOIN domain_blocks d"                        \
    "  ON d.account = $4 AND d.domain IN (a.domain, a.host)"                                \
    "  WHERE a.id = n.source AND a.domain <> '')"
#define OB_NOTIFICATION_SQLITE \
    OB_NOTIFICATION_WINDOW("SELECT value FROM json_each($5)", "SELECT value FROM json_each($6)")
#define OB_NOTIFICATION_POSTGRES                               \
    OB_NOTIFICATION_WINDOW(                                    \
        "SELECT jsonb_array_elements_text(CAST($5 AS jsonb))", \
        "SELECT jsonb_array_elements_text(CAST($6 AS jsonb))"  \
    )
OB_QUERY(
    kListDown,
    "notification.list",
    OB_NOTIFICATION_SQLITE " ORDER BY n.id DESC LIMIT $3",
    OB_NOTIFICATION_POSTGRES " ORDER BY n.id DESC LIMIT $3"
);
OB_QUERY(
    kListUp,
    "notification.list.up",
    OB_NOTIFICATION_SQLITE " ORDER BY n.id ASC LIMIT $3",
    OB_NOTIFICATION_POSTGRES " ORDER BY n.id ASC LIMIT $3"
);
constexpr PagedQuery kList{&kListDown, &kListUp};

NotificationRow read(const Row& row) {
    NotificationRow n;
    n.id = row.id<Notification>(0);
    n.account = row.id<Account>(1);
    n.source = row.id<Account>(2);
    n.kind = row.text(3);
    if (row.integer(4) != 0) n.status = row.id<Status>(4);
    n.created_at = row.instant(5);
    return n;
}

}  // namespace

void add(
    Writer& tx,
    AccountId account,
    AccountId source,
    std::string_view kind,
    std::optional<StatusId> status
) {
    const auto id = tx.next_id();
    const auto added =
        tx.execute(kAdd, id, account, source, kind, status.value_or(StatusId{}), tx.now());
    if (added > 0) streams::add(tx, streams::Kind::Notification, account, id);
}

void remove(
    Writer& tx,
    AccountId account,
    AccountId source,
    std::string_view kind,
    std::optional<StatusId> status
) {
    tx.execute(kRemove, account, source, kind, status.value_or(StatusId{}));
}

std::vector<NotificationRow> list(
    Reader& db, AccountId account, const Filter& filter, const statuses::Page& page
) {
    return list_window(
        db,
        kList,
        read,
        page,
        account,
        filter.types,
        filter.exclude_types,
        filter.source.value_or(AccountId{})
    );
}

std::optional<NotificationRow> find(Reader& db, AccountId account, NotificationId id) {
    return db.one(kFind, read, account, id);
}

void dismiss(Writer& tx, AccountId account, NotificationId id) {
    tx.execute(kDismiss, account, id);
}

void clear(Writer& tx, AccountId account) { tx.execute(kClear, account); }

std::int64_t count_after(Reader& db, AccountId account, std::int64_t after, int most) {
    return db.count(kCountAfter, account, after, most);
}

}  // namespace outboard::store::notifications
