// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace outboard {

// Raw bytes are std::string and std::string_view throughout: every library here takes them.

/// SHA-256 as 32 raw bytes.
std::string sha256(std::string_view bytes);
/// SHA-512 as 64 raw bytes.
std::string sha512(std::string_view bytes);
/// HMAC with SHA-256 (RFC 2104) as 32 raw bytes.
std::string hmac_sha256(std::string_view key, std::string_view message);
/// The first eight bytes of SHA-256, as a signed number with the top bit cleared: the 64-bit key of
/// a URI column.
std::int64_t hash64(std::string_view text);

std::string to_hex(std::string_view bytes);
std::optional<std::string> from_hex(std::string_view hex);

std::string to_base64(std::string_view bytes);
/// Strict: RFC 4648 alphabet, right padding, no white space, no trailing bits.
std::optional<std::string> from_base64(std::string_view text);
/// Without padding (RFC 4648 section 5).
std::string to_base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

/// Base58 with the Bitcoin alphabet, as multibase `z` uses. Input over 4,096 characters is refused
/// (the cost is quadratic).
std::string to_base58(std::string_view bytes);
std::optional<std::string> from_base58(std::string_view text);

/// Compares in time that depends on the length only.
bool equal_constant_time(std::string_view a, std::string_view b);

}  // namespace outboard
