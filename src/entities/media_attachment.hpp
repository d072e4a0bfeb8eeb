// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace outboard::entities {

/// https://docs.joinmastodon.org/entities/MediaAttachment/
struct MediaAttachment {
    std::string id;
    std::string type;                    // image gifv video audio unknown
    std::string url;                     // empty: null
    std::string preview_url;             // empty: null
    std::string remote_url;              // empty: null
    std::string description;             // empty: null
    std::string blurhash;                // empty: null
    std::int64_t width = 0, height = 0;  // pixels; 0 when not known
    std::int64_t preview_width = 0, preview_height = 0;
    std::optional<std::array<double, 2>> focus;  // x and y, each from -1 to 1
};
void to_json(nlohmann::json& out, const MediaAttachment& media);

}  // namespace outboard::entities
