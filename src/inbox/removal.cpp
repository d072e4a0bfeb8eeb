// SPDX-License-Identifier: Apache-2.0
#include "src/inbox/removal.hpp"

#include <nlohmann/json.hpp>

#include "src/store/queues.hpp"
#include "src/store/statuses.hpp"

namespace outboard::inbox {

void remove_status(store::Writer& tx, App& app, StatusId id) {
    if (!store::statuses::remove(tx, id)) return;
    store::jobs::add(
        tx, "status.sweep", write_json({{"status", id.value}}), tx.now(), "sweep " + id.str()
    );
    tx.after_commit([&wake = app.jobs_wake] { wake.notify(); });
}

}  // namespace outboard::inbox
