// SPDX-License-Identifier: Apache-2.0
#include "src/html/tags.hpp"

#include <algorithm>
#include <map>

#include "federation/base/text.hpp"

namespace outboard::html {
namespace {

constexpr int kOpenTags = 256;  // open at once

/// `<name`, `</name` at `at`: the tag's name in lower case, empty when it is no tag.
std::string tag_name_at(std::string_view text, std::size_t at, bool& closes) {
    std::size_t begin = at + 1;
    closes = begin < text.size() && text[begin] == '/';
    if (closes) ++begin;
    std::size_t end = begin;
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    if (end >= text.size() || !is_letter(text[end])) return {};
    while (end < text.size() && text[end] != '>' && text[end] != '/' &&
           static_cast<unsigned char>(text[end]) > ' ')
        ++end;
    return lower_ascii(text.substr(begin, std::min<std::size_t>(end - begin, 32)));
}

}  // namespace

bool nests_too_deep(std::string_view text) {
    std::map<std::string, int> open;
    int total = 0;
    for (auto at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
        bool closes = false;
        const auto name = tag_name_at(text, at, closes);
        if (name.empty() || name == "br" || name == "img" || name == "hr" || name == "input" ||
            name == "wbr")
            continue;
        auto& count = open[name];
        if (!closes) {
            ++count;
            if (++total > kOpenTags) return true;
        } else if (count > 0) {
            --count;
            --total;
        }
        if (open.size() > kOpenTags) return true;
    }
    return false;
}

std::string without_tags(std::string_view text) {
    std::string plain;
    std::size_t at = 0;
    while (at < text.size()) {
        bool closes = false;
        if (text[at] == '<' &&
            (!tag_name_at(text, at, closes).empty() || text.substr(at, 2) == "<!")) {
            const auto end = text.find('>', at);
            if (end == std::string_view::npos) break;
            at = end + 1;
            plain += ' ';
            continue;
        }
        plain += text[at++];
    }
    return plain;
}

}  // namespace outboard::html
