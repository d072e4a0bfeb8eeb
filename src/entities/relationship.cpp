// SPDX-License-Identifier: Apache-2.0
#include "src/entities/relationship.hpp"

#include "src/entities/common.hpp"

namespace outboard::entities {

void to_json(json& out, const Relationship& relationship) {
    out = {
        {"id", relationship.id},
        {"following", relationship.following},
        {"requested", relationship.requested},
        {"followed_by", relationship.followed_by},
        {"requested_by", relationship.requested_by},
        {"showing_reblogs", relationship.showing_reblogs},
        {"notifying", relationship.notifying},
        {"languages", nullptr},
        {"blocking", relationship.blocking},
        {"blocked_by", relationship.blocked_by},
        {"muting", relationship.muting},
        {"muting_notifications", relationship.muting_notifications},
        {"muting_expires_at", or_null(relationship.muting_expires_at)},
        {"domain_blocking", relationship.domain_blocking},
        {"endorsed", false},
        {"note", relationship.note}
    };
}

}  // namespace outboard::entities
