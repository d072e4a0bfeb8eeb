// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "src/services/app.hpp"
#include "src/store/database.hpp"

namespace outboard::inbox {

/// Removes a status; what one transaction should not sweep is swept by a job.
void remove_status(store::Writer& tx, App& app, StatusId id);

}  // namespace outboard::inbox
