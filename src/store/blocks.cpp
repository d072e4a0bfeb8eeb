// SPDX-License-Identifier: Apache-2.0
#include "src/store/follows.hpp"
#include "src/store/lists.hpp"

namespace outboard::store::blocks {
namespace {

OB_QUERY(kAdd, "block.add", R"sql(
    INSERT INTO blocks (id, account, target, uri, created_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (account, target) DO NOTHING)sql");
OB_QUERY(kRemove, "block.remove", "DELETE FROM blocks WHERE account = $1 AND target = $2");
OB_QUERY(kFindUri, "block.find_uri", "SELECT uri FROM blocks WHERE account = $1 AND target = $2");
OB_QUERY(
    kFindByUri,
    "block.find_by_uri",
    "SELECT account, target FROM blocks WHERE uri = $1 ORDER BY id LIMIT 1"
);
OB_QUERY(kAnyOfHost, "block.any_of_host", R"sql(
    SELECT 1 FROM blocks b JOIN accounts a ON a.id = b.target
    WHERE b.account = $1 AND a.host = $2)sql");
OB_PAGED_QUERY(
    kList,
    "block.list",
    "SELECT id, target FROM blocks WHERE account = $4 AND id < $1 AND id > $2",
    "id"
);

}  // namespace

bool add(Writer& tx, AccountId account, AccountId target, std::string_view uri) {
    return tx.execute(kAdd, tx.next_id(), account, target, uri, tx.now()) == 1;
}

bool remove(Writer& tx, AccountId account, AccountId target) {
    return tx.execute(kRemove, account, target) == 1;
}

bool exists(Reader& db, AccountId account, AccountId target) {
    return db.exists(kFindUri, account, target);
}

std::optional<std::string> find_uri(Reader& db, AccountId account, AccountId target) {
    return db.one(kFindUri, [](const Row& row) { return row.text(0); }, account, target);
}

std::optional<BlockRow> find_by_uri(Reader& db, std::string_view uri) {
    if (uri.empty()) return std::nullopt;
    return db.one(
        kFindByUri,
        [](const Row& row) { return BlockRow{row.id<Account>(0), row.id<Account>(1)}; },
        uri
    );
}

bool blocks_any_of(Reader& db, AccountId account, std::string_view host) {
    return db.exists(kAnyOfHost, account, host);
}

std::vector<PersonRow> list(Reader& db, AccountId account, const statuses::Page& page) {
    return list_window(
        db,
        kList,
        [](const Row& row) { return PersonRow{row.integer(0), row.id<Account>(1), {}}; },
        page,
        account
    );
}

}  // namespace outboard::store::blocks
