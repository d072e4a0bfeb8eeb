// SPDX-License-Identifier: Apache-2.0
#include "federation/proofs.hpp"

#include <nlohmann/json.hpp>

#include "federation/base/bytes.hpp"

namespace outboard::federation {
namespace {

constexpr std::string_view kType = "DataIntegrityProof";
constexpr std::string_view kSuite = "eddsa-jcs-2022";
constexpr std::string_view kStatement = "VerifiableIdentityStatement";
constexpr std::string_view kDidKey = "did:key:";
constexpr std::size_t kSignatureBytes = 64;
constexpr std::size_t kMostMethod = 2048;  // bytes, as long as an Iri may be

tl::unexpected<Error> bad_proof(std::string why) {
    return fail(Code::Invalid, "Proof: " + std::move(why));
}

/// The text of a member; null when it is absent or no string.
const std::string* text_of(const json& object, const char* name) {
    const auto found = object.find(name);
    return found == object.end() ? nullptr : found->get_ptr<const std::string*>();
}

/// SHA-256 of the canonical proof options, then of the canonical document (vc-di-eddsa
/// section 3.3.4).
Result<std::string> hash(json document, json options) {
    document.erase("proof");
    document.erase("signature"
    );  // an LD signature beside it is made later and covers other things (FEP-8b32)
    options.erase("proofValue");
    OB_TRY(const auto canonical_options, canonical_json(options));
    OB_TRY(const auto canonical_document, canonical_json(document));
    return sha256(canonical_options) + sha256(canonical_document);
}

/// `2026-11-24T10:00:00Z`, as the specification's examples write it.
std::string seconds_of(Instant at) { return format_rfc3339(at).substr(0, 19) + "Z"; }

Result<std::optional<Instant>> time_of(const json& proof, const char* name) {
    if (!proof.contains(name)) return std::optional<Instant>();
    const auto* text = text_of(proof, name);
    const auto at = text != nullptr ? parse_rfc3339(*text) : std::nullopt;
    if (!at) return bad_proof(std::string(name) + " is not a time");
    return at;
}

Result<std::string> read_value(const json& proof) {
    const auto* text = text_of(proof, "proofValue");
    if (text == nullptr || !text->starts_with('z') || text->size() > 2 * kSignatureBytes) {
        return bad_proof("proofValue is not base58 multibase");
    }
    auto bytes = from_base58(std::string_view(*text).substr(1));
    if (!bytes || bytes->size() != kSignatureBytes) return bad_proof("proofValue is not 64 bytes");
    return std::move(*bytes);
}

}  // namespace

Result<void> add_proof(
    json& document, const PrivateKey& key, std::string_view verification_method, Instant created
) {
    if (!document.is_object()) return bad_proof("only an object can be signed");
    if (key.kind() != KeyKind::Ed25519) return bad_proof("eddsa-jcs-2022 needs an Ed25519 key");
    json proof = {
        {"type", kType},
        {"cryptosuite", kSuite},
        {"created", seconds_of(created)},
        {"verificationMethod", verification_method},
        {"proofPurpose", "assertionMethod"}
    };
    if (document.contains("@context")) proof["@context"] = document["@context"];
    OB_TRY(const auto hashed, hash(document, proof));
    proof["proofValue"] = "z" + to_base58(key.sign(hashed));
    document["proof"] = std::move(proof);
    return {};
}

Result<std::optional<ProofClaim>> read_proof(const json& document) {
    if (!document.is_object()) return std::optional<ProofClaim>();
    const auto found = document.find("proof");
    if (found == document.end() || found->is_null()) return std::optional<ProofClaim>();
    if (found->is_array() && found->size() != 1) return bad_proof("several proofs");
    const json& proof = found->is_array() ? found->front() : *found;
    if (!proof.is_object()) return bad_proof("not an object");
    const auto* type = text_of(proof, "type");
    if (type == nullptr) return bad_proof("no type");
    if (*type != kType)
        return std::optional<ProofClaim>();  // another suite vouches for nothing here
    const auto* suite = text_of(proof, "cryptosuite");
    if (suite == nullptr) return bad_proof("no cryptosuite");
    if (*suite != kSuite) return std::optional<ProofClaim>();

    ProofClaim claim;
    const auto* purpose = text_of(proof, "proofPurpose");
    if (purpose == nullptr || *purpose != "assertionMethod") {
        return bad_proof("proofPurpose is not assertionMethod");
    }
    const auto* method = text_of(proof, "verificationMethod");
    if (method == nullptr || method->empty() || method->size() > kMostMethod) {
        return bad_proof("verificationMethod is not an id");
    }
    claim.verification_method = *method;
    const auto context = proof.find("@context");
    const bool same_context = context == proof.end() ||
                              (document.contains("@context") && *context == document["@context"]);
    if (!same_context) return bad_proof("@context differs from the document's");
    OB_TRY(claim.created, time_of(proof, "created"));
    OB_TRY(claim.expires, time_of(proof, "expires"));
    OB_TRY(claim.signature, read_value(proof));
    OB_TRY(claim.hash, hash(document, proof));
    return std::optional(std::move(claim));
}

bool check_proof(const ProofClaim& claim, const PublicKey& key) {
    return key.kind() == KeyKind::Ed25519 && key.verify(claim.hash, claim.signature);
}

json identity_statement(const PrivateKey& key, std::string_view actor, Instant created) {
    const std::string subject = did_key(key.public_key());
    json statement = {{"type", kStatement}, {"subject", subject}, {"alsoKnownAs", actor}};
    if (const auto added = add_proof(statement, key, subject, created); !added) {
        throw std::invalid_argument(added.error().shown);  // the key is not Ed25519
    }
    return statement;
}

Result<std::string> check_identity_statement(const json& statement, std::string_view actor) {
    if (!statement.is_object()) return bad_proof("not an identity statement");
    const auto* type = text_of(statement, "type");
    const auto* subject = text_of(statement, "subject");
    const auto* alias = text_of(statement, "alsoKnownAs");
    if (type == nullptr || *type != kStatement) return bad_proof("not an identity statement");
    if (alias == nullptr || *alias != actor) return bad_proof("the statement names another actor");
    if (subject == nullptr || !subject->starts_with(kDidKey))
        return bad_proof("subject is not a did:key");
    const std::string_view multibase = std::string_view(*subject).substr(kDidKey.size());
    OB_TRY(const auto key, PublicKey::from_multibase(multibase));
    OB_TRY(const auto claim, read_proof(statement));
    if (!claim) return bad_proof("the statement is not signed");
    const std::string with_fragment = *subject + "#" + std::string(multibase);
    if (claim->verification_method != *subject && claim->verification_method != with_fragment) {
        return bad_proof("signed by another key than its subject");
    }
    if (!check_proof(*claim, key)) return bad_proof("does not verify");
    return *subject;
}

}  // namespace outboard::federation
