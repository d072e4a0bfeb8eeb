// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "src/services/app.hpp"
#include "src/store/database.hpp"

/// Removing what many rows hang on: one transaction takes its share, a job row of the same
/// transaction takes the rest, so that nothing is left over when the process dies half-way.
namespace outboard::services {

/// Removes a status. What one transaction should not sweep is swept by the job status.sweep, which
/// calls this again; nothing of it is shown meanwhile. True when something is left for the job.
bool sweep_status(store::Writer& tx, App& app, StatusId id);

/// Plans the job account.purge for an account that is marked as deleted.
void plan_purge(store::Writer& tx, App& app, AccountId account, Instant at);

/// One transaction's share of what a deleted account leaves behind, and the plan for the next one
/// until all is gone: posts, follows, lists and marks; of an account of ours then what it sent,
/// once that is delivered (or given up after limits::kLastDeliveries), and at last its keys. The
/// rows of the account and of its posts stay, emptied: they hold the names.
void purge_some(store::Writer& tx, App& app, AccountId account);

}  // namespace outboard::services
