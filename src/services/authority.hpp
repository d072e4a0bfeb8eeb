// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "federation/vocabulary.hpp"
#include "src/store/database.hpp"

namespace outboard::services {

/// Whether the actor of a verified activity may act on what is stored here: the stored owner
/// decides, never the payload, and being of the same host is not being the same (THREATS 8). What
/// is not stored is nobody's yet.
///
/// Errors: Forbidden for posts and accounts of others in Create, Update and Delete, for follows of
/// others in Accept and Reject, and for follows, likes and boosts of others in Undo.
Result<void> check_authority(store::Reader& db, const federation::Activity& activity);

}  // namespace outboard::services
