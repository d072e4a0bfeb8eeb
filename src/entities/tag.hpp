// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace outboard::entities {

/// https://docs.joinmastodon.org/entities/Tag/ (its `history` is empty: uses per day are not
/// counted)
struct Tag {
    std::string id, name, url;
    std::optional<bool> following;  // by the viewer; absent for anonymous
};
void to_json(nlohmann::json& out, const Tag& tag);

}  // namespace outboard::entities
