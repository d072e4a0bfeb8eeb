// SPDX-License-Identifier: Apache-2.0
#include "src/entities/media_attachment.hpp"

#include "src/entities/common.hpp"

namespace outboard::entities {
namespace {

json size_of(std::int64_t width, std::int64_t height) {
    return {
        {"width", width},
        {"height", height},
        {"size", std::to_string(width) + "x" + std::to_string(height)},
        {"aspect", static_cast<double>(width) / static_cast<double>(height)}
    };
}

}  // namespace

void to_json(json& out, const MediaAttachment& media) {
    json meta = nullptr;
    if (media.width > 0 && media.height > 0) {
        const bool has_preview = media.preview_width > 0 && media.preview_height > 0;
        meta = {
            {"original", size_of(media.width, media.height)},
            {"small",
             has_preview ? size_of(media.preview_width, media.preview_height)
                         : size_of(media.width, media.height)}
        };
        if (media.focus) meta["focus"] = {{"x", (*media.focus)[0]}, {"y", (*media.focus)[1]}};
    }
    out = {
        {"id", media.id},
        {"type", media.type},
        {"url", text_or_null(media.url)},
        {"preview_url", text_or_null(media.preview_url)},
        {"remote_url", text_or_null(media.remote_url)},
        {"meta", std::move(meta)},
        {"description", text_or_null(media.description)},
        {"blurhash", text_or_null(media.blurhash)}
    };
}

}  // namespace outboard::entities
