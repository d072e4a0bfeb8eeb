// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "src/services/outgoing.hpp"
#include "src/store/follows.hpp"

/// Follow and what answers or ends it, addressed to the other side alone.
namespace outboard::services {

Result<PreparedActivity> prepare_follow(
    App& app, const Account& follower, const Account& target, const std::string& uri
);
/// Undo by the follower.
Result<PreparedActivity> prepare_undo_follow(
    App& app, const Account& follower, const Account& target, const std::string& follow_uri
);
/// Accept or Reject by the target, with the Follow inside.
Result<PreparedActivity> prepare_answer(
    App& app,
    std::string_view type,
    const Account& follower,
    const Account& target,
    const std::string& follow_uri
);

}  // namespace outboard::services
