// SPDX-License-Identifier: Apache-2.0
#include "src/store/streams.hpp"
#include "src/base/limits.hpp"
#include "src/base/log.hpp"
#include "src/jobs/handlers.hpp"
#include "src/store/queues.hpp"

namespace outboard::jobs {

namespace {

constexpr int kRows = 2000;   // per transaction: they are small
constexpr int kRounds = 500;  // more than five minutes can bring
constexpr auto kEvery = std::chrono::minutes(5);

/// Plans itself again whatever came of it.
void sweep(App& app, const std::string&, const Finish& finish) {
    const auto limit = app.clock.now() - limits::kStreamEvents;
    for (int round = 0; round < kRounds; ++round) {
        const auto dropped = app.db.write([&](store::Writer& tx) -> int {
            return store::streams::drop_older_than(tx, limit, kRows);
        });
        if (!dropped) log::warn("stream.sweep_cut_short", {{"why", dropped.error().shown}});
        if (!dropped || *dropped == 0) break;
    }
    finish({Outcome::Kind::Done, {}, [](store::Writer& tx) -> Result<void> {
                plan_stream_sweep(tx);
                return {};
            }});
}

}  // namespace

void plan_stream_sweep(store::Writer& tx) {
    store::jobs::add(tx, "stream.sweep", "{}", tx.now() + kEvery, "stream.sweep");
}

void register_streams(Runner& runner) { runner.handle("stream.sweep", sweep, Tries::Endless); }

}  // namespace outboard::jobs
