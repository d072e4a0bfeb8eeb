// SPDX-License-Identifier: Apache-2.0
#include "federation/write_terms.hpp"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace outboard::federation {
namespace {

enum class As { Plain, Id, List, Set, Multibase };

/// Every extension term we write. `prefix` is defined beside the term when its id uses one.
struct Term {
    std::string_view name, id, prefix;
    As as = As::Plain;
};

constexpr Term kTerms[] = {
    {"Emoji", "toot:Emoji", "toot"},
    {"Hashtag", "as:Hashtag", ""},
    {"Multikey", "https://w3id.org/security#Multikey", ""},
    {"PropertyValue", "schema:PropertyValue", "schema"},
    {"VerifiableIdentityStatement", "https://w3id.org/fep#VerifiableIdentityStatement", ""},
    {"_misskey_quote", "misskey:_misskey_quote", "misskey"},
    {"alsoKnownAs", "as:alsoKnownAs", "", As::Id},
    {"assertionMethod", "https://w3id.org/security#assertionMethod", "", As::Set},
    {"blurhash", "toot:blurhash", "toot"},
    {"controller", "https://w3id.org/security#controller", "", As::Id},
    {"conversation", "ostatus:conversation", "ostatus"},
    {"discoverable", "toot:discoverable", "toot"},
    {"featured", "toot:featured", "toot", As::Id},
    {"focalPoint", "toot:focalPoint", "toot", As::List},
    {"implements", "https://w3id.org/fep/844e#implements", "", As::Set},
    {"indexable", "toot:indexable", "toot"},
    {"manuallyApprovesFollowers", "as:manuallyApprovesFollowers", ""},
    {"movedTo", "as:movedTo", "", As::Id},
    {"publicKeyMultibase", "https://w3id.org/security#publicKeyMultibase", "", As::Multibase},
    {"quote", "https://w3id.org/fep/044f#quote", "", As::Id},
    {"quoteAuthorization", "https://w3id.org/fep/044f#quoteAuthorization", "", As::Id},
    {"quoteUri", "fedibird:quoteUri", "fedibird"},
    {"quoteUrl", "as:quoteUrl", ""},
    {"sensitive", "as:sensitive", ""},
    {"subject", "https://w3id.org/fep#subject", ""},
    {"value", "schema:value", "schema"},
    {"votersCount", "toot:votersCount", "toot"},
    {"webfinger", "https://purl.archive.org/socialweb/webfinger#webfinger", ""},
};

struct Prefix {
    std::string_view name, id;
};
constexpr Prefix kPrefixes[] = {
    {"fedibird", "http://fedibird.com/ns#"},
    {"misskey", "https://misskey-hub.net/ns#"},
    {"ostatus", "http://ostatus.org#"},
    {"schema", "http://schema.org#"},
    {"toot", "http://joinmastodon.org/ns#"},
};

const Term* find_term(std::string_view name) {
    const auto at = std::find_if(std::begin(kTerms), std::end(kTerms), [&](const Term& term) {
        return term.name == name;
    });
    return at == std::end(kTerms) ? nullptr : at;
}

json definition(const Term& term) {
    switch (term.as) {
        case As::Plain:
            return term.id;
        case As::Id:
            return {{"@id", term.id}, {"@type", "@id"}};
        case As::List:
            return {{"@id", term.id}, {"@container", "@list"}};
        case As::Set:
            return {{"@id", term.id}, {"@type", "@id"}, {"@container", "@set"}};
        case As::Multibase:
            return {{"@id", term.id}, {"@type", "https://w3id.org/security#multibase"}};
    }
    return {};
}

}  // namespace

void Terms::use(std::string_view term) {
    const Term* known = find_term(term);
    if (known == nullptr) throw std::logic_error("no @context definition for " + std::string(term));
    used_.insert(known->name);
}

json Terms::context() const {
    json out = json::array(
        {"https://www.w3.org/ns/activitystreams",
         "https://w3id.org/security/v1",
         "https://w3id.org/security/data-integrity/v1"}
    );
    json inline_map = json::object();
    for (const auto name : used_) {
        const Term& term = *find_term(name);
        inline_map[std::string(name)] = definition(term);
        for (const auto& prefix : kPrefixes) {
            if (prefix.name == term.prefix) inline_map[std::string(prefix.name)] = prefix.id;
        }
    }
    if (!inline_map.empty()) out.push_back(std::move(inline_map));
    return out;
}

json write_emoji(const EmojiTag& emoji, Terms& terms) {
    terms.use("Emoji");
    json out{
        {"type", "Emoji"},
        {"name", ":" + emoji.shortcode + ":"},
        {"icon", {{"type", "Image"}, {"url", emoji.url}}}
    };
    if (!emoji.id.empty()) out["id"] = emoji.id;
    return out;
}

}  // namespace outboard::federation
