// SPDX-License-Identifier: Apache-2.0
#include "federation/base/bytes.hpp"
#include "src/store/keys.hpp"

namespace outboard::store::tombstones {
namespace {

OB_QUERY(kFind, "tombstone.find", R"sql(
    SELECT uri, owner, former_type, deleted_at, own FROM tombstones
    WHERE uri_hash = $1 AND uri = $2)sql");
OB_QUERY(kAdd, "tombstone.add", R"sql(
    INSERT INTO tombstones (uri_hash, uri, owner, former_type, deleted_at, own)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (uri_hash) DO NOTHING)sql");
OB_QUERY(
    kDrop, "tombstone.drop_older", "DELETE FROM tombstones WHERE own = false AND deleted_at < $1"
);

}  // namespace

std::optional<Tombstone> find(Reader& db, std::string_view uri) {
    return db.one(
        kFind,
        [](const Row& row) {
            return Tombstone{row.text(0), row.text(1), row.text(2), row.instant(3), row.boolean(4)};
        },
        hash64(uri),
        uri
    );
}

void add(Writer& tx, const Tombstone& tombstone) {
    tx.execute(
        kAdd,
        hash64(tombstone.uri),
        tombstone.uri,
        tombstone.owner,
        tombstone.former_type,
        tombstone.deleted_at,
        tombstone.own
    );
}

void drop_older_than(Writer& tx, Instant limit) { tx.execute(kDrop, limit); }

}  // namespace outboard::store::tombstones
