// SPDX-License-Identifier: Apache-2.0
#include "src/store/lists.hpp"
#include "src/store/statuses.hpp"

namespace outboard::store::favourites {
namespace {

OB_QUERY(kAdd, "favourite.add", R"sql(
    INSERT INTO favourites (id, account, status, uri, created_at)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (account, status) DO NOTHING)sql");
OB_QUERY(
    kStatuses,
    "favourite.list_statuses",
    "SELECT status FROM favourites WHERE account = $1 LIMIT $2"
);
OB_QUERY(kRemove, "favourite.remove", "DELETE FROM favourites WHERE account = $1 AND status = $2");
OB_QUERY(
    kRaise,
    "favourite.raise_count",
    "UPDATE statuses SET favourites_count = favourites_count + 1 WHERE id = $1"
);
OB_QUERY(kLower, "favourite.lower_count", R"sql(
    UPDATE statuses SET favourites_count = favourites_count - 1
    WHERE id = $1 AND favourites_count > 0)sql");
OB_QUERY(
    kFind,
    "favourite.find",
    "SELECT id, account, status, uri FROM favourites WHERE account = $1 AND status = $2"
);
OB_QUERY(
    kFindByUri,
    "favourite.find_by_uri",
    "SELECT id, account, status, uri FROM favourites WHERE uri = $1 ORDER BY id LIMIT 1"
);
OB_PAGED_QUERY(
    kAccounts,
    "favourite.list_accounts",
    "SELECT account FROM favourites WHERE status = $4 AND account < $1 AND account > $2",
    "account"
);
OB_PAGED_QUERY(
    kListOf,
    "favourite.list_of",
    "SELECT id, status FROM favourites WHERE account = $4 AND id < $1 AND id > $2",
    "id"
);

Favourite read(const Row& row) {
    return {row.integer(0), row.id<Account>(1), row.id<Status>(2), row.text(3)};
}

}  // namespace

bool add(Writer& tx, const Favourite& favourite) {
    const auto id = favourite.id != 0 ? favourite.id : tx.next_id();
    const bool fresh =
        tx.execute(kAdd, id, favourite.account, favourite.status, favourite.uri, tx.now()) == 1;
    if (fresh) tx.execute(kRaise, favourite.status);
    return fresh;
}

bool remove(Writer& tx, AccountId account, StatusId status) {
    const bool was_there = tx.execute(kRemove, account, status) == 1;
    if (was_there) tx.execute(kLower, status);
    return was_there;
}

std::optional<Favourite> find(Reader& db, AccountId account, StatusId status) {
    return db.one(kFind, read, account, status);
}

std::optional<Favourite> find_by_uri(Reader& db, std::string_view uri) {
    if (uri.empty()) return std::nullopt;
    return db.one(kFindByUri, read, uri);
}

std::vector<AccountId> list_accounts(Reader& db, StatusId status, const statuses::Page& page) {
    return list_window(db, kAccounts, account_id, page, status);
}

std::vector<StatusId> list_statuses(Reader& db, AccountId account, int most) {
    return db.all(kStatuses, status_id, account, most);
}

std::vector<statuses::Candidate> list_of(
    Reader& db, AccountId account, const statuses::Page& page
) {
    return list_window(db, kListOf, candidate, page, account);
}

}  // namespace outboard::store::favourites
