// SPDX-License-Identifier: Apache-2.0
#include "src/store/lists.hpp"
#include "src/store/statuses.hpp"
#include "src/store/streams.hpp"

// Home timelines: candidates per local account. Authority is checked when they are read.

namespace outboard::store::statuses {
namespace {

constexpr int kBackfilled = 40;  // of a newly followed account

// One look at an index for each author: a list in `IN` becomes a table of its own for every row.
OB_PAGED_QUERY(
    kHome,
    "home.list",
    R"sql(
    SELECT h.status FROM home h
    JOIN statuses s ON s.id = h.status
    LEFT JOIN statuses o ON o.id = s.boost_of
    WHERE h.account = $4 AND h.status < $1 AND h.status > $2
      AND s.state = 'present' AND (s.boost_of IS NULL OR o.state <> 'deleted')
      AND NOT EXISTS (SELECT 1 FROM mutes m WHERE m.account = $4 AND m.target = s.account
          AND (m.expires_at IS NULL OR m.expires_at > $5))
      AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account = $4 AND b.target = s.account)
      AND NOT EXISTS (SELECT 1 FROM blocks r WHERE r.account = s.account AND r.target = $4)
      AND (o.id IS NULL OR (
          NOT EXISTS (SELECT 1 FROM mutes m WHERE m.account = $4 AND m.target = o.account
              AND (m.expires_at IS NULL OR m.expires_at > $5))
          AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account = $4 AND b.target = o.account)
          AND NOT EXISTS (SELECT 1 FROM blocks r
              WHERE r.account = o.account AND r.target = $4))))sql",
    "h.status"
);
OB_QUERY(
    kAdd, "home.add", R"sql(
    INSERT INTO home (account, status) VALUES ($1, $2) ON CONFLICT (account, status) DO NOTHING)sql"
);
OB_QUERY(kTrim, "home.trim", R"sql(
    DELETE FROM home WHERE account = $1 AND status <
        (SELECT min(status) FROM (SELECT status FROM home WHERE account = $1
                                  ORDER BY status DESC LIMIT $2) AS newest))sql");
OB_QUERY(kChunk, "home.chunk", R"sql(
    SELECT id FROM follows WHERE target = $1 AND state = 'accepted' AND id > $2
    ORDER BY id LIMIT $3)sql");
OB_QUERY(kFanOut, "home.fan_out", R"sql(
    INSERT INTO home (account, status)
    SELECT f.account, CAST($1 AS BIGINT) FROM follows f JOIN users u ON u.account = f.account
    WHERE f.target = $2 AND f.state = 'accepted' AND f.id > $3 AND f.id <= $4
      AND ($5 = 0 OR f.show_boosts = true)
    ON CONFLICT (account, status) DO NOTHING)sql");
OB_QUERY(kFanOutAccounts, "home.fan_out_accounts", R"sql(
    SELECT f.account FROM follows f JOIN users u ON u.account = f.account
    WHERE f.target = $1 AND f.state = 'accepted' AND f.id > $2 AND f.id <= $3)sql");
OB_QUERY(kNotified, "home.notified", R"sql(
    SELECT recent.account FROM (
        SELECT account, notify FROM follows
        WHERE target = $1 AND state = 'accepted' AND id > $2 ORDER BY id LIMIT $3) AS recent
    WHERE recent.notify = true)sql");
OB_QUERY(kBackfill, "home.backfill", R"sql(
    INSERT INTO home (account, status)
    SELECT CAST($1 AS BIGINT), recent.id FROM (
        SELECT s.id FROM statuses s
        WHERE s.account = $2 AND s.state = 'present' AND s.visibility <> 'direct'
          AND (s.boost_of IS NULL OR NOT EXISTS (SELECT 1 FROM follows f
               WHERE f.account = $1 AND f.target = $2 AND f.show_boosts = false))
        ORDER BY s.id DESC LIMIT $3) AS recent
    WHERE true
    ON CONFLICT (account, status) DO NOTHING)sql");
OB_QUERY(kForget, "home.forget", R"sql(
    DELETE FROM home WHERE account = $1 AND EXISTS (
        SELECT 1 FROM statuses s WHERE s.id = home.status AND s.account = $2))sql");

/// Trimming reads a thousand entries, so one insertion in 32 does it: picked by the id, so that a
/// transaction that runs twice does the same twice.
bool is_time_to_trim(StatusId status) {
    return (static_cast<std::uint64_t>(status.value) * 0x9E3779B97F4A7C15ULL) >> 59 == 0;
}

void trim(Writer& tx, AccountId account) { tx.execute(kTrim, account, limits::kHomeEntries); }

}  // namespace

std::vector<StatusId> list_home(Reader& db, AccountId account, const Page& page) {
    return list_window(db, kHome, status_id, page, account, db.now());
}

void add_to_home(Writer& tx, AccountId account, StatusId status) {
    tx.execute(kAdd, account, status);
    if (is_time_to_trim(status)) trim(tx, account);
}

std::int64_t fan_out_home(
    Writer& tx, AccountId author, StatusId status, bool is_boost, std::int64_t after, int chunk
) {
    const auto follows =
        tx.all(kChunk, [](const Row& row) { return row.integer(0); }, author, after, chunk);
    if (follows.empty()) return 0;
    const auto last = follows.back();
    const auto reached = tx.execute(kFanOut, status, author, after, last, is_boost);
    // The first chunk is of the transaction that tells of the status itself.
    if (after > 0 && reached > 0) streams::add(tx, streams::Kind::Home, author, status.value);
    if (is_time_to_trim(status)) {
        for (const auto account : tx.all(kFanOutAccounts, account_id, author, after, last)) {
            trim(tx, account);
        }
    }
    return follows.size() == static_cast<std::size_t>(chunk) ? last : 0;
}

std::vector<AccountId> list_notified(Reader& db, AccountId author, std::int64_t after, int chunk) {
    return db.all(kNotified, account_id, author, after, chunk);
}

void backfill_home(Writer& tx, AccountId account, AccountId target) {
    tx.execute(kBackfill, account, target, kBackfilled);
    trim(tx, account);
}

void remove_from_home(Writer& tx, AccountId account, AccountId author) {
    tx.execute(kForget, account, author);
}

}  // namespace outboard::store::statuses
