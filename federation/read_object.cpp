// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>

#include "federation/base/text.hpp"
#include "federation/read_parts.hpp"

namespace outboard::federation {
namespace {

constexpr std::size_t kMostAuthors = 10;
constexpr std::size_t kMostConversation = 512;  // bytes

bool is_language(std::string_view tag) {
    if (tag.size() < 2 || tag.size() > 35 || tag == "und") return false;
    return std::all_of(tag.begin(), tag.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-';
    });
}

/// The language whose text is the content (N2); else of the only text there is; else the one said
/// by `language` (Lemmy, PeerTube: `{identifier, name}`).
std::string read_language(const json& document, const std::string& content) {
    if (const json* map = shape::find(document, "contentMap"); map != nullptr && map->is_object()) {
        for (const auto& [language, value] : map->items()) {
            if (is_language(language) && value.is_string() && value.get<std::string>() == content) {
                return language;
            }
        }
        if (map->size() == 1 && is_language(map->begin().key())) return map->begin().key();
    }
    for (const json* language : shape::items(document, "language")) {
        const auto tag = shape::text(*language, "identifier");
        if (tag && is_language(*tag)) return *tag;
    }
    return {};
}

/// `attributedTo`, else `actor`: Pleroma puts both on objects, Funkwhale's older versions only the
/// second.
void read_authors(const json& document, Object& object, const shape::Notes& notes) {
    const auto property = shape::find(document, "attributedTo") ? "attributedTo" : "actor";
    for (const json* item : shape::items(document, property)) {
        auto id = id_of(*item);
        if (!id) {
            notes.add(property, "is not an absolute identifier");
        } else if (!object.attributed_to) {
            object.attributed_to = std::move(id);
        } else if (object.also_attributed_to.size() < kMostAuthors) {
            object.also_attributed_to.push_back(*std::move(id));
        }
    }
}

void read_source(
    const json& document, Object& object, const shape::Notes& notes, const ReadLimits& limits
) {
    const json* source = shape::find(document, "source");
    if (source == nullptr || !source->is_object())
        return;  // old Pleroma writes bare text: not kept
    object.source = shape::bounded(*source, "content", limits.content_bytes, notes);
    object.source_media_type = shape::bounded(*source, "mediaType", 128, notes);
}

/// Options of a poll. Misskey counts in `_misskey_votes` beside `replies.totalItems`.
void read_poll(
    const json& document, Object& object, const shape::Notes& notes, const ReadLimits& limits
) {
    object.multiple_choice = shape::find(document, "anyOf") != nullptr;
    const auto property = object.multiple_choice ? "anyOf" : "oneOf";
    for (const json* item : shape::items(document, property)) {
        if (object.options.size() >= limits.options) {
            notes.add(
                property,
                "more than " + std::to_string(limits.options) + " options: the rest is left out"
            );
            break;
        }
        PollOption option;
        option.name = shape::bounded(*item, "name", limits.name_bytes, notes);
        if (option.name.empty()) {
            notes.add(property, "an option without a name");
            continue;
        }
        if (const json* replies = shape::find(*item, "replies")) {
            if (const json* total = shape::find(*replies, "totalItems"))
                option.votes = shape::count(*total);
        } else if (const json* votes = shape::find(*item, "_misskey_votes")) {
            option.votes = shape::count(*votes);
        }
        object.options.push_back(std::move(option));
    }
    object.closes = shape::time(document, "endTime", notes);
    const json* closed = shape::find(document, "closed");
    if (!object.closes && closed != nullptr && closed->is_string()) {
        object.closes = shape::time(document, "closed", notes);
    }
    if (const json* voters = shape::find(document, "votersCount"))
        object.voters = shape::count(*voters);
}

void read_text(
    const json& document, Object& object, const shape::Notes& notes, const ReadLimits& limits
) {
    object.name = shape::text_or_map(document, "name", limits.name_bytes, notes);
    // BookWyrm's books have a title and a description.
    if (object.name.empty())
        object.name = shape::bounded(document, "title", limits.name_bytes, notes);
    object.content = shape::text_or_map(document, "content", limits.content_bytes, notes);
    if (object.content.empty() && shape::text(document, "title")) {
        object.content = shape::bounded(document, "description", limits.content_bytes, notes);
    }
    object.summary = shape::text_or_map(document, "summary", limits.summary_bytes, notes);
    object.language = read_language(document, object.content);
    read_source(document, object, notes, limits);
    object.sensitive = shape::flag(document, "sensitive");
    object.published = shape::time(document, "published", notes);
    object.updated = shape::time(document, "updated", notes);
}

void read_relations(const json& document, Object& object, const shape::Notes& notes) {
    object.in_reply_to = shape::first_id(document, "inReplyTo", notes);
    object.context = shape::first_id(document, "context", notes);
    if (auto conversation = shape::text(document, "conversation")) {
        object.conversation = std::string(cut_bytes(*conversation, kMostConversation));
    }
    object.replies = shape::first_id(document, "replies", notes);
    object.likes = shape::first_id(document, "likes", notes);
    object.shares = shape::first_id(document, "shares", notes);
    object.group = shape::first_id(document, "audience", notes);
    object.image = shape::image(document, "image");
    if (object.image.empty()) object.image = shape::image(document, "icon");
}

}  // namespace

Addressing read_addressing(
    const json& document, const shape::Notes& notes, const ReadLimits& limits
) {
    Addressing out;
    std::size_t taken = 0;
    const auto read = [&](std::string_view property, std::vector<Iri>& list, bool& is_public) {
        for (const json* item : shape::items(document, property)) {
            const auto text = shape::id_text(*item);
            if (!text || text->empty()) continue;
            if (shape::is_public(*text)) {
                is_public = true;
                continue;
            }
            auto iri = Iri::parse(*text);
            if (!iri) {
                notes.add(property, "a recipient that is not an absolute identifier");
                continue;
            }
            if (taken++ >= limits.recipients) {
                notes.add(
                    property,
                    "more than " + std::to_string(limits.recipients) +
                        " recipients: the rest is left out"
                );
                return;
            }
            list.push_back(*std::move(iri));
        }
    };
    read("to", out.to, out.public_in_to);
    read("cc", out.cc, out.public_in_cc);
    for (const std::string_view blind : {"bto", "bcc"}) {
        if (shape::find(document, blind)) notes.add(blind, "blind recipients are never kept");
    }
    return out;
}

Result<std::optional<Iri>> read_id(const json& document, const shape::Notes& notes) {
    const json* id = shape::find(document, "id");
    if (id == nullptr) return std::optional<Iri>{};
    if (!id->is_string()) return fail(Code::Invalid, "id is not text");
    const auto& text = id->get_ref<const std::string&>();
    const bool has_control = std::any_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    });
    if (has_control) return fail(Code::Invalid, "id holds a control character");
    auto iri = Iri::parse(text);
    if (!iri) {
        notes.add("id", "is not an absolute identifier: " + iri.error().shown);
        return std::optional<Iri>{};
    }
    return std::optional<Iri>(*std::move(iri));
}

Result<Object> read_object_part(
    const json& document, const shape::Notes& notes, const ReadLimits& limits
) {
    if (!document.is_object()) return fail(Code::Invalid, "An object must be a JSON object");
    Object object;
    object.type = type_of(document);
    if (object.type.empty()) return fail(Code::Invalid, "type is missing");
    if (is_actor_type(object.type))
        return fail(Code::Invalid, "type is an actor's, not an object's");
    OB_TRY(object.id, read_id(document, notes));
    read_authors(document, object, notes);
    read_text(document, object, notes, limits);
    read_relations(document, object, notes);
    object.audience = read_addressing(document, notes, limits);
    read_attachments(document, object, notes, limits);
    read_urls(document, object, notes, limits);
    read_tags(document, object, notes, limits);
    read_quotes(document, object, notes);
    if (object.type == "Question") read_poll(document, object, notes, limits);
    if (object.type == "Tombstone") {
        const auto former = shape::items(document, "formerType");
        if (!former.empty() && former.front()->is_string())
            object.former_type = former.front()->get<std::string>();
        if (!object.updated) object.updated = shape::time(document, "deleted", notes);
    }
    object.has_proof = shape::find(document, "proof") != nullptr;
    return object;
}

Result<Object> read_object(
    const json& document, std::vector<Ignored>* ignored, const ReadLimits& limits
) {
    return read_object_part(document, shape::Notes(ignored), limits);
}

}  // namespace outboard::federation
