// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "federation/base/result.hpp"

struct evp_pkey_st;

namespace outboard::federation {

enum class KeyKind { Rsa, Ed25519 };

/// A parsed public key; copying shares it (an EVP_PKEY is immutable once made, so threads may share
/// it too).
class PublicKey {
public:
    /// One SPKI or PKCS#1 public key and nothing else. RSA from 2,048 to 8,192 bits with an odd
    /// exponent of at least 65,537; Ed25519 not of small order. Errors: Invalid, naming the reason.
    /// Refuses before any arithmetic.
    static Result<PublicKey> from_pem(std::string_view pem);
    /// Multikey of FEP-521a: `z` + base58 of ed25519-pub (0xed01) or rsa-pub (0x8524, PKCS#1 DER).
    static Result<PublicKey> from_multibase(std::string_view text);

    KeyKind kind() const { return kind_; }
    std::string to_pem() const;  // SPKI
    std::string to_multibase() const;
    /// RSASSA-PKCS1-v1_5 with SHA-256, or Ed25519 (canonical S only).
    bool verify(std::string_view message, std::string_view signature) const;

private:
    friend class PrivateKey;
    std::shared_ptr<evp_pkey_st> key_;
    KeyKind kind_ = KeyKind::Rsa;
};

class PrivateKey {
public:
    /// RSA-2048 (about 0.1 s) or Ed25519.
    static PrivateKey generate(KeyKind kind);
    static Result<PrivateKey> from_der(std::string_view pkcs8);
    /// The Ed25519 key of a 32-byte seed.
    static Result<PrivateKey> from_seed(std::string_view seed);

    KeyKind kind() const { return kind_; }
    std::string to_der() const;  // PKCS#8, unencrypted: only for sealing
    std::string seed() const;    // Ed25519 only, 32 bytes
    PublicKey public_key() const;
    std::string sign(std::string_view message) const;

private:
    std::shared_ptr<evp_pkey_st> key_;
    KeyKind kind_ = KeyKind::Rsa;
};

/// `did:key:z6Mk…` of a public key.
std::string did_key(const PublicKey& key);

}  // namespace outboard::federation
