// SPDX-License-Identifier: Apache-2.0
#include "src/store/statuses.hpp"

namespace outboard::store::markers {
namespace {

OB_QUERY(kLoad, "marker.load", R"sql(
    SELECT timeline, last_read, version, updated_at FROM markers
    WHERE account = $1 ORDER BY timeline)sql");
OB_QUERY(kPut, "marker.put", R"sql(
    INSERT INTO markers (account, timeline, last_read, version, updated_at)
    VALUES ($1, $2, $3, 1, $4)
    ON CONFLICT (account, timeline) DO UPDATE SET last_read = excluded.last_read,
        version = markers.version + 1, updated_at = excluded.updated_at)sql");

}  // namespace

std::vector<Marker> load(Reader& db, AccountId account) {
    return db.all(
        kLoad,
        [](const Row& row) {
            return Marker{row.text(0), row.integer(1), row.integer(2), row.instant(3)};
        },
        account
    );
}

void put(Writer& tx, AccountId account, std::string_view timeline, std::int64_t last_read) {
    tx.execute(kPut, account, timeline, last_read, tx.now());
}

}  // namespace outboard::store::markers

namespace outboard::store::thread_mutes {
namespace {

OB_QUERY(kAdd, "thread_mute.add", R"sql(
    INSERT INTO thread_mutes (account, thread, created_at) VALUES ($1, $2, $3)
    ON CONFLICT (account, thread) DO NOTHING)sql");
OB_QUERY(
    kRemove, "thread_mute.remove", "DELETE FROM thread_mutes WHERE account = $1 AND thread = $2"
);

}  // namespace

bool add(Writer& tx, AccountId account, StatusId thread) {
    return tx.execute(kAdd, account, thread, tx.now()) == 1;
}

bool remove(Writer& tx, AccountId account, StatusId thread) {
    return tx.execute(kRemove, account, thread) == 1;
}

}  // namespace outboard::store::thread_mutes
