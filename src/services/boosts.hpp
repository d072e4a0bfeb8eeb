// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "src/domain/status.hpp"
#include "src/services/app.hpp"

namespace outboard::services {

/// Boosts (Announce): a status of its own. Boosting twice gives the same one.
/// Errors: NotFound for what the viewer may not see; Forbidden for what is neither public nor
/// unlisted nor their own follower post (V3).
Result<StatusId> add_boost(
    App& app, AccountId viewer, StatusId id, std::optional<Visibility> visibility
);

/// Takes a boost back and returns the original; without one nothing changes.
Result<StatusId> remove_boost(App& app, AccountId viewer, StatusId id);

}  // namespace outboard::services
