// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "src/jobs/runner.hpp"

namespace outboard::jobs {

/// Every kind of job there is. Also takes back what an earlier process had under way (call it
/// before the loops start, on one process), and plans the hourly sweep.
void register_handlers(Runner& runner);

// One file per group of kinds.
void register_home(Runner& runner);        // home.fanout
void register_federation(Runner& runner);  // thread.ancestors, account.refresh, hint.fetch
void register_sweeps(Runner& runner);      // sweep (hourly), status.sweep, account.purge
void register_media(Runner& runner);       // media.remove, media.purge

/// The hourly part of media: uploads nobody posted, files without a row.
Result<void> sweep_media(App& app);

void register_streams(Runner& runner);  // stream.sweep (every five minutes)

/// The next sweep, unless one waits.
void plan_stream_sweep(store::Writer& tx);

}  // namespace outboard::jobs
