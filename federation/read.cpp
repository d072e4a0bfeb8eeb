// SPDX-License-Identifier: Apache-2.0
#include "federation/read.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "federation/shape.hpp"

namespace outboard::federation {
namespace {

bool is_known(std::string_view type) {
    return is_actor_type(type) || is_activity_type(type) || is_object_type(type) ||
           is_collection_type(type) || is_key_type(type);
}

/// A JSON resource descriptor has links and says whom they are about; the one of host-meta only has
/// a template.
bool looks_like_webfinger(const json& document) {
    const json* links = shape::find(document, "links");
    if (links == nullptr || !links->is_array()) return false;
    if (shape::text(document, "subject")) return true;
    return std::any_of(links->begin(), links->end(), [](const json& link) {
        return shape::text(link, "rel") == "lrdd" && shape::text(link, "template");
    });
}

bool looks_like_nodeinfo_discovery(const json& document) {
    const json* links = shape::find(document, "links");
    if (links == nullptr || !links->is_array()) return false;
    return std::any_of(links->begin(), links->end(), [](const json& link) {
        const auto rel = shape::text(link, "rel");
        return rel && rel->find("nodeinfo.diaspora.software/ns/schema/") != std::string::npos;
    });
}

bool looks_like_nodeinfo(const json& document) {
    const json* software = shape::find(document, "software");
    return software != nullptr && software->is_object() && shape::text(document, "version") &&
           shape::find(document, "protocols") != nullptr;
}

bool holds_key(const json& document) {
    return shape::text(document, "publicKeyPem") || shape::text(document, "publicKeyMultibase");
}

}  // namespace

std::string type_of(const json& document) {
    const auto all = shape::types(document);
    const auto known = std::find_if(all.begin(), all.end(), is_known);
    if (known != all.end()) return *known;
    return all.empty() ? std::string{} : all.front();
}

DocumentKind kind_of(const json& document) {
    const auto type = type_of(document);
    if (type.empty()) {
        if (looks_like_webfinger(document)) return DocumentKind::WebFinger;
        if (looks_like_nodeinfo_discovery(document)) return DocumentKind::NodeInfoDiscovery;
        if (looks_like_nodeinfo(document)) return DocumentKind::NodeInfo;
        // Mastodon serves a key without a type in the middle of its context.
        return holds_key(document) ? DocumentKind::Key : DocumentKind::Other;
    }
    if (is_actor_type(type)) return DocumentKind::Actor;
    if (is_activity_type(type)) return DocumentKind::Activity;
    if (is_collection_type(type)) return DocumentKind::Collection;
    if (is_key_type(type)) return DocumentKind::Key;
    if (is_object_type(type)) return DocumentKind::Object;
    // An unknown type is what its properties make it: somebody who does something, else a thing
    // (N1).
    const bool acts = shape::find(document, "actor") && shape::find(document, "object");
    return acts ? DocumentKind::Activity : DocumentKind::Object;
}

std::optional<Iri> id_of(const json& value) {
    const auto text = shape::id_text(value);
    if (!text) return std::nullopt;
    auto iri = Iri::parse(*text);
    if (!iri) return std::nullopt;
    return *std::move(iri);
}

std::vector<Iri> ids(const json& object, std::string_view property) {
    std::vector<Iri> out;
    for (const json* item : shape::items(object, property)) {
        if (auto id = id_of(*item)) out.push_back(*std::move(id));
    }
    return out;
}

}  // namespace outboard::federation
