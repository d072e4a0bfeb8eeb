// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Tags found without a parser, in one linear pass: what must happen before gumbo may see a text.
namespace outboard::html {

inline constexpr std::size_t kInputBytes = 64 * 1024;  // gumbo is quadratic in nesting

/// More elements open at once than a parser should be given.
bool nests_too_deep(std::string_view text);
/// The text between the tags, a space for each: for what is too large or too deep to parse.
std::string without_tags(std::string_view text);

}  // namespace outboard::html
