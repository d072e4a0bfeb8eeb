// SPDX-License-Identifier: Apache-2.0
#include "src/jobs/handlers.hpp"

#include "src/base/log.hpp"
#include "src/store/queues.hpp"

namespace outboard::jobs {

void register_handlers(Runner& runner) {
    register_home(runner);
    register_federation(runner);
    register_sweeps(runner);
    register_streams(runner);
    register_media(runner);
    const auto written = runner.app().db.write([](store::Writer& tx) {
        store::jobs::release_leases(tx);
        store::deliveries::release_leases(tx);
        store::jobs::add(tx, "sweep", "{}", tx.now() + std::chrono::minutes(10), "sweep");
        plan_stream_sweep(tx);
    });
    if (!written) log::warn("jobs.not_recovered", {{"why", written.error().shown}});
}

}  // namespace outboard::jobs
