// SPDX-License-Identifier: Apache-2.0
#include "src/entities/notification.hpp"

#include "src/entities/common.hpp"

namespace outboard::entities {

namespace {

json head(const Notification& notification) {
    return {
        {"id", notification.id},
        {"type", notification.type},
        {"created_at", notification.created_at},
        {"group_key", "ungrouped-" + notification.id}
    };
}

}  // namespace

void to_json(json& out, const Notification& notification) {
    out = head(notification);
    out["account"] = notification.account;
    put_if(out, "status", notification.status);
}

std::string opening(const Notification& notification) { return open_object(head(notification)); }

}  // namespace outboard::entities
