// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "src/domain/status.hpp"
#include "src/services/app.hpp"

namespace outboard::services {

/// Favourites (Like, to the author). Twice is once. Returns the status itself, not the boost it was
/// seen in. Errors: NotFound for what the viewer may not see.
Result<StatusId> add_favourite(App& app, AccountId viewer, StatusId id);
Result<StatusId> remove_favourite(App& app, AccountId viewer, StatusId id);

}  // namespace outboard::services
