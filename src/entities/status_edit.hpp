// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "src/base/safe_html.hpp"
#include "src/entities/account.hpp"

namespace outboard::entities {

/// One revision of a status. https://docs.joinmastodon.org/entities/StatusEdit/
struct StatusEdit {
    SafeHtml content;
    std::string spoiler_text;
    bool sensitive = false;
    std::string created_at;  // of this revision
    Account account;
};
void to_json(nlohmann::json& out, const StatusEdit& edit);

/// The text as its author wrote it. https://docs.joinmastodon.org/entities/StatusSource/
struct StatusSource {
    std::string id, text, spoiler_text, content_type;
};
void to_json(nlohmann::json& out, const StatusSource& source);

}  // namespace outboard::entities
