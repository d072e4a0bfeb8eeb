// SPDX-License-Identifier: Apache-2.0
#include "src/store/keys.hpp"

namespace outboard::store::keys {
namespace {

OB_QUERY(kFind, "key.find", R"sql(
    SELECT id, account, purpose, uri, public, sealed_private, statement
    FROM keys WHERE uri = $1)sql");
OB_QUERY(kLoadOf, "key.load_of", R"sql(
    SELECT id, account, purpose, uri, public, sealed_private, statement
    FROM keys WHERE account = $1 ORDER BY purpose, id)sql");
OB_QUERY(kInsert, "key.insert", R"sql(
    INSERT INTO keys (id, account, purpose, uri, public, sealed_private, statement, valid_from)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8))sql");
OB_QUERY(kInsertRemote, "key.insert_remote", R"sql(
    INSERT INTO keys (id, account, purpose, uri, public, valid_from)
    VALUES ($1, $2, 'remote', $3, $4, $5)
    ON CONFLICT (uri) DO NOTHING)sql");
OB_QUERY(
    kDeleteRemote, "key.delete_remote", "DELETE FROM keys WHERE account = $1 AND purpose = 'remote'"
);
OB_QUERY(kRemoveOf, "key.remove_of", "DELETE FROM keys WHERE account = $1");

StoredKey read(const Row& row) {
    StoredKey key;
    key.id = row.integer(0);
    key.account = row.id<Account>(1);
    key.purpose = row.text(2);
    key.uri = row.text(3);
    key.public_text = row.text(4);
    if (!row.is_null(5)) key.sealed_private = row.bytes(5);
    key.statement = row.maybe_text(6);
    return key;
}

}  // namespace

std::optional<StoredKey> find(Reader& db, std::string_view uri) { return db.one(kFind, read, uri); }

std::vector<StoredKey> load_of(Reader& db, AccountId account) {
    return db.all(kLoadOf, read, account);
}

void insert(Writer& tx, const StoredKey& key) {
    std::optional<Blob> sealed;
    if (key.sealed_private) sealed = Blob{*key.sealed_private};
    tx.execute(
        kInsert,
        key.id != 0 ? key.id : tx.next_id(),
        key.account,
        key.purpose,
        key.uri,
        key.public_text,
        sealed,
        key.statement,
        tx.now()
    );
}

void replace_remote(Writer& tx, AccountId account, const std::vector<StoredKey>& keys) {
    tx.execute(kDeleteRemote, account);
    for (const StoredKey& key : keys)
        tx.execute(kInsertRemote, tx.next_id(), account, key.uri, key.public_text, tx.now());
}

void remove_of(Writer& tx, AccountId account) { tx.execute(kRemoveOf, account); }

}  // namespace outboard::store::keys
