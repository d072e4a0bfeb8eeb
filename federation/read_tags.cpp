// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "federation/base/text.hpp"
#include "federation/read_parts.hpp"

namespace outboard::federation {
namespace {

constexpr std::size_t kMostTagName = 256;  // bytes; no real tag or handle comes near

bool is_shortcode(std::string_view text) {
    if (text.size() < 2 || text.size() > 64) return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    });
}

/// One `Emoji` tag; nothing when name or picture cannot be used (THREATS 58).
std::optional<EmojiTag> read_emoji_tag(const json& tag) {
    auto name = shape::text(tag, "name").value_or("");
    if (name.size() >= 2 && name.front() == ':' && name.back() == ':') {
        name = name.substr(1, name.size() - 2);
    }
    if (!is_shortcode(name)) return std::nullopt;
    auto url = shape::image(tag, "icon");
    if (url.empty()) return std::nullopt;
    EmojiTag emoji{name, std::move(url)};
    if (auto id = id_of(tag)) emoji.id = id->str();
    return emoji;
}

/// A hashtag without its mark: Pleroma writes the name without `#`, everyone else with it.
std::optional<HashtagTag> read_hashtag(const json& tag) {
    auto name = shape::text(tag, "name").value_or("");
    if (!name.empty() && name.front() == '#') name.erase(0, 1);
    if (name.empty() || name.size() > kMostTagName) return std::nullopt;
    if (name.find_first_of(" \t\r\n#@/<>\"") != std::string::npos) return std::nullopt;
    HashtagTag hashtag{std::move(name)};
    if (auto href = shape::text(tag, "href"); href && shape::web(*href)) {
        hashtag.href = *std::move(href);
    }
    return hashtag;
}

std::optional<MentionTag> read_mention(const json& tag) {
    const auto href = shape::text(tag, "href");
    if (!href) return std::nullopt;
    auto iri = Iri::parse(*href);
    if (!iri) return std::nullopt;
    auto name = shape::text(tag, "name").value_or("");
    return MentionTag{*std::move(iri), std::string(cut_bytes(name, kMostTagName))};
}

/// A link to an ActivityPub object, of FEP-e232.
std::optional<Iri> object_link(const json& tag) {
    if (!shape::has_type(tag, "Link")) return std::nullopt;
    const auto media_type = lower_ascii(shape::text(tag, "mediaType").value_or(""));
    const bool is_object =
        media_type == kActivityJson ||
        (media_type.rfind("application/ld+json", 0) == 0 &&
         media_type.find("https://www.w3.org/ns/activitystreams") != std::string::npos);
    if (!is_object) return std::nullopt;
    const auto href = shape::text(tag, "href");
    if (!href) return std::nullopt;
    auto iri = Iri::parse(*href);
    if (!iri) return std::nullopt;
    return *std::move(iri);
}

}  // namespace

std::vector<EmojiTag> read_emoji(
    const json& document, const shape::Notes& notes, const ReadLimits& limits
) {
    std::vector<EmojiTag> out;
    for (const json* tag : shape::items(document, "tag")) {
        if (!shape::has_type(*tag, "Emoji")) continue;
        if (out.size() >= limits.tags) {
            notes.add(
                "tag", "more than " + std::to_string(limits.tags) + " tags: the rest is left out"
            );
            break;
        }
        if (auto emoji = read_emoji_tag(*tag)) {
            out.push_back(*std::move(emoji));
        } else {
            notes.add("tag", "an Emoji without a usable name or picture");
        }
    }
    return out;
}

void read_tags(
    const json& document, Object& object, const shape::Notes& notes, const ReadLimits& limits
) {
    object.emoji = read_emoji(document, notes, limits);
    for (const json* tag : shape::items(document, "tag")) {
        if (shape::has_type(*tag, "Mention")) {
            if (object.mentions.size() >= limits.mentions) {
                notes.add(
                    "tag",
                    "more than " + std::to_string(limits.mentions) +
                        " mentions: the rest is left out"
                );
                continue;
            }
            if (auto mention = read_mention(*tag)) {
                object.mentions.push_back(*std::move(mention));
            } else {
                notes.add("tag", "a Mention without the actor's id");
            }
        } else if (shape::has_type(*tag, "Hashtag")) {
            if (object.hashtags.size() + object.emoji.size() >= limits.tags) {
                notes.add(
                    "tag",
                    "more than " + std::to_string(limits.tags) + " tags: the rest is left out"
                );
                continue;
            }
            if (auto hashtag = read_hashtag(*tag)) {
                object.hashtags.push_back(*std::move(hashtag));
            } else {
                notes.add("tag", "a Hashtag without a usable name");
            }
        } else if (!shape::has_type(*tag, "Emoji") && !object_link(*tag)) {
            notes.add("tag", "of a type that is not understood: " + type_of(*tag));
        }
    }
}

void read_quotes(const json& document, Object& object, const shape::Notes& notes) {
    // In the order of REQUIREMENTS Q1; quoteURL is how Fedibird once spelled it.
    constexpr std::array<std::string_view, 5> kProperties = {
        "quote", "quoteUrl", "quoteURL", "quoteUri", "_misskey_quote"
    };
    const auto take = [&](std::string_view property, const std::optional<Iri>& id) {
        if (!id) {
            notes.add(property, "is not an absolute identifier");
        } else if (!object.quote) {
            object.quote = id;
        } else if (*id != *object.quote) {
            object.quote_conflicts.push_back(id->str());
            notes.add(property, "names another object than the first quote property");
        }
    };
    for (const auto property : kProperties) {
        if (const json* value = shape::find(document, property)) take(property, id_of(*value));
    }
    if (!object.quote) {
        for (const json* tag : shape::items(document, "tag")) {
            if (auto id = object_link(*tag)) {
                object.quote = std::move(id);
                break;
            }
        }
    }
    object.quote_authorization = shape::first_id(document, "quoteAuthorization", notes);
}

}  // namespace outboard::federation
