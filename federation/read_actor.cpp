// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>

#include "federation/base/text.hpp"
#include "federation/read_parts.hpp"

namespace outboard::federation {
namespace {

constexpr std::size_t kMostKeys = 10;
constexpr std::size_t kMostAliases = 20;
constexpr std::size_t kMostStatements = 5;
constexpr std::size_t kMostStatementBytes = 4 * 1024;
constexpr std::size_t kMostUsername = 256;  // bytes, as written

constexpr std::string_view kRfc9421[] = {
    "https://datatracker.ietf.org/doc/html/rfc9421", "https://www.rfc-editor.org/rfc/rfc9421"
};

/// An address of the actor that only counts on its own origin: inbox, collections, page. An inbox
/// elsewhere would make us deliver to a host the actor chose (THREATS 38, A037), a collection
/// elsewhere would address another's followers.
std::optional<Iri> own_address(
    const json& document, std::string_view property, const Iri& id, const shape::Notes& notes
) {
    auto address = shape::first_id(document, property, notes);
    if (!address) return std::nullopt;
    if (!same_origin(*address, id)) {
        notes.add(property, "is not of the actor's own origin");
        return std::nullopt;
    }
    return address;
}

/// `endpoints` as an object; Kroeg writes a link there, which is not followed.
std::optional<Iri> shared_inbox(const json& document, const Iri& id, const shape::Notes& notes) {
    const json* endpoints = shape::find(document, "endpoints");
    if (endpoints != nullptr && endpoints->is_object()) {
        return own_address(*endpoints, "sharedInbox", id, notes);
    }
    // Pleroma's and Misskey's older actors have it at the top.
    return own_address(document, "sharedInbox", id, notes);
}

void read_profile_fields(
    const json& document, Actor& actor, const shape::Notes& notes, const ReadLimits& limits
) {
    for (const json* item : shape::items(document, "attachment")) {
        if (shape::has_type(*item, "PropertyValue")) {
            if (actor.fields.size() >= limits.fields) {
                notes.add(
                    "attachment",
                    "more than " + std::to_string(limits.fields) + " fields: the rest is left out"
                );
                continue;
            }
            ProfileField field;
            field.name = shape::bounded(*item, "name", limits.name_bytes, notes);
            field.value = shape::bounded(*item, "value", limits.name_bytes, notes);
            if (!field.name.empty()) actor.fields.push_back(std::move(field));
        } else if (shape::has_type(*item, "VerifiableIdentityStatement")) {
            if (actor.identity_statements.size() >= kMostStatements) continue;
            auto text = write_json(*item);
            if (text.size() <= kMostStatementBytes)
                actor.identity_statements.push_back(std::move(text));
        }
    }
}

/// A key in its actor's document; one that names no owner is the actor's (Bridgy Fed).
Result<ActorKey> read_listed_key(const json& value, const Iri& actor) {
    if (shape::find(value, "owner") != nullptr || shape::find(value, "controller") != nullptr) {
        return read_key(value);
    }
    json owned = value;
    owned["owner"] = actor.str();
    return read_key(owned);
}

/// Keys under `property`; only those the actor itself owns, since a list is no proof about others
/// (SIG43).
void read_keys(
    const json& document, std::string_view property, Actor& actor, const shape::Notes& notes
) {
    for (const json* item : shape::items(document, property)) {
        if (actor.keys.size() >= kMostKeys) {
            notes.add(
                property, "more than " + std::to_string(kMostKeys) + " keys: the rest is left out"
            );
            return;
        }
        if (!item->is_object()) {
            notes.add(property, "a link to a key: it is read when something is signed with it");
            continue;
        }
        auto key = read_listed_key(*item, actor.id);
        if (!key) {
            notes.add(property, key.error().shown);
            continue;
        }
        if (key->owner != actor.id) {
            notes.add(property, "a key that names another owner");
            continue;
        }
        if (property == "assertionMethod") actor.proof_keys.push_back(key->id.str());
        const auto same = [&](const ActorKey& known) { return known.id == key->id; };
        if (std::none_of(actor.keys.begin(), actor.keys.end(), same))
            actor.keys.push_back(*std::move(key));
    }
}

/// FEP-844e: `generator.implements` of links, or of bare addresses as its older text had it.
bool implements_rfc9421(const json& document) {
    const auto is_it = [](const json& item) {
        const auto href =
            item.is_string() ? item.get<std::string>() : shape::text(item, "href").value_or("");
        return std::find(std::begin(kRfc9421), std::end(kRfc9421), href) != std::end(kRfc9421);
    };
    const auto has = [&](const json& holder) {
        const auto all = shape::items(holder, "implements");
        return std::any_of(all.begin(), all.end(), [&](const json* item) { return is_it(*item); });
    };
    if (has(document)) return true;
    const json* generator = shape::find(document, "generator");
    return generator != nullptr && has(*generator);
}

/// `webfinger` of FEP-2c59, with or without `acct:` and the leading mark.
std::string read_webfinger(const json& document) {
    auto handle = shape::text(document, "webfinger").value_or("");
    if (starts_with_ignoring_case(handle, "acct:")) handle.erase(0, 5);
    if (!handle.empty() && handle.front() == '@') handle.erase(0, 1);
    return handle.size() <= 512 ? handle : std::string{};
}

void read_addresses(const json& document, Actor& actor, const shape::Notes& notes) {
    actor.inbox = own_address(document, "inbox", actor.id, notes);
    actor.outbox = own_address(document, "outbox", actor.id, notes);
    actor.followers = own_address(document, "followers", actor.id, notes);
    actor.following = own_address(document, "following", actor.id, notes);
    actor.featured = own_address(document, "featured", actor.id, notes);
    actor.shared_inbox = shared_inbox(document, actor.id, notes);
    if (const json* url = shape::find(document, "url")) {
        actor.url = shape::web(shape::link(*url, "text/html"));
        if (actor.url && actor.url->host() != actor.id.host()) {  // A092
            notes.add("url", "is on another host than the actor");
            actor.url.reset();
        }
    }
    // A list, or one bare string (microblog.pub, Misskey).
    for (const Iri& alias : ids(document, "alsoKnownAs")) {
        if (actor.also_known_as.size() >= kMostAliases) break;
        actor.also_known_as.push_back(alias.str());
    }
    for (const json* alias : shape::items(document, "alsoKnownAs")) {
        if (!id_of(*alias)) notes.add("alsoKnownAs", "is not an absolute identifier");
    }
    actor.moved_to = shape::first_id(document, "movedTo", notes);
    if (actor.moved_to && *actor.moved_to == actor.id) actor.moved_to.reset();
}

}  // namespace

Result<ActorKey> read_key(const json& document) {
    const auto id_text = shape::text(document, "id");
    if (!id_text) return fail(Code::Invalid, "A key without an id");
    OB_TRY(auto id, Iri::parse(*id_text));
    // `owner` in the security vocabulary, `controller` in controlled identifiers. GoToSocial's stub
    // actors nest the key.
    const json* owner_value = shape::find(document, "owner");
    if (owner_value == nullptr) owner_value = shape::find(document, "controller");
    const auto owner = owner_value == nullptr ? std::nullopt : id_of(*owner_value);
    if (!owner) return fail(Code::Invalid, "A key without an owner");
    if (const auto multibase = shape::text(document, "publicKeyMultibase")) {
        OB_TRY(auto key, PublicKey::from_multibase(*multibase));
        return ActorKey{std::move(id), *owner, std::move(key)};
    }
    const auto pem = shape::text(document, "publicKeyPem");
    if (!pem) return fail(Code::Invalid, "A key without publicKeyPem or publicKeyMultibase");
    OB_TRY(auto key, PublicKey::from_pem(*pem));
    return ActorKey{std::move(id), *owner, std::move(key)};
}

Result<Actor> read_actor_part(
    const json& document, const shape::Notes& notes, const ReadLimits& limits
) {
    if (!document.is_object()) return fail(Code::Invalid, "An actor must be a JSON object");
    const auto type = type_of(document);
    if (!is_actor_type(type)) return fail(Code::Invalid, "type is not an actor's");
    OB_TRY(auto id, read_id(document, notes));
    if (!id) return fail(Code::Invalid, "id is missing or not an absolute identifier");
    Actor actor{.id = *std::move(id), .type = type};
    actor.username = shape::bounded(document, "preferredUsername", kMostUsername, notes);
    actor.name = shape::text_or_map(document, "name", limits.name_bytes, notes);
    actor.summary = shape::text_or_map(document, "summary", limits.summary_bytes, notes);
    read_addresses(document, actor, notes);
    actor.icon = shape::image(document, "icon");
    actor.image = shape::image(document, "image");
    read_keys(document, "publicKey", actor, notes);
    read_keys(document, "assertionMethod", actor, notes);
    actor.emoji = read_emoji(document, notes, limits);
    actor.locked = shape::flag(document, "manuallyApprovesFollowers");
    actor.discoverable = shape::flag(document, "discoverable");
    actor.indexable = shape::flag(document, "indexable");
    actor.webfinger = read_webfinger(document);
    read_profile_fields(document, actor, notes, limits);
    actor.published = shape::time(document, "published", notes);
    actor.takes_rfc9421 = implements_rfc9421(document);
    return actor;
}

Result<Actor> read_actor(
    const json& document, std::vector<Ignored>* ignored, const ReadLimits& limits
) {
    return read_actor_part(document, shape::Notes(ignored), limits);
}

}  // namespace outboard::federation
