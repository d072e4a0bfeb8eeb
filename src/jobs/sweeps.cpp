// SPDX-License-Identifier: Apache-2.0
#include "src/base/limits.hpp"
#include "src/base/log.hpp"
#include "src/jobs/handlers.hpp"
#include "src/jobs/payload.hpp"
#include "src/services/removal.hpp"
#include "src/store/keys.hpp"
#include "src/store/oauth.hpp"
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
    OB_CHECK(repeat(app, [&](store::Writer& tx) {
        return store::oauth_codes::drop_expired(tx, now - limits::kCodeMemory, kRows);
    }));
    OB_CHECK(repeat(app, [&](store::Writer& tx) {
        return store::sessions::drop_expired(tx, kRows);
    }));
    OB_CHECK(repeat(app, [&](store::Writer& tx) {
        return store::tokens::drop_revoked(tx, now - limits::kIdMemory, kRows);
    }));
    OB_CHECK(sweep_media(app));
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

/// Both plan themselves again while something is left.
void sweep_status(App& app, const std::string& text, const Finish& finish) {
    finish(
        {Outcome::Kind::Done,
         {},
         [&app, id = Payload(text).number("status")](store::Writer& tx) -> Result<void> {
             services::sweep_status(tx, app, {id});
             return {};
         }}
    );
}

void purge_account(App& app, const std::string& text, const Finish& finish) {
    finish(
        {Outcome::Kind::Done,
         {},
         [&app, id = Payload(text).number("account")](store::Writer& tx) -> Result<void> {
             services::purge_some(tx, app, {id});
             return {};
         }}
    );
}

}  // namespace

void register_sweeps(Runner& runner) {
    runner.handle("sweep", sweep, Tries::Endless);
    runner.handle("status.sweep", sweep_status, Tries::Endless);
    runner.handle("account.purge", purge_account, Tries::Endless);
}

}  // namespace outboard::jobs
