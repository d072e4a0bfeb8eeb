// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace outboard::entities {

/// https://docs.joinmastodon.org/entities/MediaAttachment/
struct MediaAttachment {
    std::string id;
    std::string type;                    // image gifv video audio unknown
    std::string url;                     // empty: null
    std::string remote_url;              // empty: null
    std::string description;             // empty: null
    std::string blurhash;                // empty: null
    std::int64_t width = 0, height = 0;  // pixels; 0 when not known
};
void to_json(nlohmann::json& out, const MediaAttachment& media);

}  // namespace outboard::entities
