// SPDX-License-Identifier: Apache-2.0
#include "federation/keys.hpp"

#include <doctest/doctest.h>
#include <chrono>
#include <nlohmann/json.hpp>

#include "federation/base/bytes.hpp"
#include "federation/der.hpp"
#include "tests/support/shared_data.hpp"

using namespace outboard;
using namespace outboard::federation;

namespace {

std::string pem(std::string_view label, std::string_view der) {
    return "-----BEGIN " + std::string(label) + "-----\n" + to_base64(der) + "\n-----END " +
           std::string(label) + "-----\n";
}

std::string number(std::size_t bits, unsigned char last = 0x01) {
    std::string out((bits + 7) / 8, '\x5A');
    out[0] = static_cast<char>(1U << ((bits - 1) % 8));
    out.back() = static_cast<char>(last);
    return out;
}

std::string integer(std::string number) {
    if ((static_cast<unsigned char>(number[0]) & 0x80U) != 0) number.insert(number.begin(), '\0');
    return der::put(der::kInteger, number);
}

std::string rsa_pem(const std::string& modulus, const std::string& exponent) {
    return pem("RSA PUBLIC KEY", der::put(der::kSequence, integer(modulus) + integer(exponent)));
}

std::string refusal(std::string_view text) {
    const auto key = PublicKey::from_pem(text);
    return key ? "" : key.error().shown;
}

const std::string kF4("\x01\x00\x01", 3);

std::string ed25519_pem(const std::string& point) {
    const std::string algorithm = der::put(der::kSequence, der::put(der::kOid, "\x2B\x65\x70"));
    return pem(
        "PUBLIC KEY",
        der::put(
            der::kSequence, algorithm + der::put(der::kBitString, std::string(1, '\0') + point)
        )
    );
}

}  // namespace

TEST_CASE("keys sign, verify, and survive every form they are written in") {
    for (const auto kind : {KeyKind::Rsa, KeyKind::Ed25519}) {
        const PrivateKey key = PrivateKey::generate(kind);
        const PublicKey half = key.public_key();
        const std::string signature = key.sign("message");
        CHECK(half.kind() == kind);
        CHECK(signature.size() == (kind == KeyKind::Rsa ? 256 : 64));
        CHECK(half.verify("message", signature));
        CHECK_FALSE(half.verify("messagf", signature));
        CHECK_FALSE(half.verify("message", signature.substr(1)));
        CHECK_FALSE(half.verify("message", signature + "x"));
        CHECK_FALSE(half.verify("message", ""));
        CHECK_FALSE(PrivateKey::generate(kind).public_key().verify("message", signature));

        const auto by_pem = PublicKey::from_pem(half.to_pem());
        const auto by_multibase = PublicKey::from_multibase(half.to_multibase());
        const auto by_der = PrivateKey::from_der(key.to_der());
        REQUIRE(by_pem);
        REQUIRE(by_multibase);
        REQUIRE(by_der);
        CHECK(by_pem->verify("message", signature));
        CHECK(by_multibase->verify("message", signature));
        CHECK(by_multibase->to_pem() == half.to_pem());
        CHECK(half.verify("again", by_der->sign("again")));
        CHECK(by_der->kind() == kind);
        CHECK_FALSE(PrivateKey::from_der(key.to_der() + "x"));
        CHECK_FALSE(PrivateKey::from_der("nonsense"));
    }
}

TEST_CASE("an Ed25519 key is its seed: RFC 8032 test 1") {
    const auto seed =
        from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").value();
    const auto key = PrivateKey::from_seed(seed).value();
    CHECK(key.seed() == seed);
    CHECK(
        to_hex(key.sign("")) ==
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701c"
        "f9b46b"
        "d25bf5f0595bbe24655141438e7a100b"
    );
    CHECK(did_key(key.public_key()).starts_with("did:key:z6Mk"));
    CHECK_FALSE(PrivateKey::from_seed("short"));
    CHECK_THROWS(PrivateKey::generate(KeyKind::Rsa).seed());
}

TEST_CASE("PEM is read with the line ends and padding peers use") {
    const std::string text = PrivateKey::generate(KeyKind::Rsa).public_key().to_pem();
    std::string windows, single;
    for (const char c : text) {
        windows += c == '\n' ? "\r\n" : std::string(1, c);
        if (c != '\n') single += c;
    }
    CHECK(PublicKey::from_pem(windows));
    CHECK(PublicKey::from_pem(single));
    CHECK(PublicKey::from_pem("\n" + text + "\n\n"));
    CHECK(PublicKey::from_pem(text.substr(0, text.size() - 1)));
}

TEST_CASE("SIG35: weak RSA keys are refused by the reason") {
    CHECK(refusal(rsa_pem(number(512), kF4)) == "Public key: RSA under 2,048 bits");
    CHECK(refusal(rsa_pem(number(1024), kF4)) == "Public key: RSA under 2,048 bits");
    CHECK(refusal(rsa_pem(number(2047), kF4)) == "Public key: RSA under 2,048 bits");
    CHECK(refusal(rsa_pem(number(2048), kF4)).empty());
    CHECK(refusal(rsa_pem(number(8192), kF4)).empty());
    CHECK(
        refusal(rsa_pem(number(2048), "\x01")) == "Public key: RSA exponent under 65,537 or even"
    );
    CHECK(
        refusal(rsa_pem(number(2048), "\x03")) == "Public key: RSA exponent under 65,537 or even"
    );
    CHECK(
        refusal(rsa_pem(number(2048), "\xFF\xFF")) ==
        "Public key: RSA exponent under 65,537 or even"
    );
    CHECK(
        refusal(rsa_pem(number(2048), std::string("\x01\x00\x02", 3))) ==
        "Public key: RSA exponent under 65,537 or even"
    );
    CHECK(refusal(rsa_pem(number(2048), number(65))) == "Public key: RSA exponent too large");
    CHECK(refusal(rsa_pem(number(2048, 0x02), kF4)) == "Public key: RSA modulus is even");
}

TEST_CASE("SIG36: an RSA key of 65,536 bits is refused at once") {
    const auto start = std::chrono::steady_clock::now();
    CHECK(refusal(rsa_pem(number(65'536), kF4)) == "Public key: PEM is too long");
    CHECK(refusal(rsa_pem(number(32'768), kF4)) == "Public key: RSA over 8,192 bits");
    CHECK(refusal(rsa_pem(number(8193), kF4)) == "Public key: RSA over 8,192 bits");
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::milliseconds(10));
}

TEST_CASE("SIG38: Ed25519 keys of small order are refused, in every encoding") {
    for (const char* hex :
         {"0000000000000000000000000000000000000000000000000000000000000000",
          "0000000000000000000000000000000000000000000000000000000000000080",
          "0100000000000000000000000000000000000000000000000000000000000000",
          "0100000000000000000000000000000000000000000000000000000000000080",
          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
          "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
          "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
          "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
          "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
          "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"}) {
        CAPTURE(hex);
        const auto point = from_hex(hex).value();
        CHECK(refusal(ed25519_pem(point)).starts_with("Public key: Ed25519 point"));
        CHECK_FALSE(PublicKey::from_multibase("z" + to_base58("\xED\x01" + point)));
    }
}

TEST_CASE("SIG38: a signature with S above the group order is refused") {
    const auto key = PrivateKey::generate(KeyKind::Ed25519);
    std::string signature = key.sign("message");
    REQUIRE(key.public_key().verify("message", signature));
    const auto order =
        from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").value();
    unsigned carry = 0;
    for (std::size_t i = 0; i < 32; ++i) {
        carry +=
            static_cast<unsigned char>(signature[32 + i]) + static_cast<unsigned char>(order[i]);
        signature[32 + i] = static_cast<char>(carry & 0xFFU);
        carry >>= 8;
    }
    REQUIRE(carry == 0);
    CHECK_FALSE(key.public_key().verify("message", signature));
}

TEST_CASE("SIG40: anything but one public key is refused") {
    const auto key = PrivateKey::generate(KeyKind::Rsa);
    const std::string good = key.public_key().to_pem();
    for (const std::string& text :
         {std::string(),
          std::string("x"),
          good + good,
          good + "trailing",
          "leading" + good,
          pem("PRIVATE KEY", key.to_der()),
          good + pem("PRIVATE KEY", key.to_der()),
          pem("CERTIFICATE", "\x30\x03"),
          good + pem("CERTIFICATE", "\x30\x03"),
          pem("RSA PRIVATE KEY", "\x30\x03"),
          std::string("-----BEGIN PUBLIC KEY----------END PUBLIC KEY-----"),
          std::string("-----BEGIN PUBLIC KEY-----END PUBLIC KEY-----")}) {
        CAPTURE(text);
        CHECK(refusal(text).starts_with("Public key: "));
    }
    CHECK(refusal(pem("PUBLIC KEY", key.to_der())).starts_with("Public key: "));
    std::string headers = good;
    headers.insert(headers.find('\n') + 1, "Proc-Type: 4,ENCRYPTED\n");
    CHECK(refusal(headers) == "Public key: PEM body is not base64");
}

TEST_CASE("keys that are malformed inside are refused") {
    const std::string n = integer(number(2048));
    const std::string e = integer(kF4);
    for (const std::string& der :
         {der::put(der::kSequence, n),
          der::put(der::kSequence, n + e + e),
          der::put(der::kSequence, n + e) + "x",
          der::put(der::kSequence, der::put(der::kInteger, "\x80" + number(2048)) + e),
          der::put(
              der::kSequence, der::put(der::kInteger, std::string(2, '\0') + number(2048)) + e
          ),
          der::put(der::kSequence, der::put(der::kInteger, "") + e),
          std::string("\x30\x80\x00\x00", 4),
          std::string("\x30\x84\x00\x00\x00\x01\x00", 7),
          std::string("\x30\x81\x05", 3)}) {
        CHECK(refusal(pem("RSA PUBLIC KEY", der)) == "Public key: RSA key is malformed");
    }
    // P-256: a kind we do not take.
    CHECK(
        refusal("-----BEGIN PUBLIC KEY-----\n"
                "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf\n"
                "w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==\n"
                "-----END PUBLIC KEY-----") == "Public key: neither RSA nor Ed25519"
    );
}

TEST_CASE("multibase keys are read strictly") {
    const auto text = PrivateKey::generate(KeyKind::Ed25519).public_key().to_multibase();
    CHECK(PublicKey::from_multibase(text));
    CHECK_FALSE(PublicKey::from_multibase(""));
    CHECK_FALSE(PublicKey::from_multibase("z"));
    CHECK_FALSE(PublicKey::from_multibase(text.substr(1)));
    CHECK_FALSE(PublicKey::from_multibase("u" + text.substr(1)));
    CHECK_FALSE(PublicKey::from_multibase(text + "1"));
    CHECK_FALSE(PublicKey::from_multibase("z" + std::string(5000, '1')));
    CHECK_FALSE(PublicKey::from_multibase("z" + to_base58("\xEC\x01" + std::string(32, 'a'))));
}

TEST_CASE("FEP-521a: the shared Multikeys") {
    const auto folder = tests::shared_data("federation/vectors");
    if (!folder) return;
    const auto vectors = nlohmann::json::parse(tests::read_file(*folder / "integrity-proofs.json"));
    REQUIRE(vectors["multikeys"].size() == 2);
    for (const auto& entry : vectors["multikeys"]) {
        const auto text = entry["multikey"]["publicKeyMultibase"].get<std::string>();
        const auto key = PublicKey::from_multibase(text);
        REQUIRE(key);
        CHECK(key->to_multibase() == text);
        if (entry["alg"] == "rsa") {
            const auto der = from_hex(entry["pkcs1_der_hex"].get<std::string>()).value();
            CHECK(key->kind() == KeyKind::Rsa);
            CHECK(PublicKey::from_pem(pem("RSA PUBLIC KEY", der))->to_multibase() == text);
        } else {
            const auto point = from_hex(entry["raw_hex"].get<std::string>()).value();
            CHECK(key->kind() == KeyKind::Ed25519);
            CHECK(PublicKey::from_pem(ed25519_pem(point))->to_multibase() == text);
        }
    }
}
