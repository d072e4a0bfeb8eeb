// SPDX-License-Identifier: Apache-2.0
#include "src/entities/status_edit.hpp"

#include "src/entities/common.hpp"

namespace outboard::entities {

void to_json(json& out, const StatusEdit& edit) {
    out = {
        {"content", edit.content.str()},
        {"spoiler_text", edit.spoiler_text},
        {"sensitive", edit.sensitive},
        {"created_at", edit.created_at},
        {"account", edit.account},
        {"media_attachments", json::array()},
        {"emojis", json::array()}
    };  // `poll` is there only when the status has one
}

void to_json(json& out, const StatusSource& source) {
    out = {
        {"id", source.id},
        {"text", source.text},
        {"spoiler_text", source.spoiler_text},
        {"content_type", source.content_type}
    };
}

}  // namespace outboard::entities
