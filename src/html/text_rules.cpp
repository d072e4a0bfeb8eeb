// SPDX-License-Identifier: Apache-2.0
#include "src/html/text_rules.hpp"

#include <utf8proc.h>

#include "federation/base/text.hpp"
#include "federation/iri.hpp"

namespace outboard::html {
namespace {

constexpr int kMarksInARow = 8;  // Zalgo needs dozens; real scripts stack four at most

/// Decodes at `at` and moves on; -1 for an ill-formed byte.
std::int32_t next(std::string_view text, std::size_t& at) {
    utf8proc_int32_t point = -1;
    const auto length = utf8proc_iterate(
        reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
        static_cast<utf8proc_ssize_t>(text.size() - at),
        &point
    );
    if (length <= 0) {
        ++at;
        return -1;
    }
    at += static_cast<std::size_t>(length);
    return point;
}

bool is_control(std::int32_t point) {
    return (point < 0x20 && point != '\t' && point != '\n' && point != '\r') ||
           (point >= 0x7f && point <= 0x9f);
}
bool opens_embedding(std::int32_t point) {
    return point == 0x202a || point == 0x202b || point == 0x202d || point == 0x202e;
}
bool opens_isolate(std::int32_t point) { return point >= 0x2066 && point <= 0x2068; }

}  // namespace

std::string repair_utf8(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    std::size_t at = 0;
    while (at < text.size()) {
        const auto begin = at;
        const auto point = next(text, at);
        if (point < 0)
            out += "\xef\xbf\xbd";
        else if (!is_control(point))
            out += text.substr(begin, at - begin);
    }
    return out;
}

std::string escape_angles(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '<')
            out += "&lt;";
        else
            out += c;
    }
    return out;
}

std::string clean_text(std::string_view text) {
    std::string out, open;  // `open`: e for an embedding, i for an isolate, innermost last
    int marks = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        const auto begin = at;
        const auto point = next(text, at);
        if (point < 0 || is_control(point)) continue;
        const auto category = utf8proc_category(point);
        const bool is_mark = category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME;
        marks = is_mark ? marks + 1 : 0;
        if (marks > kMarksInARow) continue;
        if (opens_embedding(point)) open += 'e';
        if (opens_isolate(point)) open += 'i';
        if (point == 0x202c || point == 0x2069) {
            if (open.empty() || open.back() != (point == 0x202c ? 'e' : 'i'))
                continue;  // closes nothing
            open.pop_back();
        }
        out += text.substr(begin, at - begin);
    }
    for (; !open.empty(); open.pop_back())
        out += open.back() == 'e' ? "\xe2\x80\xac" : "\xe2\x81\xa9";
    return out;
}

bool tells_another_host(std::string_view text, std::string_view host) {
    if (text.find_first_of(" \t\n") != std::string_view::npos)
        text = text.substr(0, text.find_first_of(" \t\n"));
    const bool has_scheme =
        starts_with_ignoring_case(text, "http://") || starts_with_ignoring_case(text, "https://");
    std::string_view named = has_scheme ? text.substr(text.find("//") + 2) : text;
    const auto end = named.find_first_of("/?#\\");
    const bool has_path = end != std::string_view::npos;
    named = named.substr(0, end);
    const auto dot = named.rfind('.');
    // Without scheme or path it is a word like "node.js", or a handle; with a dot before a slash it
    // reads as an address.
    if (!has_scheme && !starts_with_ignoring_case(named, "www.") &&
        !(has_path && dot != std::string_view::npos && dot > 0))
        return false;
    if (named.starts_with('@') || named.starts_with('#')) return false;
    auto shown = federation::Iri::parse("https://" + std::string(named) + "/");
    if (!shown) return true;  // looks like an address and is none: show the real one
    const auto bare = [](std::string_view name) {
        return name.starts_with("www.") ? name.substr(4) : name;
    };
    return bare(shown->host()) != bare(host);
}

}  // namespace outboard::html
