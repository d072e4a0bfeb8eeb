// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "federation/gate.hpp"
#include "federation/proofs.hpp"

// What the Gate's files share. Inside federation/ only.
namespace outboard::federation::gate {

/// A step that is not finished, as a step of another kind; nothing when it is finished.
template <class To, class From>
std::optional<Step<To>> unfinished(const Step<From>& step) {
    if (const auto* needs = std::get_if<Needs>(&step)) return Step<To>(*needs);
    if (const auto* error = std::get_if<Error>(&step)) return Step<To>(*error);
    return std::nullopt;
}

template <class T>
Step<T> as_step(Result<T> result) {
    if (!result) return std::move(result).error();
    return *std::move(result);
}

/// `application/activity+json`, or `application/ld+json` with the ActivityStreams profile (O3).
bool is_activity_content(std::string_view content_type);

/// A document as its host served it.
struct Evidence {
    Iri from;  // the final address
    json tree;
};

/// Why there is no answer from `host` (status 0). Errors: Forbidden, Invalid or Unavailable, after
/// `Fetched::reason`.
Error without_answer(const Fetched& fetched, const std::string& host);

/// The JSON of what was fetched. Errors: Gone for 410, NotFound for 404, those of `without_answer`,
/// Unavailable, Invalid for a wrong content type (O3) or unreadable JSON. A byte order mark in
/// front is skipped: files saved on Windows and served as they are have one.
Result<Evidence> open_document(const Fetched& fetched);
Step<Evidence> find_document(const Iri& asked, const Documents& fetched);
std::string_view without_byte_order_mark(std::string_view bytes);

/// An id that may name a signing key: http(s), https where we are, at most 2,048 bytes, not ours
/// (SIG45).
Result<Iri> parse_key_id(std::string_view text, const GatePolicy& policy);

/// A key that its owner's own document lists (S7), and that document.
struct ConfirmedKey {
    KnownKey key;
    std::optional<Actor> actor;
    bool may_prove = false;  // listed under assertionMethod
};
/// Reads the key from the documents fetched: key document, then owner. Errors: Unauthorized, naming
/// what does not agree.
Step<ConfirmedKey> confirm_key(
    const Iri& key_id, const Documents& fetched, const GatePolicy& policy
);

/// Checks one signature: with the key that is known, else (or when that one fails) with the one its
/// owner lists now (S8).
Step<ConfirmedKey> check_signer(
    const SignatureClaim& claim,
    const Iri& key_id,
    const FindKey& find_key,
    const Documents& fetched,
    const GatePolicy& policy
);

/// Whether the proof on a document is its owner's. False: there is no proof that can be checked
/// here. Errors: Unauthorized for one that is wrong (P3), Invalid for one that is malformed.
struct ProofQuestion {
    const json& document;
    const Iri& owner;
    std::optional<Instant> now;  // an expired proof counts as wrong when given
    bool may_fetch = false;      // ask for the key when it is not known
};
struct ProofAnswer {
    bool is_valid = false;
    std::string key_id;
    std::optional<Actor> fetched_actor;
};
Step<ProofAnswer> check_owner_proof(
    const ProofQuestion& question,
    const FindKey& find_key,
    const Documents& fetched,
    const GatePolicy& policy
);

/// What can be seen without the store: ids and owners that do not belong together, missing objects
/// (O5, O6). Nothing when all is well. Errors: Forbidden, or Invalid for an activity that lacks
/// what it is about.
std::optional<Error> check_ownership(const Activity& activity);

/// The actor as first author of what it created: an absent author is the actor (A017), co-authors
/// stand behind (A016).
Activity settle_authors(Activity activity);

/// A host that nothing is taken from, among the ids an activity acts on (THREATS 20); nothing when
/// there is none.
std::optional<std::string> find_blocked(const Activity& activity, const GatePolicy& policy);

}  // namespace outboard::federation::gate
