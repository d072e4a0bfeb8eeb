// SPDX-License-Identifier: Apache-2.0
#include "src/entities/conversation.hpp"

#include "src/entities/common.hpp"

namespace outboard::entities {

void to_json(json& out, const Conversation& conversation) {
    out = {
        {"id", conversation.id},
        {"unread", conversation.unread},
        {"accounts", array_of(conversation.accounts)},
        {"last_status", or_null(conversation.last_status)}
    };
}

}  // namespace outboard::entities
