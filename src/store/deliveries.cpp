// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "federation/base/text.hpp"
#include "src/store/queues.hpp"

namespace outboard::store::deliveries {
namespace {

constexpr std::size_t kAnswerBytes = 500;  // bytes of the last answer kept
constexpr int kWindow = 256;  // due rows of one host looked at per lease, whatever its backlog

OB_QUERY(kAdd, "delivery.add", R"sql(
    INSERT INTO deliveries (id, outbox, inbox, host, next_at, state)
    VALUES ($1, $2, $3, $4, $5, 'waiting')
    ON CONFLICT (outbox, inbox) DO NOTHING)sql");
OB_QUERY(
    kNextDue,
    "delivery.next_due",
    "SELECT min(next_at) FROM deliveries "
    "WHERE state = 'waiting' AND leased_until = 0 AND next_at > $1"
);
OB_QUERY(
    kNextExpiry,
    "delivery.next_expiry",
    "SELECT min(leased_until) FROM deliveries "
    "WHERE state = 'waiting' AND leased_until > 0 AND leased_until > $1"
);
OB_QUERY(
    kNextProbe,
    "delivery.next_probe",
    "SELECT min(next_probe) FROM hosts WHERE state = 'paused' AND next_probe > $1"
);
// One step of the index per host, however many rows each has.
OB_QUERY(kListHosts, "delivery.list_hosts", R"sql(
    WITH RECURSIVE names (host) AS (
        SELECT min(host) FROM deliveries WHERE state = 'waiting'
        UNION ALL
        SELECT (SELECT min(d.host) FROM deliveries AS d
                WHERE d.state = 'waiting' AND d.host > names.host)
        FROM names WHERE names.host IS NOT NULL),
    facts (host, due, leased) AS (
        SELECT names.host,
               (SELECT min(d.next_at) FROM deliveries AS d
                WHERE d.state = 'waiting' AND d.host = names.host),
               (SELECT count(*) FROM deliveries AS d
                WHERE d.state = 'waiting' AND d.leased_until > 0
                  AND d.host = names.host AND d.leased_until > $1)
        FROM names WHERE names.host IS NOT NULL)
    SELECT facts.host, facts.leased, CASE WHEN hosts.state = 'paused' THEN 1 ELSE 0 END
    FROM facts LEFT JOIN hosts ON hosts.name = facts.host
    WHERE facts.due <= $1 AND facts.leased < $2
      AND (hosts.state IS NULL OR hosts.state <> 'paused'
           OR (hosts.next_probe <= $1 AND facts.leased = 0))
    ORDER BY facts.due, facts.host)sql");
// Of an inbox the oldest waiting row only (e is older than d); but one tried often (e, or f before
// e) holds back only what is about the same object.
#define OB_DELIVERY_DUE                                                                \
    "SELECT d.id FROM ("                                                               \
    "  SELECT id, outbox, inbox FROM deliveries"                                       \
    "  WHERE state = 'waiting' AND host = $2 AND next_at <= $3 AND leased_until <= $3" \
    "  ORDER BY outbox, id LIMIT $4) AS d"                                             \
    " LEFT JOIN outbox AS o ON o.id = d.outbox"                                        \
    " WHERE NOT EXISTS ("                                                              \
    "  SELECT 1 FROM deliveries AS e LEFT JOIN outbox AS p ON p.id = e.outbox"         \
    "  WHERE e.state = 'waiting' AND e.inbox = d.inbox AND e.outbox < d.outbox"        \
    "   AND (p.object = o.object OR (e.tries < $5 AND NOT EXISTS ("                    \
    "    SELECT 1 FROM deliveries AS f JOIN outbox AS q ON q.id = f.outbox"            \
    "    WHERE f.state = 'waiting' AND f.inbox = e.inbox AND f.outbox < e.outbox"      \
    "     AND f.tries >= $5 AND q.object = p.object))))"                               \
    " ORDER BY d.outbox, d.id LIMIT $6"
OB_QUERY(
    kLease,
    "delivery.lease",
    "UPDATE deliveries SET leased_until = $1 WHERE id IN (" OB_DELIVERY_DUE
    ") RETURNING id, outbox, inbox, host, tries",
    "UPDATE deliveries SET leased_until = $1 WHERE id IN ("
    " SELECT l.id FROM deliveries AS l WHERE l.leased_until <= $3 AND l.id IN (" OB_DELIVERY_DUE
    ") FOR UPDATE SKIP LOCKED) RETURNING id, outbox, inbox, host, tries"
);
// What came of one try; an end stays the end.
OB_QUERY(kAnswer, "delivery.answer", R"sql(
    UPDATE deliveries SET state = $2, last = $3, next_at = $4, leased_until = 0, tries = tries + 1
    WHERE id = $1 AND state = 'waiting')sql");
OB_QUERY(
    kCountWaiting,
    "delivery.count_waiting",
    "SELECT count(*) FROM deliveries WHERE state = 'waiting'"
);
OB_QUERY(
    kCountDead,
    "delivery.count_dead",
    "SELECT count(*) FROM deliveries WHERE state <> 'waiting' AND state = 'dead'"
);
OB_QUERY(kRelease, "delivery.release_leases", R"sql(
    UPDATE deliveries SET leased_until = 0 WHERE state = 'waiting' AND leased_until > 0)sql");
OB_QUERY(kDropDone, "delivery.drop_done", R"sql(
    DELETE FROM deliveries WHERE id IN (
        SELECT id FROM deliveries
        WHERE state <> 'waiting' AND state = 'done' AND next_at < $1
        ORDER BY next_at LIMIT $2))sql");

struct DueHost {
    std::string name;
    int leased = 0;
    bool paused = false;
};

Item read(const Row& row) {
    Item item;
    item.id = row.integer(0);
    item.outbox = row.id<OutboxItem>(1);
    item.inbox = row.text(2);
    item.host = row.text(3);
    item.tries = static_cast<int>(row.integer(4));
    return item;
}

template <class... Values>
std::optional<Instant> earliest(Reader& db, const Query& query, Values... values) {
    return db.one(
                 query, [](const Row& row) { return row.maybe_instant(0); }, values...
    )
        .value_or(std::nullopt);
}

}  // namespace

void add(Writer& tx, OutboxId outbox, std::string_view inbox, std::string_view host) {
    tx.execute(kAdd, tx.next_id(), outbox, inbox, host, tx.now());
}

std::vector<Item> lease(Writer& tx, Instant until, int limit, int per_host) {
    std::vector<Item> leased;
    const auto hosts = tx.all(
        kListHosts,
        [](const Row& row) {
            return DueHost{row.text(0), static_cast<int>(row.integer(1)), row.boolean(2)};
        },
        tx.now(),
        per_host
    );
    for (const DueHost& host : hosts) {
        const int room = limit - static_cast<int>(leased.size());
        if (room <= 0) break;
        const int of_host = host.paused ? 1 : std::min(room, per_host - host.leased);
        auto items =
            tx.all(kLease, read, until, host.name, tx.now(), kWindow, kOrderedTries, of_host);
        std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
            return std::pair(a.outbox, a.id) < std::pair(b.outbox, b.id);
        });
        leased.insert(leased.end(), items.begin(), items.end());
    }
    return leased;
}

void set_done(Writer& tx, std::int64_t id, std::string_view answer) {
    tx.execute(kAnswer, id, "done", cut_bytes(answer, kAnswerBytes), tx.now());
}

void set_retry(Writer& tx, std::int64_t id, Instant next, std::string_view answer) {
    tx.execute(kAnswer, id, "waiting", cut_bytes(answer, kAnswerBytes), next);
}

void set_dead(Writer& tx, std::int64_t id, std::string_view answer) {
    tx.execute(kAnswer, id, "dead", cut_bytes(answer, kAnswerBytes), tx.now());
}

Counts count(Reader& db, Instant now) {
    Counts counts;
    counts.waiting = db.count(kCountWaiting);
    counts.dead = db.count(kCountDead);
    counts.next = next_due(db, now);
    return counts;
}

std::optional<Instant> next_due(Reader& db, Instant now) {
    std::optional<Instant> next;
    for (const auto& moment :
         {earliest(db, kNextDue, now), earliest(db, kNextExpiry, now), earliest(db, kNextProbe, now)
         }) {
        if (moment && (!next || *moment < *next)) next = moment;
    }
    return next;
}

void release_leases(Writer& tx) { tx.execute(kRelease); }

int drop_done(Writer& tx, Instant limit, int most) {
    return static_cast<int>(tx.execute(kDropDone, limit, most));
}

}  // namespace outboard::store::deliveries
