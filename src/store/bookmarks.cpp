// SPDX-License-Identifier: Apache-2.0
#include "src/store/lists.hpp"
#include "src/store/statuses.hpp"

namespace outboard::store::bookmarks {
namespace {

OB_QUERY(kAdd, "bookmark.add", R"sql(
    INSERT INTO bookmarks (id, account, status, created_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (account, status) DO NOTHING)sql");
OB_QUERY(kRemove, "bookmark.remove", "DELETE FROM bookmarks WHERE account = $1 AND status = $2");
OB_PAGED_QUERY(
    kListOf,
    "bookmark.list_of",
    "SELECT id, status FROM bookmarks WHERE account = $4 AND id < $1 AND id > $2",
    "id"
);

}  // namespace

bool add(Writer& tx, AccountId account, StatusId status) {
    return tx.execute(kAdd, tx.next_id(), account, status, tx.now()) == 1;
}

bool remove(Writer& tx, AccountId account, StatusId status) {
    return tx.execute(kRemove, account, status) == 1;
}

std::vector<statuses::Candidate> list_of(
    Reader& db, AccountId account, const statuses::Page& page
) {
    return list_window(db, kListOf, candidate, page, account);
}

}  // namespace outboard::store::bookmarks
