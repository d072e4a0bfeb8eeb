// SPDX-License-Identifier: Apache-2.0
#include "src/store/instance.hpp"

namespace outboard::store::instance {
namespace {

OB_QUERY(kFindOwner, "instance.find_owner", R"sql(
    SELECT users.account FROM users JOIN accounts ON accounts.id = users.account
    WHERE users.role = 'owner' AND accounts.deleted_at IS NULL
    ORDER BY users.account LIMIT 1)sql");

OB_QUERY(kCountHosts, "instance.count_hosts", R"sql(
    SELECT count(DISTINCT host) FROM accounts WHERE host <> '')sql");

OB_QUERY(kCountActive, "instance.count_active", R"sql(
    SELECT count(*) FROM users JOIN accounts ON accounts.id = users.account
    WHERE accounts.last_status_at >= $1)sql");

}  // namespace

std::optional<AccountId> find_owner(Reader& db) {
    return db.one(kFindOwner, [](const Row& row) { return row.id<Account>(0); });
}

std::int64_t count_hosts(Reader& db) { return db.count(kCountHosts); }

std::int64_t count_active(Reader& db, Instant since) { return db.count(kCountActive, since); }

}  // namespace outboard::store::instance
