// SPDX-License-Identifier: Apache-2.0
#include "tests/pages/markup.hpp"

#include <array>
#include <stdexcept>

#include "federation/base/text.hpp"

namespace outboard::tests {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

/// References that both XML and HTML know.
constexpr std::array<std::pair<std::string_view, char>, 6> kReferences{
    {{"&amp;", '&'},
     {"&lt;", '<'},
     {"&gt;", '>'},
     {"&quot;", '"'},
     {"&#39;", '\''},
     {"&apos;", '\''}}
};

std::string unescape(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        bool is_reference = false;
        for (const auto& [reference, plain] : kReferences) {
            if (!text.starts_with(reference)) continue;
            out += plain;
            text.remove_prefix(reference.size());
            is_reference = true;
            break;
        }
        if (is_reference) continue;
        out += text.front();
        text.remove_prefix(1);
    }
    return out;
}

Tag parse_tag(std::string_view inside) {
    Tag tag;
    auto end = inside.find_first_of(kSpace);
    tag.name = lower_ascii(inside.substr(0, end));
    auto rest = end == std::string_view::npos ? std::string_view{} : inside.substr(end);
    while (true) {
        const auto start = rest.find_first_not_of(kSpace);
        if (start == std::string_view::npos || rest.substr(start) == "/") return tag;
        rest.remove_prefix(start);
        end = rest.find_first_of(" =\t\r\n");
        std::string name = lower_ascii(rest.substr(0, end));
        if (end == std::string_view::npos || rest[end] != '=') {
            tag.attributes.emplace_back(std::move(name), "");
            if (end == std::string_view::npos) return tag;
            rest.remove_prefix(end);
            continue;
        }
        if (end + 1 >= rest.size() || rest[end + 1] != '"')
            throw std::runtime_error("an attribute without quotes: " + std::string(inside));
        const auto close = rest.find('"', end + 2);
        if (close == std::string_view::npos)
            throw std::runtime_error("an attribute without end: " + std::string(inside));
        tag.attributes.emplace_back(
            std::move(name), unescape(rest.substr(end + 2, close - end - 2))
        );
        rest.remove_prefix(close + 1);
    }
}

/// Where the tag that starts at `start` ends, quotes respected.
std::size_t end_of_tag(std::string_view markup, std::size_t start) {
    bool quoted = false;
    for (auto i = start; i < markup.size(); ++i) {
        if (markup[i] == '"') quoted = !quoted;
        if (markup[i] == '>' && !quoted) return i;
    }
    throw std::runtime_error("a tag without end");
}

std::string character_fault(std::string_view text) {
    if (!is_utf8(text)) return "not UTF-8";
    for (const unsigned char c : text) {
        if (c < 0x20 && kSpace.find(static_cast<char>(c)) == std::string_view::npos)
            return "a control character";
    }
    if (contains(text, "\xEF\xBF\xBE") || contains(text, "\xEF\xBF\xBF")) return "U+FFFE or U+FFFF";
    for (std::size_t at = 0; (at = text.find('&', at)) != std::string_view::npos; ++at) {
        bool known = false;
        for (const auto& [reference, plain] : kReferences)
            known = known || text.substr(at).starts_with(reference);
        if (!known) return "an unknown reference: " + std::string(text.substr(at, 12));
    }
    return {};
}

}  // namespace

std::string Tag::attribute(std::string_view wanted) const {
    for (const auto& [key, value] : attributes) {
        if (key == wanted) return value;
    }
    return {};
}

std::vector<Tag> tags_of(std::string_view markup) {
    std::vector<Tag> tags;
    for (std::size_t at = 0; (at = markup.find('<', at)) != std::string_view::npos;) {
        const auto end = end_of_tag(markup, at);
        tags.push_back(parse_tag(markup.substr(at + 1, end - at - 1)));
        at = end;
    }
    return tags;
}

std::vector<std::string> values_of(
    std::string_view markup, std::string_view tag, std::string_view attribute
) {
    std::vector<std::string> values;
    for (const auto& one : tags_of(markup)) {
        if (one.name != tag) continue;
        if (auto value = one.attribute(attribute); !value.empty())
            values.push_back(std::move(value));
    }
    return values;
}

std::string property_of(std::string_view markup, std::string_view property) {
    for (const auto& tag : tags_of(markup)) {
        if (tag.name == "meta" && tag.attribute("property") == property)
            return tag.attribute("content");
    }
    return {};
}

std::string link_of(std::string_view markup, std::string_view rel, std::string_view type) {
    for (const auto& tag : tags_of(markup)) {
        if (tag.name == "link" && tag.attribute("rel") == rel && tag.attribute("type") == type)
            return tag.attribute("href");
    }
    return {};
}

std::string text_of(std::string_view markup, std::string_view element) {
    const auto start = markup.find("<" + std::string(element) + ">");
    if (start == std::string_view::npos) return {};
    const auto from = start + element.size() + 2;
    return unescape(markup.substr(from, markup.find('<', from) - from));
}

std::string xml_fault(std::string_view text) {
    if (auto fault = character_fault(text); !fault.empty()) return fault;
    if (!text.starts_with("<?xml ")) return "no declaration";
    const auto head = text.find("?>");
    if (head == std::string_view::npos) return "the declaration never ends";
    text.remove_prefix(head + 2);
    std::vector<std::string> open;
    int roots = 0;
    std::size_t at = 0;
    for (; (at = text.find('<', at)) != std::string_view::npos;) {
        const auto end = end_of_tag(text, at);
        const auto inside = text.substr(at + 1, end - at - 1);
        const auto tag = parse_tag(inside);
        if (tag.name.starts_with('/')) {
            if (open.empty() || open.back() != tag.name.substr(1)) return "closes " + tag.name;
            open.pop_back();
        } else {
            if (open.empty()) ++roots;
            if (!inside.ends_with('/')) open.push_back(tag.name);
        }
        at = end;
    }
    if (!open.empty()) return open.back() + " stays open";
    return roots == 1 ? "" : "not one root";
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

void check_security(const Reply& reply) {
    const auto policy = reply.header("Content-Security-Policy");
    CHECK(contains(policy, "default-src 'none'"));
    CHECK(contains(policy, "frame-ancestors 'none'"));
    CHECK(!contains(policy, "unsafe-inline"));
    CHECK(!contains(policy, "unsafe-eval"));
    CHECK(!contains(policy, "*"));
    CHECK(reply.header("X-Content-Type-Options") == "nosniff");
}

void check_error_page(const Reply& reply, int status) {
    INFO(reply.body);
    CHECK(reply.status == status);
    CHECK(reply.header("Content-Type") == "text/html; charset=utf-8");
    CHECK(reply.header("Cache-Control") == "no-store");
    CHECK(reply.body.starts_with("<!DOCTYPE html>"));
    CHECK(contains(reply.body, "<meta name=\"robots\" content=\"noindex\">"));
    check_security(reply);
}

}  // namespace outboard::tests
