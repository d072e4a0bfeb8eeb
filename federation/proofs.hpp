// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "federation/base/result.hpp"
#include "federation/base/time.hpp"
#include "federation/json.hpp"
#include "federation/keys.hpp"

namespace outboard::federation {

/// Adds a `DataIntegrityProof` (`eddsa-jcs-2022`) to `document`, in place of an earlier one.
/// `verification_method` is the id of the Multikey. Spec: FEP-8b32, W3C vc-di-eddsa. The proof's
/// `@context` equals the document's.
Result<void> add_proof(
    json& document, const PrivateKey& key, std::string_view verification_method, Instant created
);

/// What a proof claims, before its key is known.
struct ProofClaim {
    std::string verification_method;
    std::string hash;       // 64 bytes: proof options, then document
    std::string signature;  // 64 bytes
    std::optional<Instant> created = {},
                           expires = {};  // as signed; whether they matter is the caller's to judge
};

/// Reads the proof of a document (strict-read before: no duplicate keys). Nothing when there is
/// none, or one of another proof type or suite: that vouches for nothing here and is no reason to
/// refuse what is proved otherwise. Drops `proof` and `signature` before hashing. Errors: Invalid
/// for a proof that is malformed, one of several, of a purpose other than assertionMethod, with
/// `@context` differing from the document's, or over integers beyond 2^53.
Result<std::optional<ProofClaim>> read_proof(const json& document);

bool check_proof(const ProofClaim& claim, const PublicKey& key);

/// FEP-c390: a signed statement that `subject` (did:key of `key`) and `actor` are one.
json identity_statement(const PrivateKey& key, std::string_view actor, Instant created);
/// Verifies a FEP-c390 statement by its own did:key subject; returns that subject.
Result<std::string> check_identity_statement(const json& statement, std::string_view actor);

}  // namespace outboard::federation
