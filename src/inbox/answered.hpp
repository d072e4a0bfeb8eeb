// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "src/inbox/work.hpp"
#include "src/store/follows.hpp"

namespace outboard::inbox {

/// The follow of a local account that an Accept, a Reject or an Undo of either is about: by its id,
/// else by who and whom (I6). Nothing unless its target is who answers.
std::optional<store::follows::FollowRow> find_answered(store::Reader& db, const Work& work);
std::optional<store::follows::FollowRow> find_answered(
    store::Reader& db, const Work& work, const federation::Reference& follow
);

}  // namespace outboard::inbox
