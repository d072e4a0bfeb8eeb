// SPDX-License-Identifier: Apache-2.0
#include "src/store/follows.hpp"
#include "src/store/lists.hpp"

namespace outboard::store::mutes {
namespace {

OB_QUERY(kPut, "mute.put", R"sql(
    INSERT INTO mutes (id, account, target, notifications, expires_at, created_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (account, target) DO UPDATE SET
        notifications = excluded.notifications, expires_at = excluded.expires_at)sql");
OB_QUERY(kRemove, "mute.remove", "DELETE FROM mutes WHERE account = $1 AND target = $2");
OB_PAGED_QUERY(
    kList,
    "mute.list",
    R"sql(
    SELECT id, target, expires_at FROM mutes
    WHERE account = $4 AND id < $1 AND id > $2 AND (expires_at IS NULL OR expires_at > $5))sql",
    "id"
);

}  // namespace

void put(
    Writer& tx,
    AccountId account,
    AccountId target,
    bool notifications,
    std::optional<Instant> expires
) {
    tx.execute(kPut, tx.next_id(), account, target, notifications, expires, tx.now());
}

bool remove(Writer& tx, AccountId account, AccountId target) {
    return tx.execute(kRemove, account, target) == 1;
}

std::vector<PersonRow> list(Reader& db, AccountId account, const statuses::Page& page) {
    return list_window(
        db,
        kList,
        [](const Row& row) {
            return PersonRow{row.integer(0), row.id<Account>(1), row.maybe_instant(2)};
        },
        page,
        account,
        db.now()
    );
}

}  // namespace outboard::store::mutes
