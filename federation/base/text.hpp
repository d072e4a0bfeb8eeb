// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace outboard {

/// Well-formed UTF-8: no surrogates, no overlong forms, nothing over U+10FFFF.
bool is_utf8(std::string_view text);
/// Number of code points; ill-formed bytes count one each.
std::size_t count_codepoints(std::string_view text);
/// At most `limit` code points of `text`, never cutting one in half.
std::string_view cut_codepoints(std::string_view text, std::size_t limit);
/// At most `limit` bytes of `text`, never cutting a code point in half.
std::string_view cut_bytes(std::string_view text, std::size_t limit);

std::string lower_ascii(std::string_view text);
/// Case-folded NFC (libutf8proc), for comparing hashtags and names. Ill-formed input comes back
/// lower-cased in ASCII only.
std::string fold_case(std::string_view text);
std::string_view trim(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);

/// `& < > " '` as entities: safe in text and in quoted attributes of HTML and XML.
std::string escape_html(std::string_view text);
/// Everything but RFC 3986 unreserved characters as %XX.
std::string percent_encode(std::string_view text);
/// %XX decoded, malformed escapes kept as they are; `+` becomes a space when `plus_is_space`.
std::string percent_decode(std::string_view text, bool plus_is_space = false);

/// Drops control characters (but tab and newline), bidi overrides and isolates, zero-width and
/// other invisible characters: for names and handles, which stand in lines of others (THREATS 62).
std::string strip_invisible(std::string_view text);

/// For a terminal or one line of a log: control characters, bidi controls and what is drawn as
/// nothing as
/// `\u{1B}`, ill-formed bytes as `\x{FF}`. One line in, one line out.
std::string to_printable(std::string_view text);
/// True when nothing of it is drawn: white space of any script, control and invisible characters
/// only.
bool is_blank(std::string_view text);

/// A plain decimal number without sign, spaces or leading plus; nothing on overflow of int64.
bool parse_decimal(std::string_view text, std::int64_t& value);

}  // namespace outboard
