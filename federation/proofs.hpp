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

/// Adds a `DataIntegrityProof` (`eddsa-jcs-2022`) to `document`. `verification_method` is the id of the Multikey.
/// Spec: FEP-8b32, W3C vc-di-eddsa. The proof's `@context` equals the document's.
Result<void> add_proof(json& document, const PrivateKey& key, std::string_view verification_method, Instant created);

/// What a proof claims, before its key is known.
struct ProofClaim {
    std::string verification_method;
    std::string hash;       // 64 bytes: proof options, then document
    std::string signature;  // 64 bytes
};

/// Reads the proof of a document (strict-read before: no duplicate keys). Nothing when there is none.
/// Drops `proof` and `signature` before hashing. Errors: Invalid for a proof that is malformed, of another
/// suite's shape, of purpose other than assertionMethod, or with `@context` differing from the document's.
Result<std::optional<ProofClaim>> read_proof(const json& document);

bool check_proof(const ProofClaim& claim, const PublicKey& key);

/// FEP-c390: a signed statement that `subject` (did:key of `key`) and `actor` are one.
json identity_statement(const PrivateKey& key, std::string_view actor, Instant created);
/// Verifies a FEP-c390 statement by its own did:key subject; returns that subject.
Result<std::string> check_identity_statement(const json& statement, std::string_view actor);

}  // namespace outboard::federation
