// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "src/store/queues.hpp"

namespace outboard::store::jobs {
namespace {

OB_QUERY(kAdd, "job.add", R"sql(
    INSERT INTO jobs (id, kind, key, payload, run_at, state)
    VALUES ($1, $2, $3, $4, $5, 'waiting')
    ON CONFLICT (key) DO NOTHING)sql");
OB_QUERY(
    kLease,
    "job.lease",
    R"sql(
    UPDATE jobs SET leased_until = $1, tries = tries + 1 WHERE id IN (
        SELECT id FROM jobs
        WHERE state = 'waiting' AND run_at <= $2 AND leased_until <= $2
        ORDER BY run_at, id LIMIT $3)
    RETURNING id, kind, payload, tries - 1, run_at)sql",
    R"sql(
    UPDATE jobs SET leased_until = $1, tries = tries + 1 WHERE id IN (
        SELECT id FROM jobs
        WHERE state = 'waiting' AND run_at <= $2 AND leased_until <= $2
        ORDER BY run_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
    RETURNING id, kind, payload, tries - 1, run_at)sql"
);
OB_QUERY(kRelease, "job.release_leases", R"sql(
    UPDATE jobs SET leased_until = 0 WHERE state = 'waiting' AND leased_until > 0)sql");
OB_QUERY(kDone, "job.done", "DELETE FROM jobs WHERE id = $1");
OB_QUERY(kRetry, "job.retry", R"sql(
    UPDATE jobs SET run_at = $2, problem = $3, leased_until = 0
    WHERE id = $1 AND state = 'waiting')sql");
// Its key is free again: the next event may try anew.
OB_QUERY(kDead, "job.dead", R"sql(
    UPDATE jobs SET state = 'dead', key = NULL, problem = $2, leased_until = 0
    WHERE id = $1)sql");
OB_QUERY(kNextDue, "job.next_due", R"sql(
    SELECT min(due.at) FROM (
        SELECT min(run_at) AS at FROM jobs WHERE state = 'waiting' AND leased_until = 0
        UNION ALL
        SELECT min(leased_until) AS at FROM jobs
        WHERE state = 'waiting' AND leased_until > 0) AS due)sql");

}  // namespace

bool add(
    Writer& tx,
    std::string_view kind,
    std::string_view payload,
    Instant run_at,
    const std::optional<std::string>& key
) {
    return tx.execute(kAdd, tx.next_id(), kind, key, payload, run_at) == 1;
}

std::vector<Job> lease(Writer& tx, Instant until, int limit) {
    struct Due {
        Job job;
        Instant run_at;
    };
    auto due = tx.all(
        kLease,
        [](const Row& row) {
            return Due{
                {row.integer(0), row.text(1), row.text(2), static_cast<int>(row.integer(3))},
                row.instant(4)
            };
        },
        until,
        tx.now(),
        limit
    );
    std::sort(due.begin(), due.end(), [](const Due& a, const Due& b) {
        return std::pair(a.run_at, a.job.id) < std::pair(b.run_at, b.job.id);
    });
    std::vector<Job> jobs;
    jobs.reserve(due.size());
    for (Due& each : due) jobs.push_back(std::move(each.job));
    return jobs;
}

void release_leases(Writer& tx) { tx.execute(kRelease); }

void set_done(Writer& tx, std::int64_t id) { tx.execute(kDone, id); }

void set_retry(Writer& tx, std::int64_t id, Instant next, std::string_view problem) {
    tx.execute(kRetry, id, next, problem);
}

void set_dead(Writer& tx, std::int64_t id, std::string_view problem) {
    tx.execute(kDead, id, problem);
}

std::optional<Instant> next_due(Reader& db) {
    return db.one(
                 kNextDue, [](const Row& row) { return row.maybe_instant(0); }
    ).value_or(std::nullopt);
}

}  // namespace outboard::store::jobs
