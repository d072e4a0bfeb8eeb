// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/html/html.hpp"

namespace outboard::html {

/// A piece of a local author's text.
struct Token {
    enum class Kind { Text, Url, Mention, Hashtag } kind = Kind::Text;
    std::string_view text;   // as written
    std::string_view value;  // Mention: user or user@host; Hashtag: without '#'; Url: the address
};

/// Splits text into words, addresses, mentions and hashtags; the pieces joined give the text again.
/// Linear.
std::vector<Token> tokenize(std::string_view text);

/// A token as markup (escaped).
std::string to_markup(const Token& token, const Markup& markup);

}  // namespace outboard::html
