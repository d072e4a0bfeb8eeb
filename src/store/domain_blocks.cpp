// SPDX-License-Identifier: Apache-2.0
#include "src/store/follows.hpp"
#include "src/store/lists.hpp"

namespace outboard::store::domain_blocks {
namespace {

OB_QUERY(kAdd, "domain_block.add", R"sql(
    INSERT INTO domain_blocks (id, account, domain, created_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (account, domain) DO NOTHING)sql");
OB_QUERY(
    kRemove, "domain_block.remove", "DELETE FROM domain_blocks WHERE account = $1 AND domain = $2"
);
OB_QUERY(
    kExists, "domain_block.exists", "SELECT 1 FROM domain_blocks WHERE account = $1 AND domain = $2"
);
OB_QUERY(kCount, "domain_block.count", "SELECT count(*) FROM domain_blocks WHERE account = $1");
OB_PAGED_QUERY(
    kList,
    "domain_block.list",
    "SELECT id, domain FROM domain_blocks WHERE account = $4 AND id < $1 AND id > $2",
    "id"
);
OB_QUERY(kFollows, "domain_block.follows", R"sql(
    SELECT f.target FROM follows f JOIN accounts a ON a.id = f.target
    WHERE f.account = $1 AND a.domain <> '' AND $2 IN (a.domain, a.host)
    UNION
    SELECT r.account FROM follows r JOIN accounts b ON b.id = r.account
    WHERE r.target = $1 AND b.domain <> '' AND $2 IN (b.domain, b.host)
    LIMIT $3)sql");

}  // namespace

bool add(Writer& tx, AccountId account, std::string_view domain) {
    return tx.execute(kAdd, tx.next_id(), account, domain, tx.now()) == 1;
}

bool remove(Writer& tx, AccountId account, std::string_view domain) {
    return tx.execute(kRemove, account, domain) == 1;
}

bool exists(Reader& db, AccountId account, std::string_view domain) {
    return db.exists(kExists, account, domain);
}

std::int64_t count(Reader& db, AccountId account) { return db.count(kCount, account); }

std::vector<DomainRow> list(Reader& db, AccountId account, const statuses::Page& page) {
    return list_window(
        db,
        kList,
        [](const Row& row) { return DomainRow{row.integer(0), row.text(1)}; },
        page,
        account
    );
}

std::vector<AccountId> list_follows(
    Reader& db, AccountId account, std::string_view domain, int limit
) {
    return db.all(kFollows, account_id, account, domain, limit);
}

}  // namespace outboard::store::domain_blocks

namespace outboard::store::account_notes {
namespace {

OB_QUERY(kPut, "account_note.put", R"sql(
    INSERT INTO account_notes (account, target, comment) VALUES ($1, $2, $3)
    ON CONFLICT (account, target) DO UPDATE SET comment = excluded.comment)sql");
OB_QUERY(
    kRemove, "account_note.remove", "DELETE FROM account_notes WHERE account = $1 AND target = $2"
);

}  // namespace

void put(Writer& tx, AccountId account, AccountId target, std::string_view comment) {
    if (comment.empty()) {
        tx.execute(kRemove, account, target);
    } else {
        tx.execute(kPut, account, target, comment);
    }
}

}  // namespace outboard::store::account_notes
