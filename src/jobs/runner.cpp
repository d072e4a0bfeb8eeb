// SPDX-License-Identifier: Apache-2.0
#include "src/jobs/runner.hpp"

#include <algorithm>
#include <random>

#include "federation/base/bytes.hpp"
#include "src/base/limits.hpp"
#include "src/base/log.hpp"
#include "src/base/once.hpp"
#include "src/store/queues.hpp"

namespace outboard::jobs {

namespace {

using store::jobs::Job;

constexpr int kAtOnce = 16;
constexpr auto kLease = std::chrono::minutes(5);  // longer than any job's own deadline
constexpr auto kLongestRest = std::chrono::milliseconds(1000);

/// 30 s, doubled with each try, at most an hour; up to a quarter more, so that what failed together
/// does not come back together.
std::chrono::milliseconds retry_delay(App& app, int tries) {
    const auto base = std::min<std::chrono::milliseconds>(
        std::chrono::seconds(30) * (1 << std::min(tries, 10)), std::chrono::hours(1)
    );
    const auto byte = static_cast<unsigned char>(app.random.bytes(1)[0]);
    return base + base * byte / 1024;
}

void end(App& app, const Job& job, Tries tries, const Outcome& outcome) {
    const bool is_tried_out = tries == Tries::Limited && job.tries + 1 >= limits::kJobTries;
    const bool given_up = outcome.kind == Outcome::Kind::Dead ||
                          (outcome.kind == Outcome::Kind::Retry && is_tried_out);
    const auto delay = outcome.kind == Outcome::Kind::Retry ? retry_delay(app, job.tries)
                                                            : std::chrono::milliseconds(0);
    const auto written = app.db.write([&](store::Writer& tx) -> Result<void> {
        if (given_up) {
            store::jobs::set_dead(tx, job.id, outcome.problem);
        } else if (outcome.kind == Outcome::Kind::Retry) {
            store::jobs::set_retry(tx, job.id, tx.now() + delay, outcome.problem);
        } else {
            store::jobs::set_done(tx, job.id);
            if (outcome.with) OB_CHECK(outcome.with(tx));
        }
        return {};
    });
    if (given_up)
        log::warn("job.given_up", {{"kind", job.kind}, {"job", job.id}, {"why", outcome.problem}});
    if (written) return;
    log::warn(
        "job.not_ended", {{"kind", job.kind}, {"job", job.id}, {"why", written.error().shown}}
    );
    if (outcome.kind == Outcome::Kind::Done)
        end(app, job, tries, {Outcome::Kind::Retry, written.error().shown});
}

}  // namespace

std::chrono::milliseconds Runner::step() {
    const auto now = app_.clock.now();
    const auto room = kAtOnce - running();
    if (room <= 0) return kLongestRest;
    const auto next = app_.db.read([](store::Reader& db) { return store::jobs::next_due(db); });
    if (!next) return kLongestRest;
    if (*next > now) return std::min<std::chrono::milliseconds>(*next - now, kLongestRest);
    const auto leased = app_.db.write([&](store::Writer& tx) {
        return store::jobs::lease(tx, now + kLease, room);
    });
    if (!leased) {
        log::warn("jobs.not_leased", {{"why", leased.error().shown}});
        return kLongestRest;
    }
    for (const auto& job : *leased) {
        running_->with([](int& count) { ++count; });
        const auto found = handlers_.find(job.kind);
        const auto tries = found == handlers_.end() ? Tries::Limited : found->second.tries;
        auto finish = exactly_once<Outcome>(
            [&app = app_, job, tries, running = running_](Outcome outcome) {
                try {
                    end(app, job, tries, outcome);
                } catch (const std::exception& problem) {
                    log::error(
                        "job.not_ended",
                        {{"kind", job.kind}, {"job", job.id}, {"why", problem.what()}}
                    );
                }
                running->with([](int& count) { --count; });
                app.jobs_wake.notify();
            },
            [] { return Outcome{Outcome::Kind::Retry, "dropped on the way"}; }
        );
        if (found == handlers_.end()) {
            finish({Outcome::Kind::Dead, "no handler for this kind"});
            continue;
        }
        const bool posted =
            app_.workers.post([&app = app_, job, finish, handler = found->second.handler] {
                try {
                    handler(app, job.payload, finish);
                } catch (const std::exception& problem) {
                    finish({Outcome::Kind::Retry, problem.what()});
                }
            });
        if (!posted) finish({Outcome::Kind::Retry, "all workers are busy"});
    }
    return leased->empty() ? kLongestRest : std::chrono::milliseconds(0);
}

int Runner::running() const {
    return running_->with([](int& count) { return count; });
}

}  // namespace outboard::jobs
