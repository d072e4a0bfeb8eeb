// SPDX-License-Identifier: Apache-2.0
#include "src/entities/media_attachment.hpp"

#include "src/entities/common.hpp"

namespace outboard::entities {

void to_json(json& out, const MediaAttachment& media) {
    json meta = nullptr;
    if (media.width > 0 && media.height > 0) {
        const json size = {
            {"width", media.width},
            {"height", media.height},
            {"size", std::to_string(media.width) + "x" + std::to_string(media.height)},
            {"aspect", static_cast<double>(media.width) / static_cast<double>(media.height)}
        };
        meta = {{"original", size}, {"small", size}};
    }
    out = {
        {"id", media.id},
        {"type", media.type},
        {"url", text_or_null(media.url)},
        {"preview_url", text_or_null(media.url)},
        {"remote_url", text_or_null(media.remote_url)},
        {"meta", std::move(meta)},
        {"description", text_or_null(media.description)},
        {"blurhash", text_or_null(media.blurhash)}
    };
}

}  // namespace outboard::entities
