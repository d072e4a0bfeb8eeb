// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "src/domain/identity.hpp"
#include "src/domain/status.hpp"
#include "src/entities/media_attachment.hpp"

/// Addresses of our own media: `/media/{32 hex digits}/original.jpg`, or `small.jpg`. The name on
/// the disk is in none of them.
namespace outboard::present {

enum class Variant { Original, Small };

/// `original.jpg`: the last part of an address. Empty when there is no such variant.
std::string media_name(const Media& media, Variant variant);
/// For everybody, for ever; or, with `expires`, a link that works until then.
std::string media_url(
    const Identity& identity, const Media& media, Variant variant, std::optional<Instant> expires
);
/// Is that a link we made, and not over yet?
bool is_link_valid(
    const Identity& identity,
    std::string_view url_id,
    std::string_view expires,
    std::string_view signature,
    Instant now
);

/// `is_open`: everybody may see it; else the addresses work for limits::kMediaLink.
entities::MediaAttachment media_entity(
    const Identity& identity, const Media& media, bool is_open, Instant now
);

}  // namespace outboard::present
