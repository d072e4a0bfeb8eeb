// SPDX-License-Identifier: Apache-2.0
#include "src/html/tokens.hpp"

#include <utf8proc.h>

#include <algorithm>

#include "federation/base/text.hpp"
#include "federation/iri.hpp"

namespace outboard::html {
namespace {

constexpr std::size_t kShownCharacters = 30;  // of an address, as other servers shorten it
constexpr std::size_t kHashtagCharacters = 100;

bool is_ascii_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

struct Point {
    std::int32_t value = -1;
    std::size_t length = 1;
};
Point point_at(std::string_view text, std::size_t at) {
    utf8proc_int32_t value = -1;
    const auto length = utf8proc_iterate(
        reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
        static_cast<utf8proc_ssize_t>(text.size() - at),
        &value
    );
    return length > 0 ? Point{value, static_cast<std::size_t>(length)} : Point{};
}

bool is_word(std::int32_t point) {
    if (point == '_' || point == 0x200c || point == 0x200d) return true;
    switch (utf8proc_category(point)) {
        case UTF8PROC_CATEGORY_LU:
        case UTF8PROC_CATEGORY_LL:
        case UTF8PROC_CATEGORY_LT:
        case UTF8PROC_CATEGORY_LM:
        case UTF8PROC_CATEGORY_LO:
        case UTF8PROC_CATEGORY_MN:
        case UTF8PROC_CATEGORY_MC:
        case UTF8PROC_CATEGORY_ND:
        case UTF8PROC_CATEGORY_NL:
            return true;
        default:
            return false;
    }
}
bool is_digit(std::int32_t point) {
    return utf8proc_category(point) == UTF8PROC_CATEGORY_ND || point == '_';
}

/// May a token begin here? Not inside a word or an address.
bool starts_here(std::string_view text, std::size_t at) {
    if (at == 0) return true;
    const char before = text[at - 1];
    const bool is_open = before == ' ' || before == '\n' || before == '\t' || before == '\r' ||
                         before == '(' || before == '[' || before == '"' || before == '\'' ||
                         before == '>' || before == ',' || before == ';' || before == ':' ||
                         before == '.' || before == '!' || before == '?' || before == '*' ||
                         before == '-';
    // Scripts without spaces put a hashtag right after their own punctuation.
    return is_open || static_cast<unsigned char>(before) >= 0x80;
}

std::size_t url_length(std::string_view text, std::size_t at) {
    const auto rest = text.substr(at);
    if (!starts_with_ignoring_case(rest, "https://") && !starts_with_ignoring_case(rest, "http://"))
        return 0;
    std::size_t end = 0;
    int parentheses = 0;
    while (end < rest.size()) {
        const char c = rest[end];
        if (static_cast<unsigned char>(c) <= ' ' || c == '<' || c == '>' || c == '"' || c == '\\')
            break;
        if (c == '(') ++parentheses;
        if (c == ')' && --parentheses < 0) break;
        ++end;
    }
    while (end > 0 && std::string_view(".,;:!?'*_~").find(rest[end - 1]) != std::string_view::npos)
        --end;
    return federation::Iri::parse(rest.substr(0, end)) ? end : 0;
}

std::size_t host_length(std::string_view text) {
    std::size_t end = 0;
    bool has_dot = false;
    while (end < text.size()) {
        const char c = text[end];
        const bool is_label = (is_ascii_word(c) && c != '_') || c == '-';
        const bool is_inner_dot =
            c == '.' && end + 1 < text.size() && is_ascii_word(text[end + 1]) && end > 0;
        if (!is_label && !is_inner_dot) break;
        has_dot = has_dot || is_inner_dot;
        ++end;
    }
    std::size_t port = end;
    if (port < text.size() && text[port] == ':') {
        std::size_t digits = port + 1;
        while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
        if (digits > port + 1 && digits <= port + 6) port = digits;
    }
    if (!has_dot && port == end && text.substr(0, end) != "localhost") return 0;
    return port;
}

std::size_t mention_length(std::string_view text, std::size_t at, std::string_view& handle) {
    const auto rest = text.substr(at + 1);
    std::size_t user = 0;
    while (user < rest.size() &&
           (is_ascii_word(rest[user]) || ((rest[user] == '.' || rest[user] == '-') && user > 0 &&
                                          user + 1 < rest.size() && is_ascii_word(rest[user + 1]))))
        ++user;
    if (user == 0) return 0;
    std::size_t end = user;
    if (end < rest.size() && rest[end] == '@') {
        if (const auto host = host_length(rest.substr(end + 1)); host > 0) end += 1 + host;
    }
    handle = rest.substr(0, end);
    return 1 + end;
}

std::size_t hashtag_length(std::string_view text, std::size_t at) {
    std::size_t end = at + 1, characters = 0;
    bool has_letter = false;
    while (end < text.size() && characters < kHashtagCharacters) {
        const auto point = point_at(text, end);
        if (point.value < 0 || !is_word(point.value)) break;
        has_letter = has_letter || !is_digit(point.value);
        end += point.length;
        ++characters;
    }
    return has_letter ? end - at : 0;
}

std::string url_markup(std::string_view address) {
    const auto parsed = federation::Iri::parse(address);
    if (!parsed) return escape_html(address);
    const std::string& href = parsed->str();
    auto prefix = href.find("//") + 2;
    if (std::string_view(href).substr(prefix).starts_with("www.")) prefix += 4;
    const auto rest = std::string_view(href).substr(prefix);
    const auto shown = cut_codepoints(rest, kShownCharacters);
    const auto hidden = rest.substr(shown.size());
    std::string html = "<a href=\"" + escape_html(href) +
                       "\" rel=\"nofollow noopener noreferrer\"><span class=\"invisible\">" +
                       escape_html(href.substr(0, prefix)) + "</span>";
    html += hidden.empty()
                ? "<span>" + escape_html(shown) + "</span>"
                : "<span class=\"ellipsis\">" + escape_html(shown) +
                      "</span><span class=\"invisible\">" + escape_html(hidden) + "</span>";
    return html + "</a>";
}

}  // namespace

std::vector<Token> tokenize(std::string_view text) {
    std::vector<Token> tokens;
    std::size_t plain = 0, at = 0;
    const auto push = [&](Token::Kind kind, std::size_t length, std::string_view value) {
        if (at > plain) tokens.push_back({Token::Kind::Text, text.substr(plain, at - plain), {}});
        tokens.push_back({kind, text.substr(at, length), value});
        at += length;
        plain = at;
    };
    while (at < text.size()) {
        const char c = text[at];
        if ((c == 'h' || c == 'H') && starts_here(text, at)) {
            if (const auto length = url_length(text, at); length > 0) {
                push(Token::Kind::Url, length, text.substr(at, length));
                continue;
            }
        } else if (c == '@' && starts_here(text, at)) {
            std::string_view handle;
            if (const auto length = mention_length(text, at, handle); length > 0) {
                push(Token::Kind::Mention, length, handle);
                continue;
            }
        } else if (c == '#' && starts_here(text, at)) {
            if (const auto length = hashtag_length(text, at); length > 0) {
                push(Token::Kind::Hashtag, length, text.substr(at + 1, length - 1));
                continue;
            }
        }
        ++at;
    }
    if (at > plain) tokens.push_back({Token::Kind::Text, text.substr(plain), {}});
    return tokens;
}

std::string to_markup(const Token& token, const Markup& markup) {
    switch (token.kind) {
        case Token::Kind::Text:
            return escape_html(token.text);
        case Token::Kind::Url:
            return url_markup(token.value);
        case Token::Kind::Mention: {
            const auto link = markup.mention ? markup.mention(token.value) : std::nullopt;
            if (!link) return escape_html(token.text);
            return "<span class=\"h-card\"><a href=\"" + escape_html(link->profile_url) +
                   "\" class=\"u-url mention\" rel=\"nofollow noopener noreferrer\">@<span>" +
                   escape_html(link->username) + "</span></a></span>";
        }
        case Token::Kind::Hashtag: {
            if (!markup.hashtag) return escape_html(token.text);
            return "<a href=\"" + escape_html(markup.hashtag(token.value)) +
                   "\" class=\"mention hashtag\" rel=\"tag nofollow noopener noreferrer\">#<span>" +
                   escape_html(token.value) + "</span></a>";
        }
    }
    return escape_html(token.text);
}

Found find_entities(std::string_view text) {
    Found found;
    const auto add = [](std::vector<std::string>& list, std::string_view value) {
        const auto folded = fold_case(value);
        const bool is_there = std::any_of(list.begin(), list.end(), [&](const std::string& one) {
            return fold_case(one) == folded;
        });
        if (!is_there) list.emplace_back(value);
    };
    for (const auto& token : tokenize(text)) {
        if (token.kind == Token::Kind::Mention) add(found.handles, token.value);
        if (token.kind == Token::Kind::Hashtag) add(found.hashtags, token.value);
    }
    return found;
}

}  // namespace outboard::html
