// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>

#include "federation/base/text.hpp"
#include "federation/read_parts.hpp"

namespace outboard::federation {
namespace {

constexpr std::size_t kMostDescription =
    6 * 1024;  // bytes; alternative text of 1,500 characters in any script
constexpr std::size_t kMostMediaType = 128;
constexpr std::size_t kMostBlurhash = 128;

bool is_media_type(std::string_view type) {
    return type == "Document" || type == "Image" || type == "Video" || type == "Audio";
}

bool is_media(std::string_view media_type) {
    return media_type.rfind("image/", 0) == 0 || media_type.rfind("video/", 0) == 0 ||
           media_type.rfind("audio/", 0) == 0;
}

std::optional<std::array<double, 2>> read_focus(const json& value) {
    const json* focus = shape::find(value, "focalPoint");
    if (focus == nullptr || !focus->is_array() || focus->size() != 2) return std::nullopt;
    if (!(*focus)[0].is_number() || !(*focus)[1].is_number()) return std::nullopt;
    const double x = (*focus)[0].get<double>(), y = (*focus)[1].get<double>();
    if (!(x >= -1 && x <= 1 && y >= -1 && y <= 1)) return std::nullopt;
    return std::array<double, 2>{x, y};
}

std::int64_t extent(const json& value, std::string_view property) {
    const json* number = shape::find(value, property);
    return number == nullptr ? 0 : shape::count(*number);
}

/// The link of `url` that plays or shows, with its media type. PeerTube offers a dozen; the
/// smallest plain file is taken, never the playlist, torrent or metadata beside it.
const json* media_link(const json& value) {
    const json* url = shape::find(value, "url");
    if (url == nullptr || !url->is_array()) return nullptr;
    const json* best = nullptr;
    for (const json& item : *url) {
        if (!is_media(shape::text(item, "mediaType").value_or(""))) continue;
        if (best == nullptr || extent(item, "height") < extent(*best, "height")) best = &item;
    }
    return best;
}

Attachment read_attachment(const json& value) {
    Attachment out;
    out.type = type_of(value);
    const json* chosen = media_link(value);
    if (chosen != nullptr) {
        out.url = shape::link(*chosen);
    } else if (const json* url = shape::find(value, "url")) {
        out.url = shape::link(*url);
    } else if (const json* href = shape::find(value, "href")) {  // Lemmy attaches Links
        out.url = shape::link(*href);
    }
    auto media_type = shape::text(value, "mediaType");
    if (!media_type && chosen != nullptr) media_type = shape::text(*chosen, "mediaType");
    if (!media_type && shape::find(value, "url") != nullptr) {
        // Pleroma says it on the Link inside, not on the Document.
        for (const json* item : shape::items(value, "url")) {
            if (!media_type) media_type = shape::text(*item, "mediaType");
        }
    }
    out.media_type = std::string(cut_bytes(media_type.value_or(""), kMostMediaType));
    auto description = shape::text(value, "name");
    if (!description || description->empty()) description = shape::text(value, "summary");
    out.description = std::string(cut_bytes(description.value_or(""), kMostDescription));
    out.blurhash =
        std::string(cut_bytes(shape::text(value, "blurhash").value_or(""), kMostBlurhash));
    const json& sized = chosen != nullptr && extent(value, "width") == 0 ? *chosen : value;
    out.width = extent(sized, "width");
    out.height = extent(sized, "height");
    out.focal_point = read_focus(value);
    return out;
}

/// Pictures that are links only by type: Lemmy's and Mbin's image posts.
bool is_picture_link(const json& value) {
    return shape::has_type(value, "Link") && is_media(shape::text(value, "mediaType").value_or(""));
}

}  // namespace

void read_attachments(
    const json& document, Object& object, const shape::Notes& notes, const ReadLimits& limits
) {
    for (const json* item : shape::items(document, "attachment")) {
        if (!item->is_object() || (!is_media_type(type_of(*item)) && !is_picture_link(*item))) {
            notes.add("attachment", "of a type that is not shown: " + type_of(*item));
            continue;
        }
        if (object.attachments.size() >= limits.attachments) {
            notes.add(
                "attachment",
                "more than " + std::to_string(limits.attachments) + ": the rest is left out"
            );
            break;
        }
        auto attachment = read_attachment(*item);
        if (attachment.url.empty()) {
            notes.add("attachment", "without a web address");
            continue;
        }
        object.attachments.push_back(std::move(attachment));
    }
}

void read_urls(
    const json& document, Object& object, const shape::Notes& notes, const ReadLimits& limits
) {
    const json* url = shape::find(document, "url");
    if (url == nullptr) return;
    // Image, Audio and Video carry their file in `url` (Funkwhale, PeerTube, Pixelfed).
    if (is_media_type(object.type) && object.attachments.size() < limits.attachments) {
        const json* media = media_link(document);
        const bool plain = is_media(shape::text(document, "mediaType").value_or(""));
        const bool linked =
            url->is_object() && is_media(shape::text(*url, "mediaType").value_or(""));
        if (media != nullptr || plain || linked) {
            auto attachment = read_attachment(document);
            attachment.description.clear();  // `name` is the object's title here
            if (!attachment.url.empty()) object.attachments.push_back(std::move(attachment));
        }
    }
    const auto page = shape::link(*url, "text/html");
    if (page.empty()) {
        notes.add("url", "is not a web address");
        return;
    }
    object.url = shape::web(page);
}

}  // namespace outboard::federation
