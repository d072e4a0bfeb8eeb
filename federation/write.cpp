// SPDX-License-Identifier: Apache-2.0
#include "federation/write.hpp"

#include <nlohmann/json.hpp>

#include "federation/write_terms.hpp"

namespace outboard::federation {
namespace {

void put(json& out, const char* property, const std::string& text) {
    if (!text.empty()) out[property] = text;
}
void put(json& out, const char* property, const std::optional<Iri>& id) {
    if (id) out[property] = id->str();
}
void put(json& out, const char* property, const std::optional<Instant>& at) {
    if (at) out[property] = format_rfc3339(*at);
}

json recipients(const std::vector<Iri>& list, bool is_public) {
    json out = json::array();
    if (is_public) out.push_back(kPublic);
    for (const Iri& id : list) out.push_back(id.str());
    return out;
}

void put_audience(json& out, const Addressing& audience) {
    out["to"] = recipients(audience.to, audience.public_in_to);
    out["cc"] = recipients(audience.cc, audience.public_in_cc);
}

json write_attachment(const Attachment& attachment, Terms& terms) {
    json out{{"type", attachment.type.empty() ? "Document" : attachment.type}};
    put(out, "mediaType", attachment.media_type);
    put(out, "url", attachment.url);
    put(out, "name", attachment.description);
    if (attachment.width > 0) out["width"] = attachment.width;
    if (attachment.height > 0) out["height"] = attachment.height;
    if (!attachment.blurhash.empty()) {
        terms.use("blurhash");
        out["blurhash"] = attachment.blurhash;
    }
    if (attachment.focal_point) {
        terms.use("focalPoint");
        out["focalPoint"] =
            json::array({(*attachment.focal_point)[0], (*attachment.focal_point)[1]});
    }
    return out;
}

json write_tags(const Object& object, Terms& terms) {
    json out = json::array();
    for (const auto& mention : object.mentions) {
        json tag{{"type", "Mention"}, {"href", mention.href.str()}};
        put(tag, "name", mention.name);
        out.push_back(std::move(tag));
    }
    for (const auto& hashtag : object.hashtags) {
        terms.use("Hashtag");
        json tag{{"type", "Hashtag"}, {"name", "#" + hashtag.name}};
        put(tag, "href", hashtag.href);
        out.push_back(std::move(tag));
    }
    for (const auto& emoji : object.emoji) out.push_back(write_emoji(emoji, terms));
    if (object.quote) {  // FEP-e232, for peers that read none of the quote properties
        out.push_back(
            {{"type", "Link"},
             {"mediaType", kLdJson},
             {"href", object.quote->str()},
             {"name", "RE: " + object.quote->str()}}
        );
    }
    return out;
}

/// Q1: five spellings, since every peer reads another one first.
void put_quote(json& out, const Object& object, Terms& terms) {
    if (!object.quote) return;
    for (const char* property : {"quote", "quoteUrl", "quoteUri", "_misskey_quote"}) {
        terms.use(property);
        out[property] = object.quote->str();
    }
    if (object.quote_authorization) {
        terms.use("quoteAuthorization");
        out["quoteAuthorization"] = object.quote_authorization->str();
    }
}

void put_poll(json& out, const Object& object, Terms& terms) {
    json options = json::array();
    for (const auto& option : object.options) {
        options.push_back(
            {{"type", "Note"},
             {"name", option.name},
             {"replies", {{"type", "Collection"}, {"totalItems", option.votes}}}}
        );
    }
    out[object.multiple_choice ? "anyOf" : "oneOf"] = std::move(options);
    put(out, "endTime", object.closes);
    if (object.voters) {
        terms.use("votersCount");
        out["votersCount"] = *object.voters;
    }
}

void put_authors(json& out, const Object& object) {
    if (object.also_attributed_to.empty()) {
        put(out, "attributedTo", object.attributed_to);
        return;
    }
    json authors = json::array();
    if (object.attributed_to) authors.push_back(object.attributed_to->str());
    for (const Iri& author : object.also_attributed_to) authors.push_back(author.str());
    out["attributedTo"] = std::move(authors);
}

void put_text(json& out, const Object& object, Terms& terms) {
    put(out, "name", object.name);
    put(out, "content", object.content);
    if (!object.language.empty()) out["contentMap"] = {{object.language, object.content}};
    put(out, "summary", object.summary);
    if (!object.source.empty()) {
        out["source"] = {{"content", object.source}};
        put(out["source"], "mediaType", object.source_media_type);
    }
    if (object.type != "Tombstone") {
        terms.use("sensitive");
        out["sensitive"] = object.sensitive;
    }
    put(out, "published", object.published);
    put(out, object.type == "Tombstone" ? "deleted" : "updated", object.updated);
}

void put_relations(json& out, const Object& object, Terms& terms) {
    put(out, "url", object.url);
    put(out, "inReplyTo", object.in_reply_to);
    put(out, "context", object.context);
    if (!object.conversation.empty()) {
        terms.use("conversation");
        out["conversation"] = object.conversation;
    }
    put(out, "replies", object.replies);
    put(out, "likes", object.likes);
    put(out, "shares", object.shares);
    put(out, "audience", object.group);
    if (!object.image.empty()) out["image"] = {{"type", "Image"}, {"url", object.image}};
}

}  // namespace

json write_object(const Object& object) {
    Terms terms;
    json out{{"type", object.type}};
    put(out, "id", object.id);
    put_authors(out, object);
    put_text(out, object, terms);
    put_relations(out, object, terms);
    put_quote(out, object, terms);
    put(out, "formerType", object.former_type);
    put_audience(out, object.audience);
    out["tag"] = write_tags(object, terms);
    out["attachment"] = json::array();
    for (const auto& attachment : object.attachments) {
        out["attachment"].push_back(write_attachment(attachment, terms));
    }
    if (object.type == "Question") put_poll(out, object, terms);
    out["@context"] = terms.context();
    return out;
}

json write_tombstone(const Iri& id, std::string_view former_type, Instant deleted) {
    json out{{"@context", Terms{}.context()}, {"id", id.str()}, {"type", "Tombstone"}};
    if (!former_type.empty()) out["formerType"] = former_type;
    out["deleted"] = format_rfc3339(deleted);
    return out;
}

json write_activity(
    std::string_view type,
    std::string_view id,
    std::string_view actor,
    const json& object,
    const Addressing& audience,
    std::optional<Instant> published,
    std::string_view target
) {
    json out{{"type", type}, {"actor", actor}};
    if (!id.empty()) out["id"] = id;
    // The object's own @context stays inside: its proof covers it. Outside the same terms are
    // defined.
    const bool has_context = object.is_object() && object.contains("@context");
    out["@context"] = has_context ? object["@context"] : Terms{}.context();
    out["object"] = object;
    if (!target.empty()) out["target"] = target;
    if (!audience.empty()) put_audience(out, audience);
    put(out, "published", published);
    return out;
}

}  // namespace outboard::federation
