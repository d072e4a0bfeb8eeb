// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/safe_html.hpp"

/// The only maker of SafeHtml (DESIGN.md 3.11). Never throws: whatever fails becomes escaped text
/// (THREATS 63).
namespace outboard::html {

/// Remote HTML through the caps (64 KiB, 256 open tags), gumbo and the allow-list. Linear in the
/// input.
SafeHtml sanitize(std::string_view remote_html);

/// Plain text in one line: names, titles. Invisible and bidi characters stripped, no markup; not
/// escaped.
std::string clean_name(std::string_view text, std::size_t max_characters);
/// Plain text in several lines: content warnings, alt texts. Tags of remote HTML are dropped,
/// entities decoded.
std::string to_plain_text(std::string_view remote_html);

struct MentionLink {
    std::string profile_url;  // equal to mentions[].url of the entity
    std::string username;     // shown as @user
};
/// Found in a local author's text.
struct Found {
    std::vector<std::string> handles;   // "user" or "user@domain", in order, each once
    std::vector<std::string> hashtags;  // without '#', as written, each once
};
Found find_entities(std::string_view text);

struct Markup {
    /// Profile of a handle found, or nothing: then it stays text.
    std::function<std::optional<MentionLink>(std::string_view handle)> mention;
    /// Address of a tag's page.
    std::function<std::string(std::string_view hashtag)> hashtag;
};
/// Local authors' text as mastodon-api/pitfalls.md 7 marks it up: escaped, paragraphs, links,
/// mentions, hashtags.
SafeHtml from_plain(std::string_view text, const Markup& markup);
/// Markdown by cmark-gfm, raw HTML shown as text, then the same list.
SafeHtml from_markdown(std::string_view text, const Markup& markup);

}  // namespace outboard::html
