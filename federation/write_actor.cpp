// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "federation/write.hpp"
#include "federation/write_terms.hpp"

namespace outboard::federation {
namespace {

void put(json& out, const char* property, const std::string& text) {
    if (!text.empty()) out[property] = text;
}
void put(json& out, const char* property, const std::optional<Iri>& id) {
    if (id) out[property] = id->str();
}

void put_keys(json& out, const Actor& actor, const PublishedKeys& keys, Terms& terms) {
    if (!keys.rsa_id.empty()) {
        out["publicKey"] = {
            {"id", keys.rsa_id}, {"owner", actor.id.str()}, {"publicKeyPem", keys.rsa_pem}
        };
    }
    if (keys.ed25519_id.empty()) return;
    for (const char* term : {"assertionMethod", "Multikey", "controller", "publicKeyMultibase"}) {
        terms.use(term);
    }
    out["assertionMethod"] = json::array(
        {{{"id", keys.ed25519_id},
          {"type", "Multikey"},
          {"controller", actor.id.str()},
          {"publicKeyMultibase", keys.ed25519_multibase}}}
    );
}

/// FEP-844e (D13).
void put_capabilities(json& out, const Actor& actor, std::string_view software_url, Terms& terms) {
    if (!actor.takes_rfc9421) return;
    terms.use("implements");
    json implements = json::array(
        {{{"href", "https://datatracker.ietf.org/doc/html/rfc9421"},
          {"name", "RFC-9421: HTTP Message Signatures"}}}
    );
    if (actor.type == "Application") {
        out["implements"] = std::move(implements);
        return;
    }
    out["generator"] = {
        {"type", "Application"}, {"name", "Outboard"}, {"implements", std::move(implements)}
    };
    if (!software_url.empty()) out["generator"]["url"] = software_url;
}

void put_attachments(
    json& out, const Actor& actor, const std::vector<json>& statements, Terms& terms
) {
    out["attachment"] = json::array();
    for (const auto& field : actor.fields) {
        terms.use("PropertyValue");
        terms.use("value");
        out["attachment"].push_back(
            {{"type", "PropertyValue"}, {"name", field.name}, {"value", field.value}}
        );
    }
    for (const auto& statement : statements) {
        terms.use("VerifiableIdentityStatement");
        terms.use("subject");
        terms.use("alsoKnownAs");
        out["attachment"].push_back(statement);
    }
}

void put_flags(json& out, const Actor& actor, Terms& terms) {
    for (const auto& [property, value] :
         {std::pair{"manuallyApprovesFollowers", actor.locked},
          std::pair{"discoverable", actor.discoverable},
          std::pair{"indexable", actor.indexable}}) {
        terms.use(property);
        out[property] = value;
    }
}

void put_identity(json& out, const Actor& actor, Terms& terms) {
    if (!actor.also_known_as.empty()) {
        terms.use("alsoKnownAs");
        out["alsoKnownAs"] = actor.also_known_as;
    }
    if (actor.moved_to) {
        terms.use("movedTo");
        out["movedTo"] = actor.moved_to->str();
    }
    if (!actor.webfinger.empty()) {
        terms.use("webfinger");
        out["webfinger"] = actor.webfinger;
    }
}

json image(const std::string& url) { return {{"type", "Image"}, {"url", url}}; }

}  // namespace

json write_actor(
    const Actor& actor,
    const PublishedKeys& keys,
    const std::vector<json>& statements,
    std::string_view software_url
) {
    Terms terms;
    json out{
        {"id", actor.id.str()},
        {"type", actor.type},
        {"name", actor.name},
        {"summary", actor.summary}
    };
    put(out, "preferredUsername", actor.username);
    put(out, "url", actor.url);
    put(out, "inbox", actor.inbox);
    put(out, "outbox", actor.outbox);
    put(out, "followers", actor.followers);
    put(out, "following", actor.following);
    if (actor.featured) {
        terms.use("featured");
        put(out, "featured", actor.featured);
    }
    if (actor.shared_inbox) out["endpoints"] = {{"sharedInbox", actor.shared_inbox->str()}};
    if (!actor.icon.empty()) out["icon"] = image(actor.icon);
    if (!actor.image.empty()) out["image"] = image(actor.image);
    if (actor.published) out["published"] = format_rfc3339(*actor.published);
    out["tag"] = json::array();
    for (const auto& emoji : actor.emoji) out["tag"].push_back(write_emoji(emoji, terms));
    put_flags(out, actor, terms);
    put_identity(out, actor, terms);
    put_attachments(out, actor, statements, terms);
    put_capabilities(out, actor, software_url, terms);
    put_keys(out, actor, keys, terms);
    out["@context"] = terms.context();
    return out;
}

}  // namespace outboard::federation
