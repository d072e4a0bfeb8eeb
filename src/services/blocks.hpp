// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "src/domain/account.hpp"
#include "src/services/app.hpp"

namespace outboard::services {

/// Blocks: effective here at once, ends follows both ways (Undo, Reject), and tells a remote
/// account's node (Block). Errors: NotFound; Forbidden for oneself.
Result<void> block(App& app, AccountId viewer, AccountId target);
Result<void> unblock(App& app, AccountId viewer, AccountId target);

/// Mutes: hides them here, tells nobody. `duration` zero is for ever.
Result<void> mute(
    App& app, AccountId viewer, AccountId target, bool notifications, std::chrono::seconds duration
);
Result<void> unmute(App& app, AccountId viewer, AccountId target);

}  // namespace outboard::services
