// SPDX-License-Identifier: Apache-2.0
#include "federation/keys.hpp"

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <array>
#include <optional>
#include <stdexcept>

#include "federation/base/bytes.hpp"
#include "federation/base/text.hpp"
#include "federation/der.hpp"

namespace outboard::federation {
namespace {

constexpr std::size_t kPemBytes = 8192;        // an RSA key of 8,192 bits needs about 1,500
constexpr std::size_t kMultibaseChars = 2048;  // the same in base58: about 1,400
constexpr std::size_t kLeastBits = 2048, kMostBits = 8192;
constexpr std::size_t kMostExponentBits = 64;  // what OpenSSL takes for large moduli
constexpr std::size_t kEd25519Bytes = 32;

constexpr std::string_view kRsaOid =
    "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01";               // 1.2.840.113549.1.1.1
constexpr std::string_view kEd25519Oid = "\x2B\x65\x70";  // 1.3.101.112
constexpr std::string_view kEd25519Codec = "\xED\x01";    // multicodec, varint
constexpr std::string_view kRsaCodec = "\x85\x24";

using Shared = std::shared_ptr<evp_pkey_st>;

Shared own(EVP_PKEY* key, const char* what) {
    if (key == nullptr) throw std::runtime_error(std::string("OpenSSL: ") + what);
    return {key, &EVP_PKEY_free};
}

const unsigned char* raw(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

tl::unexpected<Error> bad_key(std::string why) {
    return fail(Code::Invalid, "Public key: " + std::move(why));
}

/// The y coordinates of the eight points of small order, as encoded without the sign bit. A
/// signature by one of them verifies for many messages.
bool has_small_order(std::string_view key) {
    static const std::array<std::string, 5> points = {
        std::string(kEd25519Bytes, '\0'),
        std::string(1, '\1') + std::string(kEd25519Bytes - 1, '\0'),
        from_hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05").value(),
        from_hex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a").value(),
        from_hex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f").value()
    };
    std::string unsigned_key(key);
    unsigned_key.back() = static_cast<char>(static_cast<unsigned char>(key.back()) & 0x7FU);
    for (const auto& point : points) {
        if (unsigned_key == point) return true;
    }
    return false;
}

/// Whether the y coordinate is below 2^255 - 19: every point has one encoding only.
bool is_canonical_point(std::string_view key) {
    if ((static_cast<unsigned char>(key.back()) & 0x7FU) != 0x7F) return true;
    for (std::size_t i = 1; i + 1 < key.size(); ++i) {
        if (static_cast<unsigned char>(key[i]) != 0xFF) return true;
    }
    return static_cast<unsigned char>(key[0]) < 0xED;
}

Result<Shared> read_ed25519(std::string_view key) {
    if (key.size() != kEd25519Bytes) return bad_key("an Ed25519 key has 32 bytes");
    if (!is_canonical_point(key)) return bad_key("Ed25519 point is not canonical");
    if (has_small_order(key)) return bad_key("Ed25519 point of small order");
    return own(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(key), key.size()), "Ed25519 key"
    );
}

/// `der` is an RSAPublicKey of PKCS#1.
Result<Shared> read_rsa(std::string_view der) {
    std::string_view outer = der;
    const auto sequence = der::take(outer, der::kSequence);
    if (!sequence || !outer.empty()) return bad_key("RSA key is malformed");
    std::string_view rest = *sequence;
    const auto modulus = der::take_unsigned(rest);
    const auto exponent = modulus ? der::take_unsigned(rest) : std::nullopt;
    if (!exponent || !rest.empty()) return bad_key("RSA key is malformed");
    const auto is_odd = [](std::string_view n) {
        return (static_cast<unsigned char>(n.back()) & 1U) != 0;
    };
    const std::size_t size = der::bits(*modulus);
    if (size < kLeastBits) return bad_key("RSA under 2,048 bits");
    if (size > kMostBits) return bad_key("RSA over 8,192 bits");
    if (!is_odd(*modulus)) return bad_key("RSA modulus is even");
    const std::size_t exponent_bits = der::bits(*exponent);
    if (exponent_bits < 17 || !is_odd(*exponent))
        return bad_key("RSA exponent under 65,537 or even");
    if (exponent_bits > kMostExponentBits) return bad_key("RSA exponent too large");
    const unsigned char* at = raw(der);
    EVP_PKEY* key = d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, static_cast<long>(der.size()));
    if (key == nullptr) return bad_key("RSA key is malformed");
    return own(key, "RSA key");
}

/// A SubjectPublicKeyInfo, judged before OpenSSL sees it: keys on curves with parameters of their
/// own cost arithmetic.
Result<Shared> read_spki(std::string_view der) {
    std::string_view outer = der;
    const auto info = der::take(outer, der::kSequence);
    if (!info || !outer.empty()) return bad_key("not a public key");
    std::string_view rest = *info;
    auto algorithm = der::take(rest, der::kSequence);
    const auto bits = algorithm ? der::take(rest, der::kBitString) : std::nullopt;
    if (!bits || !rest.empty() || !bits->starts_with('\0')) return bad_key("not a public key");
    const auto key = bits->substr(1);
    const auto oid = der::take(*algorithm, der::kOid);
    if (oid == kRsaOid) {
        const bool no_parameters =
            algorithm->empty() || *algorithm == std::string_view("\x05\x00", 2);
        if (!no_parameters) return bad_key("RSA key with parameters");
        return read_rsa(key);
    }
    if (oid == kEd25519Oid && algorithm->empty()) return read_ed25519(key);
    return bad_key("neither RSA nor Ed25519");
}

std::string rsa_der(const Shared& key) {
    unsigned char* out = nullptr;
    const int size = i2d_PublicKey(key.get(), &out);
    if (size <= 0) throw std::runtime_error("OpenSSL: RSA key does not encode");
    std::string der(reinterpret_cast<char*>(out), static_cast<std::size_t>(size));
    OPENSSL_free(out);
    return der;
}

std::string ed25519_bytes(const Shared& key) {
    std::string out(kEd25519Bytes, '\0');
    std::size_t size = out.size();
    if (EVP_PKEY_get_raw_public_key(
            key.get(), reinterpret_cast<unsigned char*>(out.data()), &size
        ) != 1) {
        throw std::runtime_error("OpenSSL: Ed25519 key does not encode");
    }
    return out;
}

struct Context {
    EVP_MD_CTX* value = EVP_MD_CTX_new();
    Context() = default;
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context() { EVP_MD_CTX_free(value); }
};

const EVP_MD* digest_of(KeyKind kind) { return kind == KeyKind::Rsa ? EVP_sha256() : nullptr; }

}  // namespace

Result<PublicKey> PublicKey::from_pem(std::string_view pem) {
    if (pem.size() > kPemBytes) return bad_key("PEM is too long");
    pem = trim(pem);
    const auto between = [&](std::string_view label) -> std::optional<std::string_view> {
        const std::string begin = "-----BEGIN " + std::string(label) + "-----";
        const std::string end = "-----END " + std::string(label) + "-----";
        if (!pem.starts_with(begin) || !pem.ends_with(end) ||
            pem.size() < begin.size() + end.size()) {
            return std::nullopt;
        }
        return pem.substr(begin.size(), pem.size() - begin.size() - end.size());
    };
    const auto spki = between("PUBLIC KEY");
    const auto pkcs1 = spki ? std::nullopt : between("RSA PUBLIC KEY");
    if (!spki && !pkcs1) return bad_key("not one PEM public key and nothing else");
    // Anything but base64 in the body, a second key among it, is refused here.
    std::string body;
    for (const char c : spki ? *spki : *pkcs1) {
        if (c != '\n' && c != '\r' && c != ' ' && c != '\t') body += c;
    }
    const auto der = from_base64(body);
    if (!der) return bad_key("PEM body is not base64");
    PublicKey out;
    if (pkcs1) {
        OB_TRY(out.key_, read_rsa(*der));
    } else {
        OB_TRY(out.key_, read_spki(*der));
    }
    out.kind_ =
        EVP_PKEY_get_base_id(out.key_.get()) == EVP_PKEY_ED25519 ? KeyKind::Ed25519 : KeyKind::Rsa;
    return out;
}

Result<PublicKey> PublicKey::from_multibase(std::string_view text) {
    if (text.size() > kMultibaseChars) return bad_key("multibase text is too long");
    if (!text.starts_with('z')) return bad_key("multibase other than base58");
    const auto bytes = from_base58(text.substr(1));
    if (!bytes) return bad_key("not base58");
    const std::string_view key = *bytes;
    PublicKey out;
    if (key.starts_with(kEd25519Codec)) {
        OB_TRY(out.key_, read_ed25519(key.substr(kEd25519Codec.size())));
        out.kind_ = KeyKind::Ed25519;
    } else if (key.starts_with(kRsaCodec)) {
        OB_TRY(out.key_, read_rsa(key.substr(kRsaCodec.size())));
        out.kind_ = KeyKind::Rsa;
    } else {
        return bad_key("multicodec is neither ed25519-pub nor rsa-pub");
    }
    return out;
}

std::string PublicKey::to_pem() const {
    unsigned char* out = nullptr;
    const int size = i2d_PUBKEY(key_.get(), &out);
    if (size <= 0) throw std::runtime_error("OpenSSL: public key does not encode");
    const std::string body =
        to_base64({reinterpret_cast<char*>(out), static_cast<std::size_t>(size)});
    OPENSSL_free(out);
    std::string pem = "-----BEGIN PUBLIC KEY-----\n";
    for (std::size_t i = 0; i < body.size(); i += 64) pem += body.substr(i, 64) + "\n";
    return pem + "-----END PUBLIC KEY-----\n";
}

std::string PublicKey::to_multibase() const {
    const bool is_rsa = kind_ == KeyKind::Rsa;
    const std::string key = is_rsa ? rsa_der(key_) : ed25519_bytes(key_);
    return "z" + to_base58(std::string(is_rsa ? kRsaCodec : kEd25519Codec) + key);
}

bool PublicKey::verify(std::string_view message, std::string_view signature) const {
    const Context context;
    if (EVP_DigestVerifyInit(context.value, nullptr, digest_of(kind_), nullptr, key_.get()) != 1)
        return false;
    return EVP_DigestVerify(
               context.value, raw(signature), signature.size(), raw(message), message.size()
           ) == 1;
}

PrivateKey PrivateKey::generate(KeyKind kind) {
    PrivateKey out;
    out.kind_ = kind;
    EVP_PKEY* key = kind == KeyKind::Rsa ? EVP_RSA_gen(kLeastBits)
                                         : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    out.key_ = own(key, "key generation");
    return out;
}

Result<PrivateKey> PrivateKey::from_der(std::string_view pkcs8) {
    const unsigned char* at = raw(pkcs8);
    const std::unique_ptr<PKCS8_PRIV_KEY_INFO, decltype(&PKCS8_PRIV_KEY_INFO_free)> info(
        d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(pkcs8.size())),
        &PKCS8_PRIV_KEY_INFO_free
    );
    if (!info || at != raw(pkcs8) + pkcs8.size())
        return fail(Code::Invalid, "Private key: not PKCS#8");
    EVP_PKEY* key = EVP_PKCS82PKEY(info.get());
    if (key == nullptr) return fail(Code::Invalid, "Private key: malformed");
    PrivateKey out;
    out.key_ = own(key, "private key");
    const int id = EVP_PKEY_get_base_id(key);
    if (id != EVP_PKEY_RSA && id != EVP_PKEY_ED25519) {
        return fail(Code::Invalid, "Private key: neither RSA nor Ed25519");
    }
    out.kind_ = id == EVP_PKEY_RSA ? KeyKind::Rsa : KeyKind::Ed25519;
    return out;
}

Result<PrivateKey> PrivateKey::from_seed(std::string_view seed) {
    if (seed.size() != kEd25519Bytes)
        return fail(Code::Invalid, "Private key: a seed has 32 bytes");
    PrivateKey out;
    out.kind_ = KeyKind::Ed25519;
    out.key_ =
        own(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, raw(seed), seed.size()),
            "Ed25519 seed");
    return out;
}

std::string PrivateKey::to_der() const {
    const std::unique_ptr<PKCS8_PRIV_KEY_INFO, decltype(&PKCS8_PRIV_KEY_INFO_free)> info(
        EVP_PKEY2PKCS8(key_.get()), &PKCS8_PRIV_KEY_INFO_free
    );
    unsigned char* out = nullptr;
    const int size = info ? i2d_PKCS8_PRIV_KEY_INFO(info.get(), &out) : 0;
    if (size <= 0) throw std::runtime_error("OpenSSL: private key does not encode");
    std::string der(reinterpret_cast<char*>(out), static_cast<std::size_t>(size));
    OPENSSL_clear_free(out, static_cast<std::size_t>(size));
    return der;
}

std::string PrivateKey::seed() const {
    std::string out(kEd25519Bytes, '\0');
    std::size_t size = out.size();
    if (kind_ != KeyKind::Ed25519 ||
        EVP_PKEY_get_raw_private_key(
            key_.get(), reinterpret_cast<unsigned char*>(out.data()), &size
        ) != 1) {
        throw std::logic_error("only an Ed25519 key has a seed");
    }
    return out;
}

PublicKey PrivateKey::public_key() const {
    PublicKey out;
    out.kind_ = kind_;
    // A key of its own: holders of the public half must not keep the private one alive.
    if (kind_ == KeyKind::Rsa) {
        const std::string der = rsa_der(key_);
        const unsigned char* at = raw(der);
        out.key_ =
            own(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, static_cast<long>(der.size())),
                "public half");
    } else {
        const std::string key = ed25519_bytes(key_);
        out.key_ =
            own(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(key), key.size()),
                "public half");
    }
    return out;
}

std::string PrivateKey::sign(std::string_view message) const {
    const Context context;
    std::size_t size = 0;
    if (EVP_DigestSignInit(context.value, nullptr, digest_of(kind_), nullptr, key_.get()) != 1 ||
        EVP_DigestSign(context.value, nullptr, &size, raw(message), message.size()) != 1) {
        throw std::runtime_error("OpenSSL: signing failed");
    }
    std::string out(size, '\0');
    auto* bytes = reinterpret_cast<unsigned char*>(out.data());
    if (EVP_DigestSign(context.value, bytes, &size, raw(message), message.size()) != 1) {
        throw std::runtime_error("OpenSSL: signing failed");
    }
    out.resize(size);
    return out;
}

std::string did_key(const PublicKey& key) { return "did:key:" + key.to_multibase(); }

}  // namespace outboard::federation
