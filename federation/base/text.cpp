// SPDX-License-Identifier: Apache-2.0
#include "federation/base/text.hpp"

#include <utf8proc.h>

#include <charconv>
#include <cstdlib>
#include <memory>

namespace outboard {
namespace {

/// One code point and its length in bytes; length 0 where the text is ill-formed.
struct Decoded {
    char32_t point = 0;
    std::size_t length = 0;
};

Decoded decode(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (text.empty()) return {};
    const unsigned char lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    std::size_t length = 0;
    char32_t point = 0;
    char32_t least = 0;
    if (lead >= 0xC2 && lead <= 0xDF) {
        length = 2, point = lead & 0x1FU, least = 0x80;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        length = 3, point = lead & 0x0FU, least = 0x800;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        length = 4, point = lead & 0x07U, least = 0x10000;
    }
    if (length == 0 || text.size() < length) return {};
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80) return {};
        point = point << 6 | (byte(i) & 0x3FU);
    }
    const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    if (point < least || point > 0x10FFFF || surrogate) return {};
    return {point, length};
}

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

struct Range {
    char32_t first, last;
};

/// What is drawn as nothing, or turns the direction of its neighbours. U+200D has a rule of its own
/// below.
constexpr Range kInvisible[] = {
    {0x00, 0x08},     {0x0B, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},       {0x034F, 0x034F},
    {0x061C, 0x061C}, {0x115F, 0x1160}, {0x17B4, 0x17B5}, {0x180B, 0x180F},   {0x200B, 0x200C},
    {0x200E, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F}, {0x3164, 0x3164},   {0xFE00, 0xFE0D},
    {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};

bool is_invisible(char32_t point) {
    for (const auto& range : kInvisible) {
        if (point >= range.first && point <= range.last) return true;
    }
    return false;
}

bool is_pictograph(char32_t point) {
    const auto* property = utf8proc_get_property(static_cast<utf8proc_int32_t>(point));
    return property->boundclass == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

/// A joiner is wanted inside an emoji made of several and invisible anywhere else.
bool joins_emoji(char32_t before, char32_t after) {
    const bool modifier = before == 0xFE0F || (before >= 0x1F3FB && before <= 0x1F3FF);
    return (modifier || is_pictograph(before)) && is_pictograph(after);
}

}  // namespace

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const Decoded next = decode(text);
        if (next.length == 0) return false;
        text.remove_prefix(next.length);
    }
    return true;
}

std::size_t count_codepoints(std::string_view text) {
    std::size_t count = 0;
    for (; !text.empty(); ++count)
        text.remove_prefix(std::max<std::size_t>(1, decode(text).length));
    return count;
}

std::string_view cut_codepoints(std::string_view text, std::size_t limit) {
    std::size_t end = 0;
    for (; limit > 0 && end < text.size(); --limit) {
        end += std::max<std::size_t>(1, decode(text.substr(end)).length);
    }
    return text.substr(0, end);
}

std::string_view cut_bytes(std::string_view text, std::size_t limit) {
    if (text.size() <= limit) return text;
    std::size_t end = limit;
    while (end > 0 && limit - end < 3 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80)
        --end;
    // Only where a whole code point starts at `end`; stray continuation bytes may be cut anywhere.
    return text.substr(0, decode(text.substr(end)).length > limit - end ? end : limit);
}

std::string lower_ascii(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

std::string fold_case(std::string_view text) {
    if (!is_utf8(text)) return lower_ascii(text);
    utf8proc_uint8_t* mapped = nullptr;
    const auto size = utf8proc_map(
        reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
        static_cast<utf8proc_ssize_t>(text.size()),
        &mapped,
        static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD)
    );
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
    if (size < 0) return lower_ascii(text);
    return {reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size)};
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    const auto first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return text.substr(0, 0);
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const auto at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() &&
           lower_ascii(text.substr(0, prefix.size())) == lower_ascii(prefix);
}

std::string escape_html(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (is_unreserved(c)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += kDigits[byte >> 4];
        out += kDigits[byte & 15U];
    }
    return out;
}

std::string percent_decode(std::string_view text, bool plus_is_space) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            const int high = hex_value(text[i + 1]);
            const int low = hex_value(text[i + 2]);
            if (high >= 0 && low >= 0) {
                out += static_cast<char>(high * 16 + low);
                i += 2;
                continue;
            }
        }
        out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
    return out;
}

std::string strip_invisible(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    char32_t before = 0;
    while (!text.empty()) {
        const Decoded next = decode(text);
        if (next.length == 0) {  // ill-formed bytes show as nothing good either
            text.remove_prefix(1);
            continue;
        }
        const bool kept = next.point == 0x200D
                              ? joins_emoji(before, decode(text.substr(next.length)).point)
                              : !is_invisible(next.point);
        if (kept) {
            out += text.substr(0, next.length);
            before = next.point;
        }
        text.remove_prefix(next.length);
    }
    return out;
}

std::string to_printable(std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    const auto escape = [&](char mark, char32_t value) {
        std::string digits;
        for (; value > 0 || digits.size() < 2; value >>= 4U)
            digits.insert(0, 1, kHex[value & 0xFU]);
        out.append("\\").append(1, mark).append("{").append(digits).append("}");
    };
    while (!text.empty()) {
        const Decoded next = decode(text);
        const auto length = std::max<std::size_t>(1, next.length);
        if (next.length == 0) {
            escape('x', static_cast<unsigned char>(text.front()));
        } else if (next.point < 0x20 || is_invisible(next.point)) {
            escape('u', next.point);
        } else {
            out.append(text.substr(0, length));
        }
        text.remove_prefix(length);
    }
    return out;
}

bool is_blank(std::string_view text) {
    while (!text.empty()) {
        const Decoded next = decode(text);
        if (next.length == 0) return false;
        const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(next.point));
        const bool is_space = category == UTF8PROC_CATEGORY_ZS ||
                              category == UTF8PROC_CATEGORY_ZL ||
                              category == UTF8PROC_CATEGORY_ZP || next.point == U'\t' ||
                              next.point == U'\n' || next.point == 0x2800;  // braille without dots
        const bool is_joiner = next.point == 0x200D || next.point == 0xFE0E || next.point == 0xFE0F;
        if (!is_space && !is_joiner && !is_invisible(next.point)) return false;
        text.remove_prefix(next.length);
    }
    return true;
}

bool parse_decimal(std::string_view text, std::int64_t& value) {
    if (text.empty()) return false;
    for (const char c : text) {
        if (c < '0' || c > '9') return false;
    }
    std::int64_t read = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), read);
    if (error != std::errc{} || end != text.data() + text.size()) return false;
    value = read;
    return true;
}

}  // namespace outboard
