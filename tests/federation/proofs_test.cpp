// SPDX-License-Identifier: Apache-2.0
#include "federation/proofs.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "federation/base/bytes.hpp"
#include "tests/support/shared_data.hpp"

using namespace outboard;
using namespace outboard::federation;

namespace {

const std::string kMethod = "https://a.example/users/ann#ed25519-key";
const Instant kCreated = from_ms(1795323600000);

const PrivateKey& key() {
    static const auto made = PrivateKey::generate(KeyKind::Ed25519);
    return made;
}

json note() {
    return json::parse(
        R"({"@context":["https://www.w3.org/ns/activitystreams"],"id":"https://a.example/notes/1","type":"Note",
        "attributedTo":"https://a.example/users/ann","content":"Hello","latitude":25.273962})"
    );
}

json signed_note() {
    json document = note();
    REQUIRE(add_proof(document, key(), kMethod, kCreated));
    return document;
}

/// "valid", "none", "does not verify", or why it could not be read.
std::string judged(const json& document, const PublicKey& by = key().public_key()) {
    const auto claim = read_proof(document);
    if (!claim) return claim.error().shown;
    if (!*claim) return "none";
    return check_proof(**claim, by) ? "valid" : "does not verify";
}

json with(const char* name, json value) {
    json document = signed_note();
    document["proof"][name] = std::move(value);
    return document;
}

json without(const char* name) {
    json document = signed_note();
    document["proof"].erase(name);
    return document;
}

}  // namespace

TEST_CASE("a document with our proof verifies, also after it was written and read") {
    const json document = signed_note();
    CHECK(judged(document) == "valid");
    CHECK(judged(read_json(write_json(document)).value()) == "valid");
    CHECK(document["proof"]["@context"] == document["@context"]);
    CHECK(document["proof"]["created"] == "2026-11-22T05:00:00Z");
    const auto claim = read_proof(document).value().value();
    CHECK(claim.verification_method == kMethod);
    CHECK(claim.hash.size() == 64);
    CHECK(claim.signature.size() == 64);
    CHECK(claim.created == kCreated);
    CHECK_FALSE(claim.expires);
}

TEST_CASE("nothing of a proved document or its proof can be changed") {
    json changed = signed_note();
    changed["content"] = "Hello!";
    CHECK(judged(changed) == "does not verify");
    json added = signed_note();
    added["extra"] = 1;
    CHECK(judged(added) == "does not verify");
    CHECK(judged(with("created", "2026-11-22T05:00:01Z")) == "does not verify");
    CHECK(judged(with("verificationMethod", "https://evil.example/#key")) == "does not verify");
    CHECK(judged(with("nonce", "x")) == "does not verify");
    CHECK(judged(without("@context")) == "does not verify");
    CHECK(
        judged(signed_note(), PrivateKey::generate(KeyKind::Ed25519).public_key()) ==
        "does not verify"
    );
    CHECK(
        judged(signed_note(), PrivateKey::generate(KeyKind::Rsa).public_key()) == "does not verify"
    );
}

TEST_CASE("an LD signature beside the proof does not disturb it") {
    json document = signed_note();
    document["signature"] = {{"type", "RsaSignature2017"}, {"signatureValue", "AAAA"}};
    CHECK(judged(document) == "valid");
}

TEST_CASE("a proof in a list of one is that proof; several are refused") {
    json document = signed_note();
    const json proof = document["proof"];
    document["proof"] = json::array({proof});
    CHECK(judged(document) == "valid");
    document["proof"] = json::array({proof, proof});
    CHECK(judged(document) == "Proof: several proofs");
    document["proof"] = json::array();
    CHECK(judged(document) == "Proof: several proofs");
}

TEST_CASE("no proof, or one of a suite we do not have, vouches for nothing") {
    CHECK(judged(note()) == "none");
    CHECK(judged(json(5)) == "none");
    CHECK(judged(with("cryptosuite", "eddsa-rdfc-2022")) == "none");
    CHECK(judged(with("type", "MitraJcsEip191Signature2022")) == "none");
    json null = note();
    null["proof"] = nullptr;
    CHECK(judged(null) == "none");
}

TEST_CASE("SIG77: a proof of another purpose, and other malformed ones, are refused") {
    CHECK(
        judged(with("proofPurpose", "authentication")) ==
        "Proof: proofPurpose is not assertionMethod"
    );
    CHECK(judged(without("proofPurpose")) == "Proof: proofPurpose is not assertionMethod");
    CHECK(judged(without("type")) == "Proof: no type");
    CHECK(judged(with("type", 5)) == "Proof: no type");
    CHECK(judged(without("cryptosuite")) == "Proof: no cryptosuite");
    CHECK(judged(without("verificationMethod")) == "Proof: verificationMethod is not an id");
    CHECK(judged(with("verificationMethod", "")) == "Proof: verificationMethod is not an id");
    CHECK(
        judged(with("verificationMethod", std::string(3000, 'a'))) ==
        "Proof: verificationMethod is not an id"
    );
    CHECK(
        judged(with("@context", "https://www.w3.org/ns/activitystreams")) ==
        "Proof: @context differs from the document's"
    );
    CHECK(judged(with("created", "yesterday")) == "Proof: created is not a time");
    CHECK(judged(with("expires", 5)) == "Proof: expires is not a time");
    CHECK(judged(without("proofValue")) == "Proof: proofValue is not base58 multibase");
    CHECK(
        judged(with("proofValue", "u" + std::string(86, 'A'))) ==
        "Proof: proofValue is not base58 multibase"
    );
    CHECK(
        judged(with("proofValue", "z" + std::string(5000, '1'))) ==
        "Proof: proofValue is not base58 multibase"
    );
    CHECK(
        judged(with("proofValue", "z" + to_base58(std::string(63, 'a')))) ==
        "Proof: proofValue is not 64 bytes"
    );
    CHECK(judged(with("proofValue", "z0OIl")) == "Proof: proofValue is not 64 bytes");
    json text = note();
    text["proof"] = "x";
    CHECK(judged(text) == "Proof: not an object");
}

TEST_CASE("SIG76: what has more than one reading never reaches the canonical form") {
    const std::string document = write_json(signed_note());
    const auto exchanged = [&](const std::string& to) {
        std::string text = document;
        return text.replace(text.find("\"Hello\""), 7, to);
    };
    CHECK(judged(read_json(exchanged("\"Hello\"")).value()) == "valid");
    CHECK_FALSE(read_json(exchanged("\"Hello\",\"type\":\"Note\"")));
    CHECK_FALSE(read_json(exchanged("\"\\ud800\"")));
    CHECK_FALSE(read_json(exchanged("1e999")));
    CHECK(
        judged(read_json(exchanged("9007199254740993")).value()) ==
        "JSON: an integer is too large to be exact"
    );
}

TEST_CASE("only objects are signed, and only by Ed25519 keys") {
    json list = json::array();
    CHECK_FALSE(add_proof(list, key(), kMethod, kCreated));
    json document = note();
    CHECK_FALSE(add_proof(document, PrivateKey::generate(KeyKind::Rsa), kMethod, kCreated));
    CHECK_FALSE(document.contains("proof"));
    document["count"] = 9007199254740993;
    CHECK_FALSE(add_proof(document, key(), kMethod, kCreated));
    json again = signed_note();
    again["content"] = "Edited";
    REQUIRE(add_proof(again, key(), kMethod, kCreated));
    CHECK(judged(again) == "valid");
}

TEST_CASE("an identity statement links a did:key and an actor, and no other") {
    const std::string actor = "https://a.example/users/ann";
    const json statement = identity_statement(key(), actor, kCreated);
    CHECK(check_identity_statement(statement, actor).value() == did_key(key().public_key()));
    CHECK_FALSE(check_identity_statement(statement, "https://a.example/users/eve"));
    json other = statement;
    other["alsoKnownAs"] = "https://a.example/users/eve";
    CHECK_FALSE(check_identity_statement(other, "https://a.example/users/eve"));
    json subject = statement;
    subject["subject"] = did_key(PrivateKey::generate(KeyKind::Ed25519).public_key());
    CHECK_FALSE(check_identity_statement(subject, actor));
    json method = statement;
    method["proof"]["verificationMethod"] = kMethod;
    CHECK_FALSE(check_identity_statement(method, actor));
    for (const char* member : {"type", "subject", "alsoKnownAs", "proof"}) {
        json missing = statement;
        missing.erase(member);
        CHECK_FALSE(check_identity_statement(missing, actor));
    }
    CHECK_FALSE(check_identity_statement("text", actor));
    CHECK_THROWS(identity_statement(PrivateKey::generate(KeyKind::Rsa), actor, kCreated));
}

TEST_CASE("integrity-proofs.json: every proof is judged as expected, with the published hashes") {
    const auto folder = tests::shared_data("federation/vectors");
    if (!folder) return;
    const auto vectors = read_json(tests::read_file(*folder / "integrity-proofs.json")).value();
    REQUIRE(vectors["proofs"].size() == 6);
    for (const auto& entry : vectors["proofs"]) {
        const auto name = entry["name"].get<std::string>();
        CAPTURE(name);
        const auto by = PublicKey::from_multibase(entry["public_key_multibase"].get<std::string>());
        REQUIRE(by);
        const bool valid = entry["expect"].get<std::string>().starts_with("valid");
        CHECK(judged(entry["signed"], *by) == (valid ? "valid" : "does not verify"));
        const auto claim = read_proof(entry["signed"]).value().value();
        if (entry.contains("proof_config_sha256")) {
            CHECK(
                to_hex(claim.hash).substr(0, 64) == entry["proof_config_sha256"].get<std::string>()
            );
            CHECK(to_hex(claim.hash).substr(64) == entry["document_sha256"].get<std::string>());
        }
        if (entry.contains("signature_hex"))
            CHECK(to_hex(claim.signature) == entry["signature_hex"].get<std::string>());
        if (entry.contains("published_test_secret_multibase")) {
            // Signing is deterministic: the same key, options and document give the published
            // value.
            const auto secret =
                from_base58(entry["published_test_secret_multibase"].get<std::string>().substr(1))
                    .value();
            const auto again = PrivateKey::from_seed(secret.substr(2)).value();
            json made = entry["unsigned"];
            const auto& proof = entry["signed"]["proof"];
            REQUIRE(add_proof(
                made,
                again,
                proof["verificationMethod"].get<std::string>(),
                parse_rfc3339(proof["created"].get<std::string>()).value()
            ));
            CHECK(made == entry["signed"]);
        }
        if (entry["signed"].contains("alsoKnownAs")) {
            CHECK(check_identity_statement(entry["signed"], "https://server.example/users/alice"));
        }
    }
}
