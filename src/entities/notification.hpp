// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "src/entities/account.hpp"
#include "src/entities/status.hpp"

namespace outboard::entities {

/// https://docs.joinmastodon.org/entities/Notification/
struct Notification {
    std::string id;
    std::string type;  // mention favourite reblog follow follow_request status update poll
    std::string created_at;
    Account account;
    std::optional<Status> status;  // absent for the follow types
};
void to_json(nlohmann::json& out, const Notification& notification);
/// Its JSON up to where account and status are to follow: `{"created_at":…`.
std::string opening(const Notification& notification);

}  // namespace outboard::entities
