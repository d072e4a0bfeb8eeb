// SPDX-License-Identifier: Apache-2.0
#include "src/present/media.hpp"

#include "federation/base/bytes.hpp"
#include "federation/base/text.hpp"
#include "src/base/limits.hpp"

namespace outboard::present {
namespace {

std::string_view extension(std::string_view media_type) {
    if (media_type == "image/jpeg") return "jpg";
    if (media_type == "image/png") return "png";
    if (media_type == "image/webp") return "webp";
    if (media_type == "image/gif") return "gif";
    return "bin";
}

std::string sign(const Identity& identity, std::string_view url_id, std::string_view expires) {
    return to_base64url(
        hmac_sha256(identity.link_secret, std::string(url_id) + " " + std::string(expires))
    );
}

}  // namespace

std::string media_name(const Media& media, Variant variant) {
    if (variant == Variant::Original) {
        return "original." + std::string(extension(media.media_type));
    }
    return media.preview ? "small." + std::string(extension(media.preview_type)) : std::string();
}

std::string media_url(
    const Identity& identity, const Media& media, Variant variant, std::optional<Instant> expires
) {
    const auto name = media_name(media, variant);
    if (name.empty()) return media_url(identity, media, Variant::Original, expires);
    auto url = identity.origin() + "/media/" + media.url_id + "/" + name;
    if (!expires) return url;
    const auto until = std::to_string(to_ms(*expires) / 1000);
    return url + "?expires=" + until + "&signature=" + sign(identity, media.url_id, until);
}

bool is_link_valid(
    const Identity& identity,
    std::string_view url_id,
    std::string_view expires,
    std::string_view signature,
    Instant now
) {
    std::int64_t until = 0;
    if (identity.link_secret.empty() || !parse_decimal(expires, until)) return false;
    if (!equal_constant_time(signature, sign(identity, url_id, expires))) return false;
    return to_ms(now) / 1000 < until;
}

entities::MediaAttachment media_entity(
    const Identity& identity, const Media& media, bool is_open, Instant now
) {
    entities::MediaAttachment out;
    out.id = std::to_string(media.id);
    out.type = media.kind;
    out.description = media.description;
    out.blurhash = media.blurhash;
    out.width = media.width;
    out.height = media.height;
    out.preview_width = media.preview_width;
    out.preview_height = media.preview_height;
    out.focus = media.focus;
    if (!media.is_local()) {
        out.url = out.preview_url = out.remote_url = media.remote_url;
        return out;
    }
    // By the minute, so that what is shown twice within one is one address to a browser.
    const auto expires =
        is_open ? std::nullopt
                : std::optional<Instant>(
                      std::chrono::floor<std::chrono::minutes>(now) + limits::kMediaLink
                  );
    out.url = media_url(identity, media, Variant::Original, expires);
    out.preview_url = media_url(identity, media, Variant::Small, expires);
    return out;
}

}  // namespace outboard::present
