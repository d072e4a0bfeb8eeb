// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/store/database.hpp"
#include "src/store/statuses.hpp"

// Work that must survive: inbox, outbox, deliveries, jobs. Handlers may run twice; unique keys
// dedupe.

namespace outboard::store::inbox {

struct Item {
    std::int64_t id = 0;
    std::string document;  // hash
    std::string actor;
    std::string host;  // of the actor, with its port
    std::optional<AccountId> recipient;
    std::string key_id, how;
    int tries = 0;
    std::string about = {};  // SHA-256 of the id of the status that it brings; empty for none
};
/// False when that activity was taken before.
bool add(Writer& tx, std::string_view activity_hash, const Item& item);
/// Oldest due ones. `lease` hands them out as well: until `until` nobody else gets them, for loops
/// that overlap.
std::vector<Item> list_due(Reader& db, Instant now, int limit);
/// Due ones of the next `hosts` hosts by name after `last_host`, of each the oldest `per_host`: so
/// that the backlog of one hides nobody else's.
struct DueOfHosts {
    std::vector<Item> items;
    std::string last_host;  // where to go on; empty after the last host
};
DueOfHosts list_due_of_hosts(
    Reader& db, Instant now, std::string_view last_host, int hosts, int per_host
);
std::vector<Item> lease(Writer& tx, Instant until, int limit);
/// The earliest moment at which one is due.
std::optional<Instant> next_due(Reader& db);
void set_done(Writer& tx, std::int64_t id);
/// Done without effect: of its bytes nothing is kept.
void set_ignored(Writer& tx, const Item& item);
void set_retry(Writer& tx, std::int64_t id, Instant next, std::string_view problem);
void set_dead(Writer& tx, std::int64_t id, std::string_view problem);
/// Drops the bytes of at most `most` worked off rows that brought the object of that id. True when
/// there may be more.
bool drop_bytes_about(Writer& tx, std::string_view object_id, int most);
std::int64_t count_waiting(Reader& db);
/// Whether at least `rows` activities of that host wait; looks at no more than that.
bool has_waiting(Reader& db, std::string_view host, std::size_t rows);
struct Waiting {
    std::int64_t untried = 0;
    std::int64_t again = 0;      // tried, and to be tried again
    std::string oldest_problem;  // why the one of `again` that came first had no effect yet
};
Waiting count_by_try(Reader& db);
struct Reason {
    std::string problem;
    std::int64_t rows = 0;
};
/// Why rows are to be tried again, the commonest reasons first.
std::vector<Reason> list_reasons(Reader& db, int limit);
/// Raw bytes older than `bytes_limit` (unless a status or an account refers to them) and ids older
/// than `ids_limit` go, never those that wait; at most `most` rows of each a call. Returns how
/// many, so that 0 means done.
int drop_old(Writer& tx, Instant bytes_limit, Instant ids_limit, int most);

}  // namespace outboard::store::inbox

namespace outboard::store::outbox {

struct Item {
    OutboxId id;
    AccountId account;
    std::string uri, kind, object;
    std::optional<StatusId> status;
    std::string document;  // hash of the bytes that are sent
    bool to_followers = false;
    std::vector<AccountId> to_accounts;
    bool listed = false;
    std::string last_inbox;  // of the followers', the last one handled
    Instant created_at{};
};
void add(Writer& tx, const Item& item);
std::optional<Item> find(Reader& db, OutboxId id);
std::optional<Item> find_by_uri(Reader& db, std::string_view uri);
std::vector<Item> list_fanning(Reader& db, int limit);
void set_last_inbox(Writer& tx, OutboxId id, std::string_view inbox);
void set_sent(Writer& tx, OutboxId id);
std::vector<Item> list_public(Reader& db, AccountId account, const statuses::Page& page);
std::int64_t count_public(Reader& db, AccountId account);
bool is_fanning(Reader& db, AccountId account);  // some row of it
bool has_any(Reader& db, AccountId account);
/// Drop rows of an account with their deliveries and bytes: those that are sent and wait for
/// nothing, or any. At most `most` rows of each table; true when there may be more.
bool drop_ended(Writer& tx, AccountId account, int most);
bool drop_any(Writer& tx, AccountId account, int most);
/// In the same way, of a deleted status: what would still say, or said, what it said. Whoever had
/// it gets its Delete.
bool drop_saying(Writer& tx, StatusId status, int most);

}  // namespace outboard::store::outbox

namespace outboard::store::deliveries {

struct Item {
    std::int64_t id = 0;
    OutboxId outbox;
    std::string inbox, host;
    int tries = 0;
};
void add(
    Writer& tx, OutboxId outbox, std::string_view inbox, std::string_view host
);  // once per (outbox, inbox)
/// After so many tries an item no longer holds back the others of its inbox, only those about the
/// same object: a poisoned activity must not stop a whole server for a week (R26).
inline constexpr int kOrderedTries = 5;

/// Leases due ones until `until`: at most `per_host` of a host under way, the oldest outbox first;
/// of an inbox only the oldest waiting one, so that an edit never overtakes its post; of a paused
/// host a single one, once its next_probe is due. Hosts that have waited longest come first.
std::vector<Item> lease(Writer& tx, Instant until, int limit, int per_host);
void set_done(Writer& tx, std::int64_t id, std::string_view answer);
void set_retry(Writer& tx, std::int64_t id, Instant next, std::string_view answer);
void set_dead(Writer& tx, std::int64_t id, std::string_view answer);
struct Counts {
    std::int64_t waiting = 0, dead = 0;
    std::optional<Instant> next;  // see next_due
};
Counts count(Reader& db, Instant now);
/// The earliest moment after `now` at which something can start that cannot now, by itself: a time
/// to try again comes, a lease ends, a paused host may be probed. What is held back behind another
/// row does not count. Three steps of indexes, however many wait.
std::optional<Instant> next_due(Reader& db, Instant now);
/// At start, when no other process works on this database: what was under way when it ended is due
/// at once.
void release_leases(Writer& tx);
/// Delivered ones that ended before `limit`, at most `most` a call; returns how many.
int drop_done(Writer& tx, Instant limit, int most);

}  // namespace outboard::store::deliveries

namespace outboard::store::hosts {

struct Host {
    std::string name, state = "ok", speaks;
    int failures = 0;
    std::optional<Instant> failing_since;
    Instant next_probe{};
};
std::optional<Host> find(Reader& db, std::string_view name);
void put(Writer& tx, const Host& host);
void set_speaks(Writer& tx, std::string_view name, std::string_view speaks);

}  // namespace outboard::store::hosts

namespace outboard::store::jobs {

struct Job {
    std::int64_t id = 0;
    std::string kind, payload;  // JSON
    int tries = 0;
};
/// With a key: one waiting job of that key (false when there was one).
bool add(
    Writer& tx,
    std::string_view kind,
    std::string_view payload,
    Instant run_at,
    const std::optional<std::string>& key = {}
);
/// Leases due ones, oldest first. `tries` are those before this one; leasing counts as a try, so
/// that a job that kills the process is counted too.
std::vector<Job> lease(Writer& tx, Instant until, int limit);
/// At start, when no other process works on this database.
void release_leases(Writer& tx);
void set_done(Writer& tx, std::int64_t id);
void set_retry(Writer& tx, std::int64_t id, Instant next, std::string_view problem);
void set_dead(Writer& tx, std::int64_t id, std::string_view problem);
std::optional<Instant> next_due(Reader& db);

}  // namespace outboard::store::jobs
