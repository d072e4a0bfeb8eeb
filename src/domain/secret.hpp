// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "federation/base/bytes.hpp"
#include "federation/ports.hpp"

/// Tokens, codes, client secrets and sessions: text that opens something.
namespace outboard {

inline constexpr std::size_t kSecretBytes = 32;  // of randomness: nobody guesses it
inline constexpr std::size_t kSecretCharacters = 43;

/// A fresh one, in the characters of an HTTP token (mastodon-api/pitfalls.md 11.1).
inline std::string make_secret(Random& random) { return to_base64url(random.bytes(kSecretBytes)); }

/// How it is kept: SHA-256. Without salt, because nothing is guessed from 256 random bits.
inline std::string secret_hash(std::string_view secret) { return sha256(secret); }

}  // namespace outboard
