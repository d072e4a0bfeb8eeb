// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "src/domain/account.hpp"
#include "src/services/app.hpp"

namespace outboard::services {

struct FollowOptions {
    std::optional<bool> boosts, notify;  // absent: as it was, or the default
};

/// Follows. An unlocked local account is followed at once, a locked one is asked; a remote one is
/// asked and answers with Accept. Following again changes the options only. Errors: NotFound;
/// Forbidden for oneself, across a block, and for accounts of blocked domains.
Result<void> follow(App& app, AccountId viewer, AccountId target, const FollowOptions& options);

/// Ends a follow or takes a request back (Undo).
Result<void> unfollow(App& app, AccountId viewer, AccountId target);

/// Answer a follow request (Accept, Reject). Errors: NotFound when there is none, and to reject one
/// that was accepted before.
Result<void> authorize_follow(App& app, AccountId viewer, AccountId requester);
Result<void> reject_follow(App& app, AccountId viewer, AccountId requester);
/// Ends a follow of the viewer, asked for or accepted (Reject). Errors: NotFound when there is
/// none.
Result<void> remove_follower(App& app, AccountId viewer, AccountId follower);

}  // namespace outboard::services
