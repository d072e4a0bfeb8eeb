// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

/// What of others' HTML stays (THREATS section on markup; the corpus is security/corpus/html.json).
namespace outboard::html {

inline constexpr std::array<std::string_view, 37> kKept = {
    "p",   "br",    "a",    "span", "b",          "strong", "i",  "em",  "u",   "s",
    "del", "ins",   "code", "pre",  "blockquote", "ul",     "ol", "li",  "h1",  "h2",
    "h3",  "h4",    "h5",   "h6",   "ruby",       "rt",     "rp", "sub", "sup", "hr",
    "kbd", "small", "mark", "q",    "cite",       "abbr",   "var"
};
inline constexpr std::array<std::string_view, 12> kBlocks = {
    "p", "pre", "blockquote", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6"
};
/// Gone with all they hold.
inline constexpr std::array<std::string_view, 26> kDropped = {
    "script", "style",       "template", "noscript", "iframe",   "frame",  "frameset",
    "object", "embed",       "applet",   "select",   "textarea", "button", "svg",
    "title",  "noembed",     "noframes", "head",     "meta",     "link",   "base",
    "portal", "fencedframe", "dialog",   "datalist", "optgroup"
};
/// Not kept, but their text stands on lines of its own.
inline constexpr std::array<std::string_view, 20> kLines = {
    "div", "section", "article",    "header",  "footer",  "main", "aside",
    "nav", "figure",  "figcaption", "address", "dl",      "dt",   "dd",
    "tr",  "table",   "details",    "summary", "caption", "form"
};
inline constexpr std::array<std::string_view, 12> kClasses = {
    "mention",
    "hashtag",
    "u-url",
    "u-photo",
    "h-card",
    "h-cite",
    "invisible",
    "ellipsis",
    "quote-inline",
    "p-name",
    "u-in-reply-to",
    "status-link"
};

template <std::size_t N>
bool is_in(const std::array<std::string_view, N>& list, std::string_view name) {
    return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace outboard::html
