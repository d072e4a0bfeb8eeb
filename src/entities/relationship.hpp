// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace outboard::entities {

/// How the viewer and another account stand. https://docs.joinmastodon.org/entities/Relationship/
struct Relationship {
    std::string id;
    bool following = false, requested = false, followed_by = false, requested_by = false;
    bool showing_reblogs = false, notifying = false;
    bool blocking = false, blocked_by = false, muting = false, muting_notifications = false;
    std::optional<std::string> muting_expires_at;
    bool domain_blocking = false;
    std::string note;  // the viewer's own, about them
};
void to_json(nlohmann::json& out, const Relationship& relationship);

}  // namespace outboard::entities
