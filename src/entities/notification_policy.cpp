// SPDX-License-Identifier: Apache-2.0
#include "src/entities/notification_policy.hpp"

#include "src/entities/common.hpp"

namespace outboard::entities {

void to_json(json& out, const NotificationPolicy& policy) {
    out = {
        {"for_not_following", policy.for_not_following},
        {"for_not_followers", policy.for_not_followers},
        {"for_new_accounts", policy.for_new_accounts},
        {"for_private_mentions", policy.for_private_mentions},
        {"for_limited_accounts", policy.for_limited_accounts},
        {"summary",
         {{"pending_requests_count", policy.pending_requests},
          {"pending_notifications_count", policy.pending_notifications}}}
    };
}

}  // namespace outboard::entities
