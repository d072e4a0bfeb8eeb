// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>

#include "federation/base/bytes.hpp"
#include "src/store/keys.hpp"
#include "src/store/queues.hpp"

namespace outboard::store::inbox {
namespace {

OB_QUERY(kAdd, "inbox.add", R"sql(
    INSERT INTO inbox (id, activity_hash, document, actor, host, recipient, key_id, how,
                       received_at, state, next_at, about)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', $9, $10)
    ON CONFLICT (activity_hash) DO NOTHING)sql");
OB_QUERY(kListDue, "inbox.list_due", R"sql(
    SELECT id, document, actor, host, recipient, key_id, how, tries FROM inbox
    WHERE state = 'waiting' AND next_at <= $1
    ORDER BY next_at, id LIMIT $2)sql");
OB_QUERY(
    kNextHost,
    "inbox.next_host",
    "SELECT min(host) FROM inbox WHERE state = 'waiting' AND host > $1"
);
OB_QUERY(kListDueOfHost, "inbox.list_due_of_host", R"sql(
    SELECT id, document, actor, host, recipient, key_id, how, tries FROM inbox
    WHERE state = 'waiting' AND host = $1 AND next_at <= $2
    ORDER BY next_at, id LIMIT $3)sql");
OB_QUERY(kCountOfHost, "inbox.count_of_host", R"sql(
    SELECT count(*) FROM (
        SELECT 1 FROM inbox WHERE state = 'waiting' AND host = $1 LIMIT $2) AS some)sql");
// The row's own next time is the lease: it comes back by itself when nobody ends it.
OB_QUERY(
    kLease,
    "inbox.lease",
    R"sql(
    UPDATE inbox SET next_at = $1 WHERE id IN (
        SELECT id FROM inbox WHERE state = 'waiting' AND next_at <= $2
        ORDER BY next_at, id LIMIT $3)
    RETURNING id, document, actor, host, recipient, key_id, how, tries)sql",
    R"sql(
    UPDATE inbox SET next_at = $1 WHERE id IN (
        SELECT id FROM inbox WHERE state = 'waiting' AND next_at <= $2
        ORDER BY next_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
    RETURNING id, document, actor, host, recipient, key_id, how, tries)sql"
);
OB_QUERY(kNextDue, "inbox.next_due", "SELECT min(next_at) FROM inbox WHERE state = 'waiting'");
OB_QUERY(
    kEnd, "inbox.end", "UPDATE inbox SET state = $2, problem = $3, tries = tries + 1 WHERE id = $1"
);
OB_QUERY(kRetry, "inbox.retry", R"sql(
    UPDATE inbox SET next_at = $2, problem = $3, tries = tries + 1
    WHERE id = $1 AND state = 'waiting')sql");
OB_QUERY(kCount, "inbox.count_waiting", "SELECT count(*) FROM inbox WHERE state = 'waiting'");
OB_QUERY(kCountByTry, "inbox.count_by_try", R"sql(
    SELECT COALESCE(sum(CASE WHEN tries = 0 THEN 1 ELSE 0 END), 0),
           COALESCE(sum(CASE WHEN tries > 0 THEN 1 ELSE 0 END), 0)
    FROM inbox WHERE state = 'waiting')sql");
OB_QUERY(kOldestProblem, "inbox.oldest_problem", R"sql(
    SELECT problem FROM inbox WHERE state = 'waiting' AND tries > 0
    ORDER BY received_at, id LIMIT 1)sql");
OB_QUERY(kListReasons, "inbox.list_reasons", R"sql(
    SELECT problem, count(*) FROM inbox WHERE state = 'waiting' AND tries > 0
    GROUP BY problem ORDER BY count(*) DESC, problem LIMIT $1)sql");
OB_QUERY(kListBytes, "inbox.list_old_bytes", R"sql(
    SELECT id, document FROM inbox
    WHERE document IS NOT NULL AND received_at < $1 AND state <> 'waiting'
    ORDER BY received_at LIMIT $2)sql");
OB_QUERY(kForget, "inbox.forget_bytes", "UPDATE inbox SET document = NULL WHERE id = $1");
OB_QUERY(kListAbout, "inbox.list_about", R"sql(
    SELECT id, document FROM inbox
    WHERE about = $1 AND document IS NOT NULL AND state <> 'waiting' LIMIT $2)sql");
OB_QUERY(kDropIds, "inbox.drop_ids", R"sql(
    DELETE FROM inbox WHERE id IN (
        SELECT id FROM inbox WHERE received_at < $1 AND state <> 'waiting'
        ORDER BY received_at LIMIT $2))sql");

Item read(const Row& row) {
    Item item;
    item.id = row.integer(0);
    item.document = row.bytes(1);
    item.actor = row.text(2);
    item.host = row.text(3);
    item.recipient = row.maybe_id<Account>(4);
    item.key_id = row.text(5);
    item.how = row.text(6);
    item.tries = static_cast<int>(row.integer(7));
    return item;
}

struct Bytes {
    std::int64_t id = 0;
    std::string document;
};
Bytes read_bytes(const Row& row) { return {row.integer(0), row.bytes(1)}; }

void drop(Writer& tx, const Bytes& bytes) {
    tx.execute(kForget, bytes.id);
    documents::drop_unused(tx, bytes.document);
}

}  // namespace

bool add(Writer& tx, std::string_view activity_hash, const Item& item) {
    return tx.execute(
               kAdd,
               tx.next_id(),
               Blob{std::string(activity_hash)},
               Blob{item.document},
               item.actor,
               item.host,
               item.recipient,
               item.key_id,
               item.how,
               tx.now(),
               item.about.empty() ? std::optional<Blob>() : Blob{item.about}
           ) == 1;
}

std::vector<Item> list_due(Reader& db, Instant now, int limit) {
    return db.all(kListDue, read, now, limit);
}

DueOfHosts list_due_of_hosts(
    Reader& db, Instant now, std::string_view last_host, int hosts, int per_host
) {
    DueOfHosts due;
    due.last_host = last_host;
    for (int i = 0; i < hosts; ++i) {
        const auto next =
            db.one(
                  kNextHost, [](const Row& row) { return row.maybe_text(0); }, due.last_host
            )
                .value_or(std::nullopt);
        due.last_host = next.value_or("");
        if (!next) break;
        auto items = db.all(kListDueOfHost, read, *next, now, per_host);
        due.items.insert(
            due.items.end(),
            std::make_move_iterator(items.begin()),
            std::make_move_iterator(items.end())
        );
    }
    return due;
}

bool has_waiting(Reader& db, std::string_view host, std::size_t rows) {
    const auto most = static_cast<std::int64_t>(rows);
    return db.count(kCountOfHost, host, most) >= most;
}

std::vector<Item> lease(Writer& tx, Instant until, int limit) {
    auto items = tx.all(kLease, read, until, tx.now(), limit);
    std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.id < b.id; });
    return items;
}

std::optional<Instant> next_due(Reader& db) {
    return db.one(
                 kNextDue, [](const Row& row) { return row.maybe_instant(0); }
    ).value_or(std::nullopt);
}

void set_done(Writer& tx, std::int64_t id) { tx.execute(kEnd, id, "done", ""); }

void set_ignored(Writer& tx, const Item& item) {
    set_done(tx, item.id);
    drop(tx, {item.id, item.document});
}

bool drop_bytes_about(Writer& tx, std::string_view object_id, int most) {
    const auto rows = tx.all(kListAbout, read_bytes, Blob{sha256(object_id)}, most);
    for (const auto& bytes : rows) drop(tx, bytes);
    return rows.size() == static_cast<std::size_t>(most);
}

void set_retry(Writer& tx, std::int64_t id, Instant next, std::string_view problem) {
    tx.execute(kRetry, id, next, problem);
}

void set_dead(Writer& tx, std::int64_t id, std::string_view problem) {
    tx.execute(kEnd, id, "dead", problem);
}

std::int64_t count_waiting(Reader& db) { return db.count(kCount); }

Waiting count_by_try(Reader& db) {
    auto waiting = db.one(kCountByTry, [](const Row& row) {
                         return Waiting{row.integer(0), row.integer(1), ""};
                     }).value_or(Waiting{});
    if (waiting.again > 0) {
        waiting.oldest_problem =
            db.one(kOldestProblem, [](const Row& row) { return row.text(0); }).value_or("");
    }
    return waiting;
}

std::vector<Reason> list_reasons(Reader& db, int limit) {
    return db.all(
        kListReasons, [](const Row& row) { return Reason{row.text(0), row.integer(1)}; }, limit
    );
}

int drop_old(Writer& tx, Instant bytes_limit, Instant ids_limit, int most) {
    // Whatever loses its id loses its bytes first, or nobody would know of them any more.
    const auto old = tx.all(kListBytes, read_bytes, std::max(bytes_limit, ids_limit), most);
    for (const auto& bytes : old) drop(tx, bytes);
    int dropped = static_cast<int>(old.size());
    if (dropped < most) dropped += static_cast<int>(tx.execute(kDropIds, ids_limit, most));
    return dropped;
}

}  // namespace outboard::store::inbox
