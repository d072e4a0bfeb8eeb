// SPDX-License-Identifier: Apache-2.0
#include "federation/inspect.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "federation/addressing.hpp"
#include "federation/gate_parts.hpp"
#include "federation/inspect_belief.hpp"
#include "federation/shape.hpp"

namespace outboard::federation {
namespace {

constexpr std::size_t kMostShown = 500;  // entries of one list
constexpr std::string_view kNobody = "urn:outboard:nobody";

std::string kind_name(const json& tree, DocumentKind kind) {
    switch (kind) {
        case DocumentKind::WebFinger:
            return "WebFinger";
        case DocumentKind::NodeInfo:
            return "NodeInfo";
        case DocumentKind::NodeInfoDiscovery:
            return "NodeInfoDiscovery";
        case DocumentKind::Actor:
        case DocumentKind::Object:
        case DocumentKind::Activity:
        case DocumentKind::Collection:
        case DocumentKind::Key:
        case DocumentKind::Other:
            break;
    }
    auto type = type_of(tree);
    // Linked Data that says no type is known by its context alone: Mastodon's key documents are
    // such.
    if (type.empty() && shape::find(tree, "@context") != nullptr) return "Context";
    return type;
}

/// Recipients as written, `to` before `cc`, each once; Public in its full spelling.
std::vector<std::string> read_audience(const json& tree) {
    std::vector<std::string> out;
    for (const std::string_view property : {"to", "cc"}) {
        for (const json* item : shape::items(tree, property)) {
            auto text = shape::id_text(*item).value_or("");
            if (shape::is_public(text)) text = kPublic;
            if (!Iri::parse(text) || out.size() >= kMostShown) continue;
            if (std::find(out.begin(), out.end(), text) == out.end())
                out.push_back(std::move(text));
        }
    }
    return out;
}

std::optional<std::string> first_text(const json& tree, std::string_view property) {
    for (const json* item : shape::items(tree, property)) {
        if (auto text = shape::id_text(*item)) return text;
    }
    return std::nullopt;
}

/// The author's followers collection, as far as a document alone shows it: an addressee of the
/// author's own origin whose name says so. A node knows better: it has the actor.
std::optional<Iri> guess_followers(const Addressing& audience, const std::optional<Iri>& author) {
    if (!author) return std::nullopt;
    for (const auto* list : {&audience.to, &audience.cc}) {
        for (const Iri& id : *list) {
            const auto path = id.path();
            constexpr std::string_view kEnd = "/followers";
            const bool fits =
                path.size() >= kEnd.size() && path.substr(path.size() - kEnd.size()) == kEnd;
            if (fits && same_origin(id, *author)) return id;
        }
    }
    return std::nullopt;
}

void show_object(const Object& object, Inspection& out) {
    out.text = !object.content.empty() ? object.content
               : !object.name.empty()  ? object.name
                                       : object.summary;
    for (const auto& mention : object.mentions) {
        out.tags.push_back(mention.name.empty() ? mention.href.str() : mention.name);
    }
    for (const auto& hashtag : object.hashtags) out.tags.push_back("#" + hashtag.name);
    for (const auto& emoji : object.emoji) out.tags.push_back(":" + emoji.shortcode + ":");
    for (const auto& part : object.attachments) {
        out.attachments.push_back({part.type, part.media_type, part.url, part.description});
    }
    if (object.quote) out.quote = object.quote->str();
}

void show_audience(const Addressing& audience, const std::optional<Iri>& author, Inspection& out) {
    out.visibility = to_string(visibility_of(audience, guess_followers(audience, author)));
}

/// An activity whose `actor` is missing: what a client posts to its own outbox. Understood, never
/// believed.
Result<Activity> read_any_activity(const json& tree, Inspection& out) {
    if (shape::find(tree, "actor") != nullptr) return read_activity(tree, &out.ignored);
    json copy = tree;
    copy["actor"] = kNobody;
    auto activity = read_activity(copy, &out.ignored);
    out.ignored.push_back({"actor", "is missing: only its author's own node could take this"});
    return activity;
}

Result<void> inspect_activity(const json& tree, Inspection& out, Belief& belief) {
    OB_TRY(auto activity, read_any_activity(tree, out));
    const bool has_actor = activity.actor.str() != kNobody;
    if (has_actor) out.owner = first_text(tree, "actor");
    belief.owner = has_actor ? std::optional(activity.actor) : std::nullopt;
    belief.needs_owner = true;
    Addressing audience = activity.audience;
    if (const auto& object = activity.object.object) {
        show_object(*object, out);
        const bool speaks = activity.type == "Create" || activity.type == "Update";
        if (speaks) audience = narrower(object->audience, activity.audience);
        if (audience.empty() && activity.audience.empty()) audience = object->audience;
        if (out.audience.empty()) {
            for (const json* inner : shape::items(tree, "object")) {
                if (out.audience.empty()) out.audience = read_audience(*inner);
            }
        }
    } else if (const auto& actor = activity.object.actor) {
        out.text = actor->summary.empty() ? actor->name : actor->summary;
    }
    if (out.text.empty()) out.text = activity.content;
    show_audience(audience, belief.owner, out);
    if (has_actor) doubt_activity(activity, belief);
    if (activity.object.object) doubt_text(tree, *activity.object.object, belief);
    return {};
}

Result<void> inspect_object(const json& tree, Inspection& out, Belief& belief) {
    OB_TRY(auto object, read_object(tree, &out.ignored));
    out.owner = first_text(tree, shape::find(tree, "attributedTo") ? "attributedTo" : "actor");
    belief.owner = object.attributed_to;
    show_object(object, out);
    show_audience(object.audience, object.attributed_to, out);
    doubt_text(tree, object, belief);
    return {};
}

Result<void> inspect_actor(const json& tree, Inspection& out, Belief& belief) {
    OB_TRY(auto actor, read_actor(tree, &out.ignored));
    out.owner = out.id;
    belief.owner = actor.id;
    out.text = actor.summary.empty() ? actor.name : actor.summary;
    for (const auto& emoji : actor.emoji) out.tags.push_back(":" + emoji.shortcode + ":");
    return {};
}

Result<void> inspect_tree(const json& tree, Inspection& out, Belief& belief) {
    if (!tree.is_object()) return fail(Code::Invalid, "The document is not a JSON object");
    const auto kind = kind_of(tree);
    out.kind = kind_name(tree, kind);
    if (const auto id = shape::text(tree, "id")) out.id = id;
    out.audience = read_audience(tree);
    belief.kind = kind;
    switch (kind) {
        case DocumentKind::Activity:
            return inspect_activity(tree, out, belief);
        case DocumentKind::Object:
            return inspect_object(tree, out, belief);
        case DocumentKind::Actor:
            return inspect_actor(tree, out, belief);
        case DocumentKind::Collection:
            out.text =
                shape::text(tree, "name").value_or(shape::text(tree, "summary").value_or(""));
            return {};
        case DocumentKind::Key: {
            OB_TRY(auto key, read_key(tree));
            belief.owner = key.owner;
            belief.needs_owner = true;
            return {};
        }
        case DocumentKind::WebFinger:
            doubt_webfinger(tree, belief);
            return {};
        case DocumentKind::NodeInfo:
            return {};
        case DocumentKind::NodeInfoDiscovery:
            doubt_nodeinfo_links(tree, belief);
            return {};
        case DocumentKind::Other:
            break;
    }
    return fail(Code::Invalid, "type is missing");
}

}  // namespace

Inspection inspect(std::string_view bytes, const std::optional<Iri>& from) {
    Inspection out;
    Belief belief{.from = from};
    auto tree = read_json(gate::without_byte_order_mark(bytes));
    if (!tree) {
        out.refused = tree.error().shown;
        return out;
    }
    if (auto done = inspect_tree(*tree, out, belief); !done) {
        out.refused = done.error().shown;
        return out;
    }
    out.believed = is_believed(*tree, belief);
    out.ignored.insert(out.ignored.end(), belief.doubts.begin(), belief.doubts.end());
    return out;
}

json to_json(const Inspection& inspection) {
    const auto or_null = [](const std::optional<std::string>& text) {
        return text ? json(*text) : json();
    };
    json attachments = json::array();
    for (const auto& part : inspection.attachments) {
        attachments.push_back(
            {{"type", part.type},
             {"media_type", part.media_type},
             {"url", part.url},
             {"description", part.description}}
        );
    }
    json ignored = json::array();
    for (const auto& note : inspection.ignored)
        ignored.push_back({{"field", note.field}, {"why", note.why}});
    return {
        {"kind", inspection.kind},
        {"id", or_null(inspection.id)},
        {"owner", or_null(inspection.owner)},
        {"visibility", inspection.visibility.empty() ? json() : json(inspection.visibility)},
        {"audience", inspection.audience},
        {"text", inspection.text},
        {"attachments", std::move(attachments)},
        {"tags", inspection.tags},
        {"quote", or_null(inspection.quote)},
        {"ignored", std::move(ignored)},
        {"believed", inspection.believed},
        {"refused", or_null(inspection.refused)}
    };
}

}  // namespace outboard::federation
