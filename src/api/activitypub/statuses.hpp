// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "federation/json.hpp"
#include "src/services/app.hpp"
#include "src/store/queues.hpp"

namespace outboard::api::activitypub {

/// An activity of ours as it is true now: a Create of a post that was edited holds the new text
/// (and no proof). Nothing when the post is gone.
std::optional<json> current_activity(App& app, const store::outbox::Item& item);

}  // namespace outboard::api::activitypub
