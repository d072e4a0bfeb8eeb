// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace outboard::federation::der {

// Just enough DER (X.690) to judge a public key before a library computes with it.

inline constexpr unsigned char kInteger = 0x02, kBitString = 0x03, kNull = 0x05, kOid = 0x06,
                               kSequence = 0x30;

/// Takes the element of `tag` at the front of `rest` off it and gives its content. Only definite,
/// shortest lengths.
std::optional<std::string_view> take(std::string_view& rest, unsigned char tag);

/// A non-negative INTEGER in its shortest form, without the sign octet.
std::optional<std::string_view> take_unsigned(std::string_view& rest);

/// An element of `tag` with that content.
std::string put(unsigned char tag, std::string_view content);

/// Number of significant bits of a big-endian number.
std::size_t bits(std::string_view number);

}  // namespace outboard::federation::der
