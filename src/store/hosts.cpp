// SPDX-License-Identifier: Apache-2.0
#include "src/store/queues.hpp"

namespace outboard::store::hosts {
namespace {

OB_QUERY(kFind, "host.find", R"sql(
    SELECT name, state, failures, failing_since, next_probe, speaks FROM hosts
    WHERE name = $1)sql");
OB_QUERY(kPut, "host.put", R"sql(
    INSERT INTO hosts (name, state, failures, failing_since, next_probe, speaks, seen_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (name) DO UPDATE SET
        state = excluded.state, failures = excluded.failures,
        failing_since = excluded.failing_since, next_probe = excluded.next_probe,
        speaks = excluded.speaks, seen_at = excluded.seen_at)sql");
OB_QUERY(kSetSpeaks, "host.set_speaks", R"sql(
    INSERT INTO hosts (name, state, speaks, seen_at) VALUES ($1, 'ok', $2, $3)
    ON CONFLICT (name) DO UPDATE SET speaks = excluded.speaks, seen_at = excluded.seen_at)sql");

}  // namespace

std::optional<Host> find(Reader& db, std::string_view name) {
    return db.one(
        kFind,
        [](const Row& row) {
            Host host;
            host.name = row.text(0);
            host.state = row.text(1);
            host.failures = static_cast<int>(row.integer(2));
            host.failing_since = row.maybe_instant(3);
            host.next_probe = row.instant(4);
            host.speaks = row.text(5);
            return host;
        },
        name
    );
}

void put(Writer& tx, const Host& host) {
    tx.execute(
        kPut,
        host.name,
        host.state,
        host.failures,
        host.failing_since,
        host.next_probe,
        host.speaks,
        tx.now()
    );
}

void set_speaks(Writer& tx, std::string_view name, std::string_view speaks) {
    tx.execute(kSetSpeaks, name, speaks, tx.now());
}

}  // namespace outboard::store::hosts
