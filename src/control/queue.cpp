// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "federation/base/text.hpp"
#include "federation/json.hpp"
#include "src/control/verbs.hpp"
#include "src/store/queues.hpp"

namespace outboard::control {
namespace {

constexpr int kReasons = 20;  // lines a person reads

}  // namespace

Outcome run(App& app, const QueueArguments& arguments) {
    if (arguments.action != "list") return Outcome::usage("queue knows list.");
    struct Counts {
        store::inbox::Waiting inbox;
        std::vector<store::inbox::Reason> reasons;
        store::deliveries::Counts deliveries;
    };
    const auto counts = app.db.read([&](store::Reader& db) {
        return Counts{
            store::inbox::count_by_try(db),
            store::inbox::list_reasons(db, kReasons),
            store::deliveries::count(db, app.clock.now())
        };
    });
    if (arguments.as_json) {
        json reasons = json::array();
        for (const auto& reason : counts.reasons)
            reasons.push_back({{"why", reason.problem}, {"rows", reason.rows}});
        const json document = {
            {"inbox_waiting", counts.inbox.untried + counts.inbox.again},
            {"inbox_untried", counts.inbox.untried},
            {"inbox_to_try_again", counts.inbox.again},
            {"inbox_reasons", reasons},
            {"deliveries_waiting", counts.deliveries.waiting},
            {"deliveries_dead", counts.deliveries.dead},
            {"next_delivery_at",
             counts.deliveries.next ? json(format_rfc3339(*counts.deliveries.next)) : json(nullptr)}
        };
        return Outcome::done(write_json(document) + "\n");
    }
    std::string reasons;
    for (const auto& reason : counts.reasons)
        reasons += fmt::format("  {} because: {}\n", reason.rows, to_printable(reason.problem));
    return Outcome::done(fmt::format(
        "inbox: {} not tried yet, {} to be tried again\n{}deliveries: {} waiting, {} given up{}\n",
        counts.inbox.untried,
        counts.inbox.again,
        reasons,
        counts.deliveries.waiting,
        counts.deliveries.dead,
        counts.deliveries.next ? ", next at " + format_rfc3339(*counts.deliveries.next) : ""
    ));
}

}  // namespace outboard::control
