// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace outboard::entities {

/// https://docs.joinmastodon.org/entities/Preferences/
struct Preferences {
    std::string visibility;  // default of new posts
    bool sensitive = false;
    std::string language;  // empty: null
};
void to_json(nlohmann::json& out, const Preferences& preferences);

}  // namespace outboard::entities
