// SPDX-License-Identifier: Apache-2.0
// The shared vectors of both signature schemes.
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "federation/base/text.hpp"
#include "federation/signature_parts.hpp"
#include "tests/support/shared_data.hpp"

#include "federation/base/bytes.hpp"

using namespace outboard;
using namespace outboard::federation;

namespace {

std::optional<nlohmann::json> vectors(const std::string& file) {
    const auto folder = tests::shared_data("federation/vectors");
    if (!folder) return std::nullopt;
    return nlohmann::json::parse(tests::read_file(*folder / file));
}

std::string text(const nlohmann::json& object, const char* name) {
    return object.value(name, std::string());
}

Request request_of(const nlohmann::json& entry) {
    Request request{
        .method = text(entry, "method"),
        .target = text(entry, "target"),
        .body = text(entry, "body")
    };
    for (const auto& [name, value] : entry["headers"].items())
        request.headers.push_back({name, value.get<std::string>()});
    return request;
}

/// A message as it goes over the wire, with one line end.
Request parse_message(std::string_view message) {
    const auto end = message.find("\n\n");
    const auto lines = split(message.substr(0, end), '\n');
    const auto first = split(lines[0], ' ');
    Request request{.method = std::string(first[0]), .target = std::string(first[1])};
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const auto colon = lines[i].find(':');
        request.headers.push_back(
            {std::string(lines[i].substr(0, colon)), std::string(lines[i].substr(colon + 1))}
        );
    }
    request.body = message.substr(end + 2);
    return request;
}

}  // namespace

TEST_CASE("ap-http-signatures.json: every case is judged as expected") {
    const auto file = vectors("ap-http-signatures.json");
    if (!file) return;
    const SignaturePolicy policy{.own_authorities = {"b.example"}};
    CHECK((*file)["cases"].size() == 27);
    for (const auto& entry : (*file)["cases"]) {
        const auto name = text(entry, "name");
        CAPTURE(name);
        const Request request = request_of(entry);
        const Instant now = from_ms(entry["now"].get<std::int64_t>() * 1000);
        const auto claims = read_signatures(request, policy, now);
        bool accepted = false;
        std::string why;
        if (claims) {
            REQUIRE(claims->size() == 1);
            const auto& claim = claims->front();
            const auto key =
                PublicKey::from_pem(text((*file)["keys"].at(claim.key_id), "public_pem"));
            REQUIRE(key);
            const auto checked = check_signature(claim, *key);
            accepted = checked.has_value();
            if (!checked) why = checked.error().shown;
        } else {
            why = claims.error().shown;
        }
        CAPTURE(why);
        CHECK(accepted == text(entry, "expect").starts_with("valid"));
        if (accepted) {
            const auto& base =
                text(entry, entry.contains("signature_base") ? "signature_base" : "signing_string");
            CHECK((claims->front().base == base || claims->front().base_without_query == base));
        }
    }
}

TEST_CASE("rfc9421.json: bases are those of the RFC, and what we support verifies") {
    const auto file = vectors("rfc9421.json");
    if (!file) return;
    const Request request = parse_message(text(*file, "request"));
    int bases = 0;
    int verified = 0;
    for (const auto& entry : (*file)["cases"]) {
        const auto name = text(entry, "name");
        CAPTURE(name);
        const auto input = sf::parse_dictionary(text(entry, "signature_input"));
        const auto signature = sf::parse_dictionary(text(entry, "signature"));
        REQUIRE(input);
        REQUIRE(signature);
        CHECK(input->front().key == signature->front().key);
        const auto base = parts::signature_base(request, input->front(), "https", "example.com");
        if (text(entry, "message") == "response") {
            CHECK_FALSE(base);  // @status is of responses, which nobody here signs
            continue;
        }
        REQUIRE(base);
        CHECK(*base == text(entry, "signature_base"));
        ++bases;
        const auto& key_entry = (*file)["keys"].at(text(entry, "keyid"));
        const auto alg = text(entry, "alg");
        if (alg == "ed25519" || alg == "rsa-v1_5-sha256") {
            const auto key = PublicKey::from_pem(text(key_entry, "public_pem"));
            REQUIRE(key);
            CHECK(key->verify(*base, signature->front().items.front().value.text));
            ++verified;
        } else if (key_entry.contains("public_pem")) {
            // An RSA key is read, but never takes a PSS signature for one of ours; P-256 is no key
            // of ours at all.
            const auto key = PublicKey::from_pem(text(key_entry, "public_pem"));
            if (key) CHECK_FALSE(key->verify(*base, signature->front().items.front().value.text));
        }
        // The same signature with its algorithm named is refused by that name.
        Request named = request;
        named.headers.push_back(
            {"Signature-Input", text(entry, "signature_input") + ";alg=\"" + alg + "\""}
        );
        named.headers.push_back({"Signature", text(entry, "signature")});
        const SignaturePolicy policy{.own_authorities = {"example.com"}};
        const auto judged = read_signatures(named, policy, from_ms(1618884473000));
        REQUIRE_FALSE(judged);
        if (alg != "ed25519")
            CHECK(judged.error().shown == "Signature: algorithm is not supported");
    }
    CHECK(bases == 5);
    CHECK(verified == 1);
    CHECK(PublicKey::from_pem(text((*file)["keys"]["test-key-rsa"], "public_pem_pkcs1")));
    CHECK_FALSE(PublicKey::from_pem(text((*file)["keys"]["test-key-ecc-p256"], "public_pem")));
}

TEST_CASE("cavage-appendix-c.json: the signing strings, and the 1,024-bit key is refused") {
    const auto file = vectors("cavage-appendix-c.json");
    if (!file) return;
    const Request request = request_of((*file)["request"]);
    CHECK((*file)["cases"].size() == 3);
    for (const auto& entry : (*file)["cases"]) {
        const auto covered = entry["headers"].get<std::vector<std::string>>();
        const auto base = parts::signing_string(request, request.target, covered, {}, {});
        REQUIRE(base);
        CHECK(*base == text(entry, "signing_string"));
    }
    CHECK(parts::check_digest(request));
    const auto key = PublicKey::from_pem(text(*file, "public_key_pem"));
    REQUIRE_FALSE(key);
    CHECK(key.error().shown == "Public key: RSA under 2,048 bits");
}
