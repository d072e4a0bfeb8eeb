// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace outboard::entities {

/// How far a timeline was read. https://docs.joinmastodon.org/entities/Marker/
struct Marker {
    std::string last_read_id;
    std::int64_t version = 0;
    std::string updated_at;
};
void to_json(nlohmann::json& out, const Marker& marker);

}  // namespace outboard::entities
