// SPDX-License-Identifier: Apache-2.0
// The cases of RFC 9421 signatures that a request alone decides.
#include <doctest/doctest.h>

#include "tests/federation/signing.hpp"

using namespace outboard;
using namespace outboard::federation;
using namespace outboard::tests;

namespace {

const std::string kTimes = R"(;created=1795323600;keyid="https://a.example/users/ann#main-key")";

/// Judges a delivery signed over `components` with `parameters`.
std::string judged(const std::string& components, const std::string& parameters = kTimes) {
    return verdict(sign_rfc9421(post(), "(" + components + ")" + parameters));
}

const std::string kUsual = R"("@method" "@target-uri" "content-digest")";

}  // namespace

TEST_CASE("RFC 9421: every way to cover the target") {
    CHECK(judged(kUsual) == "accepted");
    CHECK(judged(R"("@method" "@authority" "@path" "content-digest")") == "accepted");
    CHECK(judged(R"("@method" "@authority" "@request-target" "content-digest")") == "accepted");
    CHECK(
        judged(R"("@method" "@scheme" "@target-uri" "@query" "content-type" "content-digest")") ==
        "accepted"
    );
    CHECK(judged(R"("@method" "@path" "content-digest")") == "401 the target is not covered");
    CHECK(judged(R"("@method" "@authority" "content-digest")") == "401 the target is not covered");
    CHECK(judged(R"("@target-uri" "content-digest")") == "401 @method is not covered");
    CHECK(judged(R"("@method" "@target-uri")") == "401 content-digest is not covered");
    const Request fetch = get("/users/bob/outbox?page=true");
    CHECK(
        verdict(sign_rfc9421(fetch, R"(("@method" "@authority" "@path" "@query"))" + kTimes)) ==
        "accepted"
    );
    CHECK(
        verdict(sign_rfc9421(fetch, R"(("@method" "@authority" "@path"))" + kTimes)) ==
        "401 the target is not covered"
    );
    CHECK(
        verdict(
            sign_rfc9421(fetch, R"(("@method" "@target-uri" "@query-param";name="page"))" + kTimes)
        ) == "accepted"
    );
}

TEST_CASE("RFC 9421: another target, method or body than was signed") {
    Request moved = sign_rfc9421(post("/inbox"));
    moved.target = "/users/ann/inbox";
    CHECK(verdict(moved) == "401 does not verify");
    Request method = sign_rfc9421(post());
    method.method = "PUT";
    CHECK(verdict(method) == "401 does not verify");
    Request body = sign_rfc9421(post());
    body.body += " ";
    CHECK(verdict(body) == "401 Content-Digest does not match the body");
}

TEST_CASE("RFC 9421: times") {
    const std::string key = ";keyid=\"" + kKeyId + "\"";
    CHECK(judged(kUsual, key) == "401 no created parameter");
    CHECK(judged(kUsual, key + ";created=1795273200") == "401 too old");
    CHECK(judged(kUsual, key + ";created=1795330800") == "401 from the future");
    CHECK(
        judged(kUsual, key + ";created=\"1795323600\"") == "401 created is not a time in seconds"
    );
    CHECK(judged(kUsual, key + ";created=-5") == "401 created is not a time in seconds");
    CHECK(
        judged(kUsual, key + ";created=1795323600;expires=1795323599") ==
        "401 expires before it was created"
    );
    CHECK(judged(kUsual, key + ";created=1795323500;expires=1795323599") == "401 expired");
    CHECK(judged(kUsual, key + ";created=1795323500;expires=1795323600") == "accepted");
}

TEST_CASE("RFC 9421: the key id") {
    CHECK(judged(kUsual, ";created=1795323600") == "401 no keyid parameter");
    CHECK(judged(kUsual, ";created=1795323600;keyid=\"\"") == "401 no keyid parameter");
    CHECK(judged(kUsual, ";created=1795323600;keyid=token") == "400 keyid is not a string");
    CHECK(
        judged(kUsual, ";created=1795323600;keyid=\"" + std::string(3000, 'a') + "\"") ==
        "401 keyid is too long"
    );
    CHECK(
        judged(kUsual, ";created=1795323600;keyid=\"" + std::string(65'536, 'a') + "\"") ==
        "400 the header is too long"
    );
}

TEST_CASE("SIG61 SIG62: nothing covered, and labels without partner") {
    CHECK(judged("") == "401 @method is not covered");
    Request no_signature = sign_rfc9421(post());
    remove(no_signature, "Signature");
    CHECK(verdict(no_signature) == "401 a label has no partner");
    Request no_input = sign_rfc9421(post());
    remove(no_input, "Signature-Input");
    CHECK(verdict(no_input) == "401 Signature without Signature-Input");
    Request other = sign_rfc9421(post());
    set(other, "Signature-Input", "sig2=" + kUsualInput);
    CHECK(verdict(other) == "401 a label has no partner");
    Request more = sign_rfc9421(post());
    set(more, "Signature", value(more, "Signature") + ", sig2=:AAAA:");
    CHECK(verdict(more) == "401 a label has no partner");
    Request empty = sign_rfc9421(post());
    set(empty, "Signature-Input", "");
    CHECK(verdict(empty) == "401 Signature-Input is empty");
}

TEST_CASE("SIG52 for RFC 9421: nothing stands twice") {
    Request twice = sign_rfc9421(post());
    set(twice, "Signature-Input", "sig1=" + kUsualInput + ", sig1=" + kUsualInput);
    CHECK(verdict(twice) == "400 malformed Signature-Input or Signature");
    CHECK(
        judged(kUsual, kTimes + ";keyid=\"https://evil.example/\"") ==
        "400 malformed Signature-Input or Signature"
    );
    CHECK(judged(kUsual + R"( "@method")") == "401 a component is covered twice");
    CHECK(judged(kUsual + R"( "x-absent")") == "401 a covered header is absent");
    Request two_hosts = sign_rfc9421(post());
    two_hosts.headers.push_back({"Host", "b.example"});
    CHECK(verdict(two_hosts) == "400 two Host headers");
}

TEST_CASE("SIG54 for RFC 9421: byte sequences are strict") {
    const Request good = sign_rfc9421(post());
    const std::string text = value(good, "Signature");
    for (const std::string& wrong :
         {text.substr(0, text.size() - 1),
          "sig1=" + text.substr(6),
          "sig1=\"" + text.substr(6) + "\"",
          text.substr(0, 20) + " " + text.substr(20)}) {
        CAPTURE(wrong);
        Request request = good;
        set(request, "Signature", wrong);
        const std::string judgement = verdict(request);
        CHECK((judgement.starts_with("401 ") || judgement.starts_with("400 ")));
    }
}

TEST_CASE("SIG63: the named algorithm must be the key's") {
    CHECK(judged(kUsual, kTimes + ";alg=\"rsa-v1_5-sha256\"") == "accepted");
    CHECK(judged(kUsual, kTimes + ";alg=\"ed25519\"") == "401 algorithm does not fit the key");
    const std::string ed_times = ";created=1795323600;keyid=\"" + kEdKeyId + "\"";
    CHECK(verdict(sign_rfc9421(post(), "(" + kUsual + ")" + ed_times, ed_key())) == "accepted");
    CHECK(
        verdict(sign_rfc9421(post(), "(" + kUsual + ")" + ed_times + ";alg=\"ed25519\"", ed_key())
        ) == "accepted"
    );
    CHECK(
        verdict(sign_rfc9421(
            post(), "(" + kUsual + ")" + ed_times + ";alg=\"rsa-v1_5-sha256\"", ed_key()
        )) == "401 algorithm does not fit the key"
    );
    for (const char* name : {"rsa-pss-sha512", "ecdsa-p256-sha256", "hmac-sha256", "none", ""}) {
        CAPTURE(name);
        CHECK(judged(kUsual, kTimes + ";alg=\"" + name + "\"") == "401 algorithm is not supported");
    }
    CHECK(judged(kUsual, kTimes + ";alg=ed25519") == "400 alg is not a string");
}

TEST_CASE("SIG64: signed for another node or scheme") {
    Request other = post();
    set(other, "Host", "c.example");
    CHECK(verdict(sign_rfc9421(other)) == "401 made for another host");
    // The honest Host header here, the signature made there.
    Request replayed = post();
    const auto input = sf::parse_dictionary("x=" + kUsualInput)->front();
    const auto there = parts::signature_base(replayed, input, "https", "c.example").value();
    const auto plain = parts::signature_base(replayed, input, "http", "b.example").value();
    for (const auto& base : {there, plain}) {
        set(replayed, "Signature-Input", "sig1=" + kUsualInput);
        set(replayed, "Signature", "sig1=:" + to_base64(rsa_key().sign(base)) + ":");
        CHECK(verdict(replayed) == "401 does not verify");
    }
}

TEST_CASE("SIG65: component parameters that we do not do are refused, not ignored") {
    for (const char* parameter :
         {";req", ";bs", ";sf", ";tr", ";key=\"sha-256\"", ";name=\"x\"", ";unknown=1"}) {
        CAPTURE(parameter);
        CHECK(
            judged(R"("@method" "@target-uri" "content-digest")" + std::string(parameter)) ==
            "401 a component parameter is not supported"
        );
        CHECK(
            judged(
                R"("@method")" + std::string(parameter) + R"( "@target-uri" "content-digest")"
            ) == "401 a component parameter is not supported"
        );
    }
    CHECK(judged(kUsual + R"( "@status")") == "401 a derived component is not supported");
    CHECK(judged(kUsual + R"( "@query-param")") == "401 @query-param without a name");
    CHECK(judged(kUsual + R"( "Date")") == "401 a component name is not lower case");
    CHECK(judged(kUsual + " date") == "401 a component is not a string");
}

TEST_CASE("@query-param takes the one parameter of that name, encoded as the RFC says") {
    const auto base_of = [](const std::string& target, const std::string& name) {
        const auto input =
            sf::parse_dictionary("x=(\"@query-param\";name=\"" + name + "\")")->front();
        return parts::signature_base(get(target), input, "https", "b.example");
    };
    CHECK(base_of("/x?a=1&b=two+words&c", "b")
              ->starts_with("\"@query-param\";name=\"b\": two%20words\n"));
    CHECK(base_of("/x?a=1&c", "c")->starts_with("\"@query-param\";name=\"c\": \n"));
    CHECK(base_of("/x?fa%C3%A7ade=%22~*", "fa%C3%A7ade")
              ->starts_with("\"@query-param\";name=\"fa%C3%A7ade\": %22%7E*\n"));
    CHECK_FALSE(base_of("/x?a=1&a=2", "a"));
    CHECK_FALSE(base_of("/x?a=1", "b"));
    CHECK_FALSE(base_of("/x", "b"));
}

TEST_CASE("SIG66: each label is judged on its own, and all claims are handed on") {
    Request two = post();
    const std::string evil =
        R"(("@method" "@target-uri" "content-digest");created=1795323600;keyid="https://evil.example/#key")";
    set(two, "Signature-Input", "evil=" + evil + ", sig1=" + kUsualInput);
    set(two,
        "Signature",
        "sig1=" + rfc9421_signature(two, kUsualInput) +
            ", evil=" + rfc9421_signature(two, evil, ed_key()));
    const auto claims = read_signatures(two, policy(), kNow);
    REQUIRE(claims);
    REQUIRE(claims->size() == 2);
    CHECK(claims->at(0).key_id == "https://evil.example/#key");
    CHECK(claims->at(1).key_id == kKeyId);
    CHECK_FALSE(check_signature(claims->at(0), rsa_key().public_key()));
    CHECK(check_signature(claims->at(1), rsa_key().public_key()));
    // A label that covers too little does not spoil the good one, nor count itself.
    const std::string weak =
        R"(("@method");created=1795323600;keyid="https://a.example/users/ann#main-key")";
    set(two, "Signature-Input", "weak=" + weak + ", sig1=" + kUsualInput);
    set(two,
        "Signature",
        "weak=" + rfc9421_signature(two, weak) + ", sig1=" + rfc9421_signature(two, kUsualInput));
    CHECK(read_signatures(two, policy(), kNow)->size() == 1);
    std::string inputs, signatures;
    for (int i = 0; i < 9; ++i) {
        inputs += (i > 0 ? ", l" : "l") + std::to_string(i) + "=" + weak;
        signatures += (i > 0 ? ", l" : "l") + std::to_string(i) + "=:AAAA:";
    }
    set(two, "Signature-Input", inputs);
    set(two, "Signature", signatures);
    CHECK(verdict(two) == "400 too many labels");
}

TEST_CASE("SIG67: the nonce is handed on for whoever remembers") {
    const auto claims = read_signatures(
        sign_rfc9421(post(), kUsualInput + ";nonce=\"n1\";tag=\"t\""), policy(), kNow
    );
    REQUIRE(claims);
    CHECK(claims->front().nonce == "n1");
    CHECK(judged(kUsual, kTimes + ";nonce=5") == "400 nonce is not a string");
    CHECK_FALSE(read_signatures(sign_rfc9421(post()), policy(), kNow)->front().nonce);
}

TEST_CASE("SIG68: the newer style decides when both are there") {
    Request both = sign_rfc9421(post());
    both.headers.push_back({"Signature", cavage_value(post())});
    CHECK(verdict(both) == "accepted");
    CHECK(read_signatures(both, policy(), kNow)->front().scheme == SignatureScheme::Rfc9421);

    Request broken = post();
    set(broken, "Signature-Input", "sig1=" + kUsualInput);
    broken.headers.push_back({"Signature", "sig1=" + rfc9421_signature(post("/other"), kUsualInput)}
    );
    broken.headers.push_back({"Signature", cavage_value(post())});
    CHECK(verdict(broken) == "401 does not verify");

    Request too_little = post();
    const std::string weak = "(\"@method\")" + kTimes;
    set(too_little, "Signature-Input", "sig1=" + weak);
    too_little.headers.push_back({"Signature", "sig1=" + rfc9421_signature(too_little, weak)});
    too_little.headers.push_back({"Signature", cavage_value(post())});
    CHECK(verdict(too_little) == "401 the target is not covered");

    Request malformed = post();
    set(malformed, "Signature-Input", "sig1=(");
    malformed.headers.push_back({"Signature", cavage_value(post())});
    CHECK(verdict(malformed) == "400 malformed Signature-Input or Signature");
}

TEST_CASE("S13: only an algorithm we do not have lets the older signature speak") {
    const std::string pss = kUsualInput + ";alg=\"rsa-pss-sha512\"";
    Request both = post();
    set(both, "Signature-Input", "sig1=" + pss);
    both.headers.push_back({"Signature", "sig1=" + rfc9421_signature(both, pss)});
    both.headers.push_back({"Signature", cavage_value(post())});
    CHECK(verdict(both) == "accepted");
    CHECK(read_signatures(both, policy(), kNow)->front().scheme == SignatureScheme::DraftCavage);
    // With a second label of ours that fails there is no way back.
    set(both, "Signature-Input", "sig1=" + pss + ", sig2=(\"@method\")" + kTimes);
    remove(both, "Signature");
    both.headers.push_back({"Signature", "sig1=:AAAA:, sig2=:AAAA:"});
    both.headers.push_back({"Signature", cavage_value(post())});
    CHECK(verdict(both) == "401 the target is not covered");
}

TEST_CASE("SIG69: Content-Digest needs one value we know, and every such value right") {
    const auto digested = [](const std::string& digest) {
        Request request = post();
        set(request, "Content-Digest", digest);
        return verdict(sign_rfc9421(request));
    };
    const std::string right = content_digest_of(kBody);
    const std::string right512 = "sha-512=:" + to_base64(sha512(kBody)) + ":";
    CHECK(digested("id-sha-9=:AAAA:, " + right) == "accepted");
    CHECK(digested(right512) == "accepted");
    CHECK(digested(right + ", " + right512) == "accepted");
    CHECK(digested("id-sha-9=:AAAA:") == "401 Content-Digest without sha-256 or sha-512");
    CHECK(digested("md5=:AAAA:") == "401 Content-Digest without sha-256 or sha-512");
    CHECK(digested(right512 + ", sha-256=:AAAA:") == "401 Content-Digest does not match the body");
    CHECK(digested(right + ", " + right) == "401 malformed Content-Digest header");
    CHECK(digested("sha-256=\"x\"") == "401 malformed Content-Digest header");
    CHECK(digested("sha-256=" + to_base64(sha256(kBody))) == "401 malformed Content-Digest header");
    Request none = post();
    remove(none, "Content-Digest");
    CHECK(verdict(sign_rfc9421(none)) == "401 no Content-Digest header");
}
