// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "federation/base/text.hpp"
#include "src/html/html.hpp"
#include "src/html/tags.hpp"
#include "src/html/text_rules.hpp"

namespace outboard::html {

std::string to_plain_text(std::string_view remote_html) {
    const std::string safe = sanitize(remote_html).str();
    std::string text;
    std::size_t at = 0;
    while (at < safe.size()) {
        if (safe[at] == '<') {
            const auto end = safe.find('>', at);
            const auto tag = std::string_view(safe).substr(at, end - at + 1);
            const bool ends_line = tag == "<br>" || tag == "</p>" || tag == "</li>" ||
                                   tag == "</pre>" || tag == "</blockquote>" ||
                                   tag.starts_with("</h");
            if (ends_line) text += '\n';
            at = end + 1;
            continue;
        }
        if (safe[at] == '&') {
            const auto rest = std::string_view(safe).substr(at);
            bool known = false;
            for (const auto& [entity, character] :
                 {std::pair{"&amp;", '&'},
                  {"&lt;", '<'},
                  {"&gt;", '>'},
                  {"&quot;", '"'},
                  {"&#39;", '\''}}) {
                if (!rest.starts_with(entity)) continue;
                text += character;
                at += std::string_view(entity).size();
                known = true;
                break;
            }
            if (known) continue;
        }
        text += safe[at++];
    }
    return std::string(trim(text));
}

std::string clean_name(std::string_view text, std::size_t max_characters) {
    std::string flat;
    for (const char c : strip_invisible(without_tags(repair_utf8(cut_bytes(text, kInputBytes))))) {
        const bool is_space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        if (!is_space)
            flat += c;
        else if (!flat.empty() && flat.back() != ' ')
            flat += ' ';
    }
    return std::string(trim(cut_codepoints(flat, max_characters)));
}

}  // namespace outboard::html
