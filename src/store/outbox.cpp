// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "src/store/keys.hpp"
#include "src/store/lists.hpp"
#include "src/store/queues.hpp"

namespace outboard::store::outbox {
namespace {

OB_QUERY(kAdd, "outbox.add", R"sql(
    INSERT INTO outbox (id, account, uri, kind, object, status, document, to_followers,
                        to_accounts, listed, state, last_inbox, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'fanning', $11, $12))sql");
OB_QUERY(kFind, "outbox.find", R"sql(
    SELECT id, account, uri, kind, object, status, document, to_followers, to_accounts, listed,
           last_inbox, created_at
    FROM outbox WHERE id = $1)sql");
OB_QUERY(kFindByUri, "outbox.find_by_uri", R"sql(
    SELECT id, account, uri, kind, object, status, document, to_followers, to_accounts, listed,
           last_inbox, created_at
    FROM outbox WHERE uri = $1 ORDER BY id LIMIT 1)sql");
OB_QUERY(kListFanning, "outbox.list_fanning", R"sql(
    SELECT id, account, uri, kind, object, status, document, to_followers, to_accounts, listed,
           last_inbox, created_at
    FROM outbox WHERE state = 'fanning' ORDER BY id LIMIT $1)sql");
OB_PAGED_QUERY(
    kListPublic,
    "outbox.list_public",
    R"sql(
    SELECT id, account, uri, kind, object, status, document, to_followers, to_accounts, listed,
           last_inbox, created_at
    FROM outbox WHERE listed = true AND account = $4 AND id < $1 AND id > $2)sql",
    "id"
);
OB_QUERY(
    kCountPublic,
    "outbox.count_public",
    "SELECT count(*) FROM outbox WHERE listed = true AND account = $1"
);
OB_QUERY(kSetLastInbox, "outbox.set_last_inbox", "UPDATE outbox SET last_inbox = $2 WHERE id = $1");
OB_QUERY(kSetSent, "outbox.set_sent", "UPDATE outbox SET state = 'sent' WHERE id = $1");
OB_QUERY(
    kIsFanning,
    "outbox.is_fanning",
    "SELECT 1 FROM outbox WHERE state = 'fanning' AND account = $1 LIMIT 1"
);
OB_QUERY(kHasAny, "outbox.has_any", "SELECT 1 FROM outbox WHERE account = $1 LIMIT 1");
OB_QUERY(kListEnded, "outbox.list_ended", R"sql(
    SELECT o.id, o.document FROM outbox AS o
    WHERE o.account = $1 AND o.state = 'sent' AND NOT EXISTS (
        SELECT 1 FROM deliveries AS d WHERE d.outbox = o.id AND d.state = 'waiting')
    ORDER BY o.id LIMIT $2)sql");
OB_QUERY(kListAny, "outbox.list_any", R"sql(
    SELECT id, document FROM outbox WHERE account = $1 ORDER BY id LIMIT $2)sql");
OB_QUERY(kListSaying, "outbox.list_saying", R"sql(
    SELECT id, document FROM outbox
    WHERE status = $1 AND kind IN ('Create', 'Update', 'Forward') LIMIT $2)sql");
OB_QUERY(kDropDeliveries, "outbox.drop_deliveries", R"sql(
    DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries WHERE outbox = $1 LIMIT $2))sql");
OB_QUERY(kDrop, "outbox.drop", "DELETE FROM outbox WHERE id = $1");

Item read(const Row& row) {
    Item item;
    item.id = row.id<OutboxItem>(0);
    item.account = row.id<Account>(1);
    item.uri = row.text(2);
    item.kind = row.text(3);
    item.object = row.text(4);
    item.status = row.maybe_id<Status>(5);
    item.document = row.bytes(6);
    item.to_followers = row.boolean(7);
    const auto accounts = nlohmann::json::parse(row.text(8), nullptr, /*allow_exceptions=*/false);
    if (!accounts.is_array()) throw StoreError("outbox " + item.id.str() + " is damaged");
    for (const auto& account : accounts) item.to_accounts.push_back({account.get<std::int64_t>()});
    item.listed = row.boolean(9);
    item.last_inbox = row.text(10);
    item.created_at = row.instant(11);
    return item;
}

/// Of the account or status `of`.
template <class Entity>
bool drop(Writer& tx, const Query& which, Id<Entity> of, int most) {
    struct Sent {
        OutboxId id;
        std::string document;
    };
    const auto rows = tx.all(
        which, [](const Row& row) { return Sent{row.id<OutboxItem>(0), row.bytes(1)}; }, of, most
    );
    std::int64_t room = most;  // one activity may have gone to thousands of inboxes
    for (const auto& row : rows) {
        room -= tx.execute(kDropDeliveries, row.id, room);
        if (room == 0) break;  // it may have more
        tx.execute(kDrop, row.id);
        documents::drop_unused(tx, row.document);
    }
    return room == 0 || rows.size() == static_cast<std::size_t>(most);
}

}  // namespace

void add(Writer& tx, const Item& item) {
    tx.execute(
        kAdd,
        item.id.value != 0 ? item.id.value : tx.next_id(),
        item.account,
        item.uri,
        item.kind,
        item.object,
        item.status,
        Blob{item.document},
        item.to_followers,
        item.to_accounts,
        item.listed,
        item.last_inbox,
        item.created_at == Instant{} ? tx.now() : item.created_at
    );
}

std::optional<Item> find(Reader& db, OutboxId id) { return db.one(kFind, read, id); }

std::optional<Item> find_by_uri(Reader& db, std::string_view uri) {
    return db.one(kFindByUri, read, uri);
}

std::vector<Item> list_fanning(Reader& db, int limit) { return db.all(kListFanning, read, limit); }

void set_last_inbox(Writer& tx, OutboxId id, std::string_view inbox) {
    tx.execute(kSetLastInbox, id, inbox);
}

void set_sent(Writer& tx, OutboxId id) { tx.execute(kSetSent, id); }

std::vector<Item> list_public(Reader& db, AccountId account, const statuses::Page& page) {
    return list_window(db, kListPublic, read, page, account);
}

std::int64_t count_public(Reader& db, AccountId account) { return db.count(kCountPublic, account); }

bool is_fanning(Reader& db, AccountId account) { return db.exists(kIsFanning, account); }

bool has_any(Reader& db, AccountId account) { return db.exists(kHasAny, account); }

bool drop_ended(Writer& tx, AccountId account, int most) {
    return drop(tx, kListEnded, account, most);
}

bool drop_any(Writer& tx, AccountId account, int most) { return drop(tx, kListAny, account, most); }

bool drop_saying(Writer& tx, StatusId status, int most) {
    return drop(tx, kListSaying, status, most);
}

}  // namespace outboard::store::outbox
