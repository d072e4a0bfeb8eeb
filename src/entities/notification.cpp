// SPDX-License-Identifier: Apache-2.0
#include "src/entities/notification.hpp"

#include "src/entities/common.hpp"

namespace outboard::entities {

void to_json(json& out, const Notification& notification) {
    out = {
        {"id", notification.id},
        {"type", notification.type},
        {"created_at", notification.created_at},
        {"group_key", "ungrouped-" + notification.id},
        {"account", notification.account}
    };
    put_if(out, "status", notification.status);
}

}  // namespace outboard::entities
