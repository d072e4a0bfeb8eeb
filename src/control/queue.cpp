// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "federation/json.hpp"
#include "src/control/verbs.hpp"
#include "src/store/queues.hpp"

namespace outboard::control {

Outcome run(App& app, const QueueArguments& arguments) {
    if (arguments.action != "list") return Outcome::usage("queue knows list.");
    struct Counts {
        std::int64_t inbox = 0;
        store::deliveries::Counts deliveries;
    };
    const auto counts = app.db.read([](store::Reader& db) {
        return Counts{store::inbox::count_waiting(db), store::deliveries::count(db)};
    });
    if (arguments.as_json) {
        const json document = {
            {"inbox_waiting", counts.inbox},
            {"deliveries_waiting", counts.deliveries.waiting},
            {"deliveries_dead", counts.deliveries.dead},
            {"next_delivery_at",
             counts.deliveries.next ? json(format_rfc3339(*counts.deliveries.next)) : json(nullptr)}
        };
        return Outcome::done(write_json(document) + "\n");
    }
    return Outcome::done(fmt::format(
        "inbox: {} waiting\ndeliveries: {} waiting, {} given up{}\n",
        counts.inbox,
        counts.deliveries.waiting,
        counts.deliveries.dead,
        counts.deliveries.next ? ", next at " + format_rfc3339(*counts.deliveries.next) : ""
    ));
}

}  // namespace outboard::control
