// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace outboard::entities {

/// https://docs.joinmastodon.org/entities/Tag/ (its `history` is empty: uses per day are not
/// counted)
struct Tag {
    std::string id, name, url;
    bool with_viewer = false;  // a viewer's answer says that the tag is not followed
};
void to_json(nlohmann::json& out, const Tag& tag);

}  // namespace outboard::entities
