// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace outboard::entities {

/// https://docs.joinmastodon.org/entities/NotificationPolicy/
struct NotificationPolicy {
    // each: accept, filter or drop
    std::string for_not_following = "accept";
    std::string for_not_followers = "accept";
    std::string for_new_accounts = "accept";
    std::string for_private_mentions = "accept";
    std::string for_limited_accounts = "accept";
    int pending_requests = 0;       // people whose notifications are held back
    int pending_notifications = 0;  // all that are held back
};
void to_json(nlohmann::json& out, const NotificationPolicy& policy);

}  // namespace outboard::entities
