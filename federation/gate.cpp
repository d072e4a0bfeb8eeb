// SPDX-License-Identifier: Apache-2.0
#include "federation/gate.hpp"

#include <algorithm>

#include "federation/base/text.hpp"
#include "federation/gate_parts.hpp"
#include "federation/read.hpp"

namespace outboard::federation {

/// A request that passed every check that needs no key.
struct Gate::Incoming {
    json tree;
    Activity activity;
    SignatureClaim claim;
    Iri key_id;
};

namespace {

using gate::unfinished;

Error refuse(Code code, std::string why) { return {code, std::move(why)}; }

/// A body that is one activity we act on, or why it is not.
using Shaped = std::variant<Activity, Nothing, Error>;

Shaped read_shape(const json& tree) {
    if (!tree.is_object()) return refuse(Code::Invalid, "The body must be one JSON object");
    const auto type = type_of(tree);
    if (type.empty()) return refuse(Code::Invalid, "type is missing");
    if (!is_handled_activity(type))
        return Nothing{"activities of type " + type + " have no effect here"};
    std::vector<Ignored> ignored;
    auto activity = read_activity(tree, &ignored);
    if (!activity) return std::move(activity).error();
    const bool bad_id = std::any_of(ignored.begin(), ignored.end(), [](const Ignored& note) {
        return note.field == "id";
    });
    if (bad_id && !activity->id) return refuse(Code::Invalid, "id is not an absolute identifier");
    if (!activity->actor.is_http()) return refuse(Code::Invalid, "actor is not a web address");
    return *std::move(activity);
}

/// Of several signatures the one that can be the actor's.
const SignatureClaim& choose(const std::vector<SignatureClaim>& claims, const Iri& actor) {
    for (const auto& claim : claims) {
        const auto key = Iri::parse(claim.key_id);
        if (key && same_origin(*key, actor)) return claim;
    }
    return claims.front();
}

bool is_farewell(const Activity& activity) {
    return activity.type == "Delete" && activity.object.id == activity.actor;
}

/// What the actor's own host says of the key of a Delete of that actor (S9): an HTTP status, 0 when
/// it was not asked.
int status_of_key(const Iri& key_id, const Documents& fetched) {
    const auto at = fetched.find(key_id.without_fragment().str());
    return at == fetched.end() ? 0 : at->second.status;
}

/// True when the document was made to travel without its sender's request signature.
bool is_made_for_forwarding(const Activity& activity) {
    return activity.has_ld_signature || activity.has_proof;
}

}  // namespace

Step<Judgement> Gate::check(
    const Request& request, const FindKey& find_key, const Documents& fetched, Instant now
) const {
    if (request.method != "POST") return refuse(Code::Invalid, "An inbox takes POST");
    auto claims = read_signatures(request, policy_.signatures, now);
    if (!claims) return std::move(claims).error();
    if (claims->empty()) return refuse(Code::Unauthorized, "The request is not signed");
    auto tree = read_json(request.body);
    if (!tree) return std::move(tree).error();
    auto shaped = read_shape(*tree);
    if (const auto* nothing = std::get_if<Nothing>(&shaped))
        return judge_without_effect(*nothing, claims->front(), find_key, fetched);
    if (auto* error = std::get_if<Error>(&shaped)) return std::move(*error);
    auto& activity = std::get<Activity>(shaped);
    if (activity.actor.origin() == policy_.own_origin) {
        return refuse(Code::Forbidden, "Nobody sends for our own actors");
    }
    const auto& claim = choose(*claims, activity.actor);
    auto key_id = gate::parse_key_id(claim.key_id, policy_);
    if (!key_id) return std::move(key_id).error();
    if (policy_.is_blocked(key_id->host()) || policy_.is_blocked(activity.actor.host())) {
        return refuse(Code::Forbidden, "Nothing is taken from this host");
    }
    if (auto error = gate::check_ownership(activity)) return *std::move(error);
    if (is_farewell(activity) && !policy_.is_known_actor(activity.actor)) {
        return Judgement(Nothing{"the deleted actor was never known"});
    }
    if (auto host = gate::find_blocked(activity, policy_)) {
        return Judgement(Nothing{"it is about something of a blocked host"});
    }
    activity = gate::settle_authors(std::move(activity));
    const Incoming in{*std::move(tree), std::move(activity), claim, *std::move(key_id)};
    return judge(in, find_key, fetched, now);
}

/// 202 says that the signature was good (S10), also where nothing more is done.
Step<Judgement> Gate::judge_without_effect(
    const Nothing& nothing,
    const SignatureClaim& claim,
    const FindKey& find_key,
    const Documents& fetched
) const {
    const auto key_id = gate::parse_key_id(claim.key_id, policy_);
    if (!key_id) return key_id.error();
    if (policy_.is_blocked(key_id->host()))
        return refuse(Code::Forbidden, "Nothing is taken from this host");
    const auto signer = gate::check_signer(claim, *key_id, find_key, fetched, policy_);
    if (auto stop = unfinished<Judgement>(signer)) return *std::move(stop);
    return Judgement(nothing);
}

Step<Judgement> Gate::judge(
    const Incoming& in, const FindKey& find_key, const Documents& fetched, Instant now
) const {
    const auto known = find_key(in.claim.key_id);
    const bool can_be_actors =
        known ? known->owner == in.activity.actor : same_origin(in.key_id, in.activity.actor);
    if (!can_be_actors) return judge_forwarded(in, find_key, fetched, now);

    auto step = gate::check_signer(in.claim, in.key_id, find_key, fetched, policy_);
    if (std::holds_alternative<Needs>(step)) return std::get<Needs>(step);
    if (const auto* error = std::get_if<Error>(&step)) {
        const bool is_own_key = in.key_id.without_fragment() == in.activity.actor || known;
        if (is_farewell(in.activity) && is_own_key) {
            const int status = status_of_key(in.key_id, fetched);
            if (status == 410) {
                return Judgement(Verified<Delivery>(Delivery{
                    in.activity,
                    Proven::ByAbsence,
                    in.claim.key_id,
                    in.claim.scheme,
                    std::nullopt,
                    in.claim.nonce
                }));
            }
            if (status == 404) return Judgement(Nothing{"the deleted actor's key cannot be found"});
        }
        if (in.activity.has_proof) return judge_forwarded(in, find_key, fetched, now);
        return *error;
    }
    auto& signer = std::get<gate::ConfirmedKey>(step);
    if (signer.key.owner != in.activity.actor) return judge_forwarded(in, find_key, fetched, now);
    // P3: a proof that is there and wrong rejects; one whose key we do not hold yet waits for its
    // first use.
    const gate::ProofQuestion question{in.tree, in.activity.actor, now, /*may_fetch=*/false};
    auto proof = gate::check_owner_proof(question, find_key, fetched, policy_);
    if (auto stop = unfinished<Judgement>(proof)) return *std::move(stop);
    const bool is_proved = std::get<gate::ProofAnswer>(proof).is_valid;
    return Judgement(Verified<Delivery>(Delivery{
        in.activity,
        is_proved ? Proven::ByProof : Proven::BySignature,
        in.claim.key_id,
        in.claim.scheme,
        std::move(signer.actor),
        in.claim.nonce
    }));
}

Step<Judgement> Gate::judge_forwarded(
    const Incoming& in, const FindKey& find_key, const Documents& fetched, Instant now
) const {
    if (!is_made_for_forwarding(in.activity)) {
        return refuse(Code::Unauthorized, "The signer is not the activity's actor");
    }
    const gate::ProofQuestion question{in.tree, in.activity.actor, now, /*may_fetch=*/true};
    auto step = gate::check_owner_proof(question, find_key, fetched, policy_);
    if (auto stop = unfinished<Judgement>(step)) return *std::move(stop);
    auto& proof = std::get<gate::ProofAnswer>(step);
    if (proof.is_valid) {
        return Judgement(Verified<Delivery>(Delivery{
            in.activity,
            Proven::ByProof,
            proof.key_id,
            in.claim.scheme,
            std::move(proof.fetched_actor)
        }));
    }
    // Nothing in it can be checked. Whoever sent it must at least be who they say, so that they can
    // be held to it.
    auto signer = gate::check_signer(in.claim, in.key_id, find_key, fetched, policy_);
    if (auto stop = unfinished<Judgement>(signer)) return *std::move(stop);
    if (!in.activity.id)
        return refuse(Code::Unauthorized, "A forwarded activity without id cannot be checked");
    return Judgement(Hint{in.activity.id, in.activity.object.id, in.activity.type});
}

Step<std::optional<KnownKey>> Gate::check_reader(
    const Request& request, const FindKey& find_key, const Documents& fetched, Instant now
) const {
    const bool is_signed =
        std::any_of(request.headers.begin(), request.headers.end(), [](const Header& header) {
            const auto name = lower_ascii(header.name);
            return name == "signature" || name == "signature-input" ||
                   (name == "authorization" &&
                    starts_with_ignoring_case(trim(header.value), "signature "));
        });
    if (!is_signed) return std::optional<KnownKey>{};
    auto claims = read_signatures(request, policy_.signatures, now);
    if (!claims) return std::move(claims).error();
    if (claims->empty()) return refuse(Code::Unauthorized, "The request is not signed");
    auto key_id = gate::parse_key_id(claims->front().key_id, policy_);
    if (!key_id) return std::move(key_id).error();
    if (policy_.is_blocked(key_id->host())) {
        return refuse(Code::Forbidden, "Nothing is given to this host");
    }
    auto step = gate::check_signer(claims->front(), *key_id, find_key, fetched, policy_);
    if (auto stop = unfinished<std::optional<KnownKey>>(step)) return *std::move(stop);
    auto key = std::get<gate::ConfirmedKey>(std::move(step)).key;
    if (policy_.is_blocked(key.owner.host())) {
        return refuse(Code::Forbidden, "Nothing is given to this host");
    }
    return std::optional<KnownKey>(std::move(key));
}

Verified<Delivery> Gate::accepted_before(Delivery delivery) {
    delivery.activity = gate::settle_authors(std::move(delivery.activity));
    return Verified<Delivery>(std::move(delivery));
}

std::optional<Verified<Object>> Gate::embedded(const Verified<Delivery>& delivery) {
    const auto& activity = delivery->activity;
    const auto& object = activity.object.object;
    if (!object || !object->id) return std::nullopt;
    if (!same_origin(*object->id, activity.actor)) return std::nullopt;
    if (object->attributed_to != activity.actor) return std::nullopt;
    return Verified<Object>(*object);
}

}  // namespace outboard::federation
