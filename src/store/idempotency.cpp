// SPDX-License-Identifier: Apache-2.0
#include "src/store/statuses.hpp"

namespace outboard::store::idempotency {
namespace {

OB_QUERY(
    kFind, "idempotency.find", "SELECT status FROM idempotency WHERE account = $1 AND key = $2"
);
OB_QUERY(kTake, "idempotency.take", R"sql(
    INSERT INTO idempotency (account, key, status, created_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (account, key) DO NOTHING)sql");
OB_QUERY(kDrop, "idempotency.drop_old", "DELETE FROM idempotency WHERE created_at < $1");

}  // namespace

std::optional<StatusId> find(Reader& db, AccountId account, std::string_view key) {
    return db.one(kFind, [](const Row& row) { return row.id<Status>(0); }, account, key);
}

bool take(Writer& tx, AccountId account, std::string_view key, StatusId status) {
    return tx.execute(kTake, account, key, status, tx.now()) == 1;
}

void drop_older_than(Writer& tx, Instant limit) { tx.execute(kDrop, limit); }

}  // namespace outboard::store::idempotency
