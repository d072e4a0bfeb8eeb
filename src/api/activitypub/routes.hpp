// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "src/api/router.hpp"

namespace outboard::api::activitypub {

/// Actors, inboxes, objects and collections (DESIGN.md section 2, row ActivityPub).
void routes(Router& router);

// Each file adds its own.
void inbox_routes(Router& router);
void actor_routes(Router& router);
void status_routes(Router& router);
void outbox_routes(Router& router);

/// Policy of all of them: problem details, no tokens.
inline constexpr Policy kOpen{.anonymous = true, .surface = Surface::ActivityPub};

}  // namespace outboard::api::activitypub
