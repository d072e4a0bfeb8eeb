// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace outboard::html {

/// Ill-formed bytes become U+FFFD; control characters but tab, newline and carriage return go.
std::string repair_utf8(std::string_view text);
/// `<` as an entity, for text that must not be parsed as tags.
std::string escape_angles(std::string_view text);
/// Text of one node: control characters out, bidi controls closed where they were opened, floods of
/// combining marks cut (THREATS 62).
std::string clean_text(std::string_view text);
/// True when a link's text looks like an address of another host than the one it leads to (THREATS
/// 61).
bool tells_another_host(std::string_view text, std::string_view host);

}  // namespace outboard::html
