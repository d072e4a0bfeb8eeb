// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "federation/base/text.hpp"
#include "federation/gate_parts.hpp"
#include "federation/read.hpp"

namespace outboard::federation::gate {
namespace {

Error refuse(std::string why) {
    return {Code::Unauthorized, "Signature refused: " + std::move(why)};
}

/// The actor document of `owner`, which must speak for itself: its id is the address it came from.
Step<Actor> read_owner(const Iri& owner, const Documents& fetched) {
    auto step = find_document(owner, fetched);
    if (auto stop = unfinished<Actor>(step)) {
        if (const auto* error = std::get_if<Error>(&*stop)) {
            return refuse("the key's owner could not be read (" + error->shown + ")");
        }
        return *std::move(stop);
    }
    const auto& evidence = std::get<Evidence>(step);
    auto actor = read_actor(evidence.tree);
    if (!actor) return refuse("the key's owner is not an actor (" + actor.error().shown + ")");
    if (actor->id != owner) return refuse("the key's owner has another id than the key says");
    if (!same_origin(evidence.from, owner))
        return refuse("the key's owner was served by another host");
    return *std::move(actor);
}

Step<ConfirmedKey> pick_key(Actor actor, const Iri& key_id) {
    const auto at = std::find_if(actor.keys.begin(), actor.keys.end(), [&](const ActorKey& key) {
        return key.id == key_id;
    });
    if (at == actor.keys.end()) return refuse("the actor does not list this key");
    const bool may_prove =
        std::find(actor.proof_keys.begin(), actor.proof_keys.end(), key_id.str()) !=
        actor.proof_keys.end();
    KnownKey known{key_id.str(), actor.id, at->key};
    return ConfirmedKey{std::move(known), std::move(actor), may_prove};
}

/// Who a document that is no actor at its own address says the key belongs to: a bare key, or
/// GoToSocial's stub actor under the key's address.
Result<Iri> owner_of_key_document(const Evidence& evidence, const Iri& key_id) {
    if (kind_of(evidence.tree) == DocumentKind::Actor) {
        const auto id = id_of(evidence.tree);
        if (!id) return refuse("the key document has no id");
        return *id;
    }
    auto key = read_key(evidence.tree);
    if (!key) return refuse("the key document is no key (" + key.error().shown + ")");
    if (key->id != key_id) return refuse("the key document has another id than was asked for");
    return key->owner;
}

}  // namespace

Result<Iri> parse_key_id(std::string_view text, const GatePolicy& policy) {
    if (text.size() > 2048) return refuse("keyId is longer than 2,048 bytes");
    auto iri = Iri::parse(text);
    if (!iri) return refuse("keyId is not an address (" + iri.error().shown + ")");
    if (!iri->is_http()) return refuse("keyId is not a web address");
    if (!policy.allow_http && policy.signatures.own_scheme == "https" && iri->scheme() != "https") {
        return refuse("keyId is not an https address");
    }
    if (iri->origin() == policy.own_origin) return refuse("keyId is ours");
    return *std::move(iri);
}

Step<ConfirmedKey> confirm_key(
    const Iri& key_id, const Documents& fetched, const GatePolicy& policy
) {
    const Iri address = key_id.without_fragment();
    auto step = find_document(address, fetched);
    if (auto stop = unfinished<ConfirmedKey>(step)) {
        if (const auto* error = std::get_if<Error>(&*stop)) {
            return refuse("the key could not be read (" + error->shown + ")");
        }
        return *std::move(stop);
    }
    const auto& evidence = std::get<Evidence>(step);
    // SIG44: after redirects the final host's document counts, and only for ids of that host.
    if (!same_origin(evidence.from, key_id)) return refuse("the key was served by another host");
    if (kind_of(evidence.tree) == DocumentKind::Actor && id_of(evidence.tree) == address) {
        auto actor = read_actor(evidence.tree);
        if (!actor) return refuse("the key's owner is not an actor (" + actor.error().shown + ")");
        return pick_key(*std::move(actor), key_id);
    }
    auto owner = owner_of_key_document(evidence, key_id);
    if (!owner) return std::move(owner).error();
    // SIG42: a key speaks for nobody on another origin, whatever it says.
    if (!same_origin(*owner, key_id)) return refuse("the key names an owner on another host");
    if (owner->origin() == policy.own_origin) return refuse("the key names one of our actors");
    auto actor = read_owner(*owner, fetched);
    if (auto stop = unfinished<ConfirmedKey>(actor)) return *std::move(stop);
    return pick_key(std::get<Actor>(std::move(actor)), key_id);
}

Step<ConfirmedKey> check_signer(
    const SignatureClaim& claim,
    const Iri& key_id,
    const FindKey& find_key,
    const Documents& fetched,
    const GatePolicy& policy
) {
    if (auto known = find_key(claim.key_id)) {
        if (check_signature(claim, known->key))
            return ConfirmedKey{*std::move(known), std::nullopt, false};
    }
    auto step = confirm_key(key_id, fetched, policy);
    if (auto stop = unfinished<ConfirmedKey>(step)) return *std::move(stop);
    auto confirmed = std::get<ConfirmedKey>(std::move(step));
    if (auto checked = check_signature(claim, confirmed.key.key); !checked) return checked.error();
    return confirmed;
}

Step<ProofAnswer> check_owner_proof(
    const ProofQuestion& question,
    const FindKey& find_key,
    const Documents& fetched,
    const GatePolicy& policy
) {
    auto proof = read_proof(question.document);
    if (!proof) return std::move(proof).error();
    if (!*proof) return ProofAnswer{};
    const ProofClaim& claim = **proof;
    if (question.now && claim.expires && *claim.expires < *question.now) {
        return Error{Code::Unauthorized, "Proof refused: it has expired"};
    }
    // A did:key speaks for itself only; that it is the actor's would have to be shown by the actor
    // (FEP-c390).
    auto method = parse_key_id(claim.verification_method, policy);
    if (!method) return ProofAnswer{};
    if (!same_origin(*method, question.owner)) {
        return Error{Code::Unauthorized, "Proof refused: its key is not the owner's"};
    }
    ProofAnswer answer{.is_valid = true, .key_id = method->str(), .fetched_actor = {}};
    std::optional<KnownKey> key = find_key(claim.verification_method);
    if (!key || (key->owner == question.owner && !check_proof(claim, key->key))) {
        auto step = confirm_key(*method, fetched, policy);
        if (std::holds_alternative<Needs>(step) && !question.may_fetch && !key)
            return ProofAnswer{};
        // A known key that fails may have been replaced: asked for once, like one of a request
        // (S8).
        if (auto stop = unfinished<ProofAnswer>(step)) return *std::move(stop);
        auto confirmed = std::get<ConfirmedKey>(std::move(step));
        if (!confirmed.may_prove) {
            return Error{Code::Unauthorized, "Proof refused: its key is not under assertionMethod"};
        }
        key = std::move(confirmed.key);
        answer.fetched_actor = std::move(confirmed.actor);
    }
    if (key->owner != question.owner) {  // SIG77
        return Error{Code::Unauthorized, "Proof refused: its key is another actor's"};
    }
    if (!check_proof(claim, key->key)) {
        return Error{Code::Unauthorized, "Proof refused: it does not fit the document"};
    }
    return answer;
}

}  // namespace outboard::federation::gate
