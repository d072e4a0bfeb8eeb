// SPDX-License-Identifier: Apache-2.0
#include "federation/inspect_belief.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "federation/base/text.hpp"
#include "federation/discovery/webfinger.hpp"
#include "federation/gate_parts.hpp"
#include "federation/shape.hpp"

namespace outboard::federation {
namespace {

void doubt(Belief& belief, std::string field, std::string why) {
    belief.doubts.push_back({std::move(field), std::move(why)});
}

bool answers_or_undoes(std::string_view type) {
    return type == "Accept" || type == "Reject" || type == "Undo" || type == "TentativeAccept" ||
           type == "TentativeReject";
}

/// An embedded copy of somebody else's thing proves nothing: it is fetched from its own host.
void doubt_copies(const Activity& activity, Belief& belief) {
    if (answers_or_undoes(activity.type)) return;  // there it only says which one is meant
    const auto& object = activity.object;
    std::optional<Iri> owner;
    if (object.object) owner = object.object->attributed_to;
    if (object.activity) owner = object.activity->actor;
    if (object.actor) owner = object.actor->id;
    const bool is_foreign = (object.id && !same_origin(*object.id, activity.actor)) ||
                            (owner && *owner != activity.actor);
    if (!object.is_link_only() && is_foreign) {
        doubt(
            belief,
            "object",
            "an embedded copy of another owner's or another origin's thing proves nothing: only "
            "its own host, or its owner's proof, vouches for it"
        );
    }
}

/// The did:key that a portable id is made of (FEP-ef61): `ap://did:key:…/…` or its form behind a
/// gateway.
std::string portable_authority(std::string_view id) {
    const auto at = id.find("did:key:");
    if (at == std::string_view::npos) return {};
    const auto before = id.substr(0, at);
    const bool is_portable =
        before == "ap://" || before == "ap+ef61://" || before.ends_with("/.well-known/apgateway/");
    if (!is_portable) return {};
    const auto rest = id.substr(at);
    return std::string(rest.substr(0, rest.find_first_of("/?#")));
}

/// The key of a did:key, when it is one.
std::optional<PublicKey> key_of_did(std::string_view method) {
    const auto did = method.substr(0, method.find('#'));
    if (did.rfind("did:key:", 0) != 0) return std::nullopt;
    auto key = PublicKey::from_multibase(did.substr(8));
    if (!key) return std::nullopt;
    return *std::move(key);
}

/// True for a valid proof by the key that id and owner are made of. A file alone shows no other
/// key's owner.
bool is_proved(const json& tree, Belief& belief) {
    auto proof = read_proof(tree);
    if (!proof) {
        doubt(belief, "proof", proof.error().shown);
        return false;
    }
    if (!*proof) return false;
    const auto& method = (*proof)->verification_method;
    const auto key = key_of_did(method);
    if (!key) return false;
    if (!check_proof(**proof, *key)) {
        doubt(belief, "proof", "does not fit the document");
        return false;
    }
    const auto did = method.substr(0, method.find('#'));
    const auto id = shape::text(tree, "id").value_or("");
    return belief.owner && portable_authority(id) == did &&
           portable_authority(belief.owner->str()) == did;
}

/// Whether the address it came from vouches for it: same origin as its id and its owner
/// (CONTRACT.md 8).
bool is_at_home(const json& tree, Belief& belief) {
    if (belief.kind == DocumentKind::WebFinger || belief.kind == DocumentKind::NodeInfo ||
        belief.kind == DocumentKind::NodeInfoDiscovery) {
        return true;  // they speak for the host that answers; what they claim beyond it is a doubt
                      // already
    }
    const auto id = id_of(tree);
    if (!id) {
        doubt(belief, "id", "there is none that a host could vouch for");
        return false;
    }
    bool fits = true;
    if (!same_origin(*id, *belief.from)) {
        doubt(belief, "id", "is of another origin than the address the document came from");
        fits = false;
    }
    if (belief.owner && !same_origin(*belief.owner, *id)) {
        doubt(
            belief,
            belief.kind == DocumentKind::Activity ? "actor"
            : belief.kind == DocumentKind::Key    ? "owner"
                                                  : "attributedTo",
            "is of another origin than the id"
        );
        fits = false;
    }
    if (!belief.owner && belief.needs_owner) {
        doubt(belief, "owner", "there is none");
        fits = false;
    }
    return fits;
}

/// The host an identifier belongs to: of an address, or behind the mark of `acct:` and `mailto:`.
std::string host_of(std::string_view text) {
    if (const auto iri = Iri::parse(text); iri && iri->is_http()) return iri->authority();
    if (starts_with_ignoring_case(text, "mailto:")) text.remove_prefix(7);
    if (const auto handle = parse_handle(text)) return handle->domain;
    return {};
}

}  // namespace

void doubt_activity(const Activity& activity, Belief& belief) {
    if (const auto error = gate::check_ownership(activity)) doubt(belief, "object", error->shown);
    doubt_copies(activity, belief);
}

void doubt_text(const json& tree, const Object& object, Belief& belief) {
    if (!object.quote_conflicts.empty()) {
        doubt(belief, "quote", "the quote properties name different objects");
    }
    if (object.quote && belief.owner && !same_origin(*object.quote, *belief.owner) &&
        !object.quote_authorization) {
        doubt(
            belief,
            "quote",
            "a quote of another host's object counts only once that object is fetched, with its "
            "author's approval"
        );
    }
    if (shape::find(tree, "signature") == nullptr) return;
    // A text changed under an embedded signature: the signer's own contentMap still says something
    // else.
    const json* holder = &tree;
    if (const json* inner = shape::find(tree, "object"); inner != nullptr && inner->is_object())
        holder = inner;
    const json* map = shape::find(*holder, "contentMap");
    if (map == nullptr || !map->is_object() || map->empty() || object.content.empty()) return;
    const bool is_in_map = std::any_of(map->begin(), map->end(), [&](const json& text) {
        return text.is_string() && text.get<std::string>() == object.content;
    });
    if (!is_in_map) {
        doubt(
            belief,
            "content",
            "contradicts contentMap in a document with an embedded signature: tampered with, or "
            "not what was signed"
        );
    }
}

void doubt_webfinger(const json& tree, Belief& belief) {
    auto jrd = read_jrd(tree);
    if (!jrd) return;  // a template alone, as host-meta answers
    const auto expected = belief.from ? belief.from->authority() : host_of(jrd->subject);
    // Hubzilla's subject names no host: then it is the one that answers.
    const auto subject = host_of(jrd->subject);
    if (!subject.empty() && subject != expected) {
        doubt(belief, "subject", "belongs to another host than the one that answers");
    }
    for (const auto& alias : jrd->aliases) {
        const auto host = host_of(alias);
        if (!host.empty() && host != expected) {
            doubt(belief, "aliases", "name another host than " + expected);
            break;
        }
    }
    const bool self_fits = !jrd->self || (belief.from ? same_origin(*jrd->self, *belief.from)
                                                      : jrd->self->authority() == expected);
    if (!self_fits) {
        doubt(
            belief,
            "links",
            "the self link leads to another host than " + expected +
                ": counts only when that host confirms the handle"
        );
    }
}

void doubt_nodeinfo_links(const json& tree, Belief& belief) {
    if (!belief.from) return;
    for (const json* link : shape::items(tree, "links")) {
        const auto href = shape::text(*link, "href");
        if (!href) continue;
        const auto iri = Iri::parse(*href);
        if (!iri || !same_origin(*iri, *belief.from)) {
            doubt(belief, "links", "lead to another host than the one that answers");
            return;
        }
    }
}

bool is_believed(const json& tree, Belief& belief) {
    const bool proved = is_proved(tree, belief);
    if (shape::find(tree, "signature") != nullptr) {
        // Named without being held against it: most of Mastodon's activities carry one (S16).
        belief.doubts.push_back(
            {"signature", "an embedded Linked Data signature proves nothing here"}
        );
    }
    const auto is_doubt = [](const Ignored& note) { return note.field != "signature"; };
    bool vouched = proved;
    if (!proved && belief.from) vouched = is_at_home(tree, belief);
    if (!proved && !belief.from) {
        doubt(
            belief,
            "from",
            "where the document came from is not known, and no proof in it can be checked"
        );
    }
    return vouched && std::none_of(belief.doubts.begin(), belief.doubts.end(), is_doubt);
}

}  // namespace outboard::federation
