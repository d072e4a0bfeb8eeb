// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

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

/// What the viewer keeps in mind of somebody; empty forgets it. Errors: NotFound; Invalid over
/// limits::kNoteCharacters.
Result<void> keep_note(App& app, AccountId viewer, AccountId target, const std::string& comment);

/// Hides everybody of a domain (`host[:port]`) from the viewer; a job ends the follows between them
/// (`domain_block.part`). Errors: Invalid for what is no domain, one's own, and over
/// limits::kDomainBlocks.
Result<void> block_domain(App& app, AccountId viewer, const std::string& domain);
Result<void> unblock_domain(App& app, AccountId viewer, const std::string& domain);
/// Ends some of the follows between the viewer and a domain that is still blocked; true when more
/// are left.
Result<bool> part_from_domain(App& app, AccountId viewer, const std::string& domain);

}  // namespace outboard::services
