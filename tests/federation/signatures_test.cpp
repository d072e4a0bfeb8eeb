// SPDX-License-Identifier: Apache-2.0
#include "federation/signatures.hpp"

#include <doctest/doctest.h>

#include "tests/federation/signing.hpp"

using namespace outboard;
using namespace outboard::federation;
using namespace outboard::tests;

TEST_CASE("what we sign is accepted by what we check") {
    for (const auto scheme : {SignatureScheme::DraftCavage, SignatureScheme::Rfc9421}) {
        for (const auto& signer : {rsa_signer(), ed_signer()}) {
            Request delivery{
                .method = "POST",
                .target = "/inbox?x=1",
                .headers = {{"content-type", "text/plain"}},
                .body = kBody
            };
            sign(delivery, signer, scheme, "https", "b.example", kNow);
            CHECK(verdict(delivery) == "accepted");
            CHECK(value(delivery, "host") == "b.example");
            CHECK(value(delivery, "date") == "Sun, 22 Nov 2026 05:00:00 GMT");

            Request fetch{.method = "GET", .target = "/users/bob/outbox?page=true"};
            sign(fetch, signer, scheme, "https", "b.example", kNow);
            CHECK(verdict(fetch) == "accepted");
            fetch.target = "/users/bob/outbox?page=false";
            CHECK(verdict(fetch) == "401 does not verify");

            const auto claim = read_signatures(delivery, policy(), kNow).value().front();
            CHECK(claim.scheme == scheme);
            CHECK(claim.key_id == signer.key_id);
            CHECK(claim.created == kNow);
            delivery.body += " ";
            CHECK(verdict(delivery).starts_with("401 "));
        }
    }
}

TEST_CASE("we sign deliveries and fetches as every peer understands (S1)") {
    Request delivery = post();
    sign(delivery, rsa_signer(), SignatureScheme::DraftCavage, "https", "b.example", kNow);
    CHECK(value(delivery, "digest") == digest_of(kBody));
    CHECK(value(delivery, "content-digest").empty());
    CHECK(value(delivery, "signature")
              .starts_with(
                  "keyId=\"" + kKeyId +
                  "\",algorithm=\"rsa-sha256\",headers=\"(request-target) host date digest "
                  "content-type\",signature=\""
              ));
    Request fetch = get();
    sign(fetch, rsa_signer(), SignatureScheme::DraftCavage, "https", "b.example", kNow);
    CHECK(
        value(fetch, "signature").find("headers=\"(request-target) host date\"") !=
        std::string::npos
    );
    CHECK(value(fetch, "digest").empty());

    sign(delivery, rsa_signer(), SignatureScheme::Rfc9421, "https", "b.example", kNow);
    CHECK(value(delivery, "digest").empty());
    CHECK(value(delivery, "content-digest") == content_digest_of(kBody));
    CHECK(value(delivery, "signature-input") == "sig1=" + kUsualInput + ";alg=\"rsa-v1_5-sha256\"");
    CHECK(value(delivery, "signature").starts_with("sig1=:"));
}

TEST_CASE("signing again replaces the earlier signature") {
    Request delivery = post();
    sign(
        delivery,
        rsa_signer(),
        SignatureScheme::DraftCavage,
        "https",
        "b.example",
        kNow - std::chrono::hours(30)
    );
    sign(
        delivery,
        rsa_signer(),
        SignatureScheme::Rfc9421,
        "https",
        "b.example",
        kNow - std::chrono::hours(20)
    );
    sign(delivery, ed_signer(), SignatureScheme::DraftCavage, "https", "b.example", kNow);
    CHECK(delivery.values("signature").size() == 1);
    CHECK(delivery.values("signature-input").empty());
    CHECK(delivery.values("date").size() == 1);
    CHECK(verdict(delivery) == "accepted");
}

TEST_CASE("a key id that could break out of the header is our own mistake") {
    Request delivery = post();
    const Signer broken{"https://a.example/\",algorithm=\"none", rsa_key()};
    CHECK_THROWS(sign(delivery, broken, SignatureScheme::DraftCavage, "https", "b.example", kNow));
}

TEST_CASE("header values are found in any case, trimmed, and joined") {
    const Request request{.headers = {{"X-A", " 1\t"}, {"x-a", "2"}, {"X-B", ""}}};
    CHECK(request.values("x-A") == std::vector<std::string_view>{"1", "2"});
    CHECK(request.joined("X-a") == "1, 2");
    CHECK(request.joined("x-b") == "");
    CHECK_FALSE(request.joined("x-c"));
}

TEST_CASE("signatures that peers really send are accepted") {
    CHECK(verdict(sign_cavage(post())) == "accepted");
    CHECK(verdict(sign_cavage(post(), {.algorithm = "hs2019"})) == "accepted");
    CHECK(verdict(sign_cavage(post(), {.algorithm = "RSA-SHA256"})) == "accepted");
    CHECK(verdict(sign_cavage(post(), {.algorithm = {}})) == "accepted");
    CHECK(
        verdict(sign_cavage(
            post(), {.covered = {"digest", "content-type", "date", "host", "(request-target)"}}
        )) == "accepted"
    );
    CHECK(
        verdict(sign_cavage(get(), {.covered = {"(request-target)", "host", "date"}})) == "accepted"
    );
    CHECK(
        verdict(sign_cavage(post(), {.algorithm = "ed25519", .key_id = kEdKeyId}, ed_key())) ==
        "accepted"
    );
    CHECK(
        verdict(sign_cavage(post(), {.algorithm = "hs2019", .key_id = kEdKeyId}, ed_key())) ==
        "accepted"
    );
    const std::vector<std::string> created = {
        "(request-target)", "(created)", "(expires)", "host", "digest"
    };
    CHECK(
        verdict(sign_cavage(
            post(),
            {.covered = created, .algorithm = "hs2019", .created = 1795323600, .expires = 1795323900
            }
        )) == "accepted"
    );
    Request by_authorization = post();
    set(by_authorization, "Authorization", "Signature " + cavage_value(by_authorization));
    CHECK(verdict(by_authorization) == "accepted");
    CHECK(verdict(sign_rfc9421(post())) == "accepted");
    CHECK(
        verdict(sign_rfc9421(
            get(),
            R"(("@target-uri" "@method");keyid="https://a.example/users/ann#main-key";created=1795323600)"
        )) == "accepted"
    );
}

TEST_CASE("our own name may be spelled with case and default port") {
    Request request = post();
    set(request, "Host", "B.Example:443");
    CHECK(verdict(sign_cavage(request)) == "accepted");
    CHECK(verdict(sign_rfc9421(request)) == "accepted");
    set(request, "Host", "b.example:8443");
    CHECK(verdict(sign_cavage(request)) == "401 made for another host");
    SignaturePolicy plain{
        .own_authorities = {"127.0.0.1:9101", "b.example:80"}, .own_scheme = "http"
    };
    set(request, "Host", "127.0.0.1:9101");
    CHECK(verdict(sign_cavage(request), plain) == "accepted");
    set(request, "Host", "b.example");
    CHECK(verdict(sign_cavage(request), plain) == "accepted");
}

TEST_CASE("the limits of time hold at their edge") {
    const Request request = sign_cavage(post());
    using std::chrono::hours, std::chrono::seconds;
    CHECK(verdict(request, policy(), kNow + hours(12)) == "accepted");
    CHECK(verdict(request, policy(), kNow + hours(12) + seconds(1)) == "401 too old");
    CHECK(verdict(request, policy(), kNow - hours(1)) == "accepted");
    CHECK(verdict(request, policy(), kNow - hours(1) - seconds(1)) == "401 from the future");
    SignaturePolicy tight = policy();
    tight.max_age = std::chrono::minutes(5);
    CHECK(verdict(request, tight, kNow + std::chrono::minutes(6)) == "401 too old");
}

TEST_CASE("S5: a GET signed without its query is checked second, a POST never") {
    Request signed_without = get("/users/bob/outbox");
    signed_without = sign_cavage(signed_without, {.covered = {"(request-target)", "host", "date"}});
    signed_without.target = "/users/bob/outbox?page=true";
    CHECK(verdict(signed_without) == "accepted");
    Request delivery = sign_cavage(post("/inbox"));
    delivery.target = "/inbox?x=1";
    CHECK(verdict(delivery) == "401 does not verify");
}

TEST_CASE("the published Ed25519 example of RFC 9421 B.2.6 verifies") {
    const Request request{
        .method = "POST",
        .target = "/foo?param=Value&Pet=dog",
        .headers =
            {{"Host", "example.com"},
             {"Date", "Tue, 20 Apr 2021 02:07:55 GMT"},
             {"Content-Type", "application/json"},
             {"Content-Length", "18"}},
        .body = "{\"hello\": \"world\"}"
    };
    const auto input = sf::parse_dictionary(
        "sig-b26=(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" "
        "\"content-length\");created=1618884473;"
        "keyid=\"test-key-ed25519\""
    );
    const auto base = parts::signature_base(request, input->front(), "https", "example.com");
    REQUIRE(base);
    const auto key = PublicKey::from_pem(
        "-----BEGIN PUBLIC "
        "KEY-----\nMCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n-----END PUBLIC "
        "KEY-----"
    );
    const auto signature = from_base64(
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    );
    REQUIRE(key);
    CHECK(key->verify(*base, *signature));
}
