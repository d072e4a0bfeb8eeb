// SPDX-License-Identifier: Apache-2.0
#include "src/base/limits.hpp"
#include "src/base/log.hpp"
#include "src/jobs/handlers.hpp"
#include "src/jobs/payload.hpp"
#include "src/store/accounts.hpp"
#include "src/store/follows.hpp"
#include "src/store/keys.hpp"
#include "src/store/queues.hpp"
#include "src/store/statuses.hpp"

namespace outboard::jobs {

namespace {

constexpr int kRows = 500;  // per transaction
constexpr int kRounds =
    200;  // per hour and table: more than an hour can bring at the rates we take

/// Calls `chunk` until it finds nothing more; each call is one transaction.
template <class F>
Result<void> repeat(App& app, F chunk) {
    for (int round = 0; round < kRounds; ++round) {
        OB_TRY(const int rows, app.db.write([&](store::Writer& tx) -> int { return chunk(tx); }));
        if (rows == 0) break;
    }
    return {};
}

Result<void> sweep_all(App& app) {
    const auto now = app.clock.now();
    OB_CHECK(repeat(app, [&](store::Writer& tx) {
        return store::inbox::drop_old(tx, now - limits::kRawInbox, now - limits::kIdMemory, kRows);
    }));
    OB_CHECK(repeat(app, [&](store::Writer& tx) {
        return store::deliveries::drop_done(tx, now - limits::kIdMemory, kRows);
    }));
    return app.db.write([&](store::Writer& tx) {
        store::tombstones::drop_older_than(tx, now - limits::kTombstones);
        store::idempotency::drop_older_than(tx, now - limits::kIdempotency);
    });
}

/// Once an hour, at another minute than other nodes; plans itself again whatever came of it.
void sweep(App& app, const std::string&, const Finish& finish) {
    if (const auto swept = sweep_all(app); !swept)
        log::warn("sweep.cut_short", {{"why", swept.error().shown}});
    const auto jitter = std::chrono::seconds(static_cast<unsigned char>(app.random.bytes(1)[0]));
    finish({Outcome::Kind::Done, {}, [jitter](store::Writer& tx) -> Result<void> {
                store::jobs::add(
                    tx, "sweep", "{}", tx.now() + std::chrono::hours(1) + jitter, "sweep"
                );
                return {};
            }});
}

void sweep_status(App& app, const std::string& text, const Finish& finish) {
    const StatusId id{Payload(text).number("status")};
    const auto swept =
        repeat(app, [&](store::Writer& tx) { return store::statuses::remove(tx, id) ? 1 : 0; });
    if (!swept) return finish({Outcome::Kind::Retry, swept.error().shown});
    finish({});
}

/// One chunk of what a deleted account leaves behind; 0 when nothing is left.
int purge_chunk(store::Writer& tx, AccountId account) {
    store::statuses::Page page;
    page.limit = 40;
    int rows = 0;
    for (const auto status : store::statuses::list_account(tx, account, {}, page)) {
        store::statuses::remove(tx, status);
        ++rows;
    }
    for (const auto& follow : store::follows::list_followers(tx, account, page)) {
        rows += store::follows::remove(tx, follow.account, follow.target) ? 1 : 0;
    }
    for (const auto& follow : store::follows::list_following(tx, account, page)) {
        rows += store::follows::remove(tx, follow.account, follow.target) ? 1 : 0;
    }
    for (const auto& follow : store::follows::list_requests(tx, account, page)) {
        rows += store::follows::remove(tx, follow.account, follow.target) ? 1 : 0;
    }
    return rows;
}

void purge_account(App& app, const std::string& text, const Finish& finish) {
    const AccountId account{Payload(text).number("account")};
    int rows = 0;
    const auto purged =
        repeat(app, [&](store::Writer& tx) { return rows = purge_chunk(tx, account); });
    if (!purged) return finish({Outcome::Kind::Retry, purged.error().shown});
    if (rows == 0) return finish({});
    finish(
        {Outcome::Kind::Done,
         {},
         [text](store::Writer& tx) -> Result<void> {  // more than one job's share
             store::jobs::add(tx, "account.purge", text, tx.now());
             return {};
         }}
    );
}

}  // namespace

void register_sweeps(Runner& runner) {
    runner.handle("sweep", sweep);
    runner.handle("status.sweep", sweep_status);
    runner.handle("account.purge", purge_account);
}

}  // namespace outboard::jobs
