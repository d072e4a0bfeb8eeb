// SPDX-License-Identifier: Apache-2.0
#include <gumbo.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>

#include "federation/base/text.hpp"
#include "federation/iri.hpp"
#include "src/html/html.hpp"
#include "src/html/text_rules.hpp"

namespace outboard::html {
namespace {

constexpr std::size_t kInputBytes = 64 * 1024;  // gumbo is quadratic in nesting: STACK.md section 6
constexpr int kOpenTags = 256;                  // open at once
constexpr int kDepth = 60;                      // of what is written; the invariant is 64
constexpr int kRounds = 4;                      // until the output is its own sanitized form
constexpr int kBreaksInARow = 2;

constexpr std::array<std::string_view, 37> kKept = {
    "p",   "br",    "a",    "span", "b",          "strong", "i",  "em",  "u",   "s",
    "del", "ins",   "code", "pre",  "blockquote", "ul",     "ol", "li",  "h1",  "h2",
    "h3",  "h4",    "h5",   "h6",   "ruby",       "rt",     "rp", "sub", "sup", "hr",
    "kbd", "small", "mark", "q",    "cite",       "abbr",   "var"
};
constexpr std::array<std::string_view, 12> kBlocks = {
    "p", "pre", "blockquote", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6"
};
/// Gone with all they hold.
constexpr std::array<std::string_view, 26> kDropped = {
    "script", "style",       "template", "noscript", "iframe",   "frame",  "frameset",
    "object", "embed",       "applet",   "select",   "textarea", "button", "svg",
    "title",  "noembed",     "noframes", "head",     "meta",     "link",   "base",
    "portal", "fencedframe", "dialog",   "datalist", "optgroup"
};
/// Not kept, but their text stands on lines of its own.
constexpr std::array<std::string_view, 20> kLines = {"div",     "section",    "article", "header",
                                                     "footer",  "main",       "aside",   "nav",
                                                     "figure",  "figcaption", "address", "dl",
                                                     "dt",      "dd",         "tr",      "table",
                                                     "details", "summary",    "caption", "form"};
constexpr std::array<std::string_view, 12> kClasses = {
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

/// One linear pass: more than kOpenTags elements open at once?
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

std::string gather_text(const GumboNode* node, int depth) {
    if (depth > kDepth) return {};
    if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE ||
        node->type == GUMBO_NODE_CDATA)
        return node->v.text.text;
    if (node->type != GUMBO_NODE_ELEMENT) return {};
    std::string text;
    const auto& children = node->v.element.children;
    for (unsigned i = 0; i < children.length; ++i)
        text += gather_text(static_cast<const GumboNode*>(children.data[i]), depth + 1);
    return text;
}

std::string_view attribute(const GumboElement& element, const char* name) {
    const auto* found = gumbo_get_attribute(&element.attributes, name);
    return found ? found->value : std::string_view{};
}

std::string name_of(const GumboElement& element) {
    if (element.tag != GUMBO_TAG_UNKNOWN) return gumbo_normalized_tagname(element.tag);
    GumboStringPiece piece = element.original_tag;
    gumbo_tag_from_original_text(&piece);
    return lower_ascii(std::string_view(piece.data ? piece.data : "", piece.data ? piece.length : 0)
    );
}

std::vector<std::string_view> kept_classes(const GumboElement& element, bool inside_link) {
    std::vector<std::string_view> kept;
    for (auto name : split(attribute(element, "class"), ' ')) {
        name = trim(name);
        // `invisible` shortens addresses inside their own link; elsewhere it would hide words
        // (H183).
        if ((name == "invisible" || name == "ellipsis") && !inside_link) continue;
        if (is_in(kClasses, name) && std::find(kept.begin(), kept.end(), name) == kept.end())
            kept.push_back(name);
    }
    return kept;
}

/// The address in normal form (punycode), without userinfo; nothing for other schemes.
std::optional<federation::Iri> clean_href(std::string_view href) {
    std::string text(trim(href));
    if (!starts_with_ignoring_case(text, "http://") && !starts_with_ignoring_case(text, "https://"))
        return std::nullopt;
    const auto host = text.find("//") + 2;
    const auto end = text.find_first_of("/?#\\", host);
    const auto at = text.substr(0, end).rfind('@');
    if (at != std::string::npos && at >= host) text.erase(host, at + 1 - host);
    auto parsed = federation::Iri::parse(text);
    if (!parsed || !parsed->is_http()) return std::nullopt;
    return *parsed;
}

/// Text of a link that a reader sees; what stands in `invisible` spans apart.
void split_visible(
    const GumboNode* node, bool hidden, int depth, std::string& visible, std::string& all
) {
    if (depth > kDepth) return;
    if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE ||
        node->type == GUMBO_NODE_CDATA) {
        all += node->v.text.text;
        if (!hidden) visible += node->v.text.text;
    }
    if (node->type != GUMBO_NODE_ELEMENT) return;
    const auto classes = kept_classes(node->v.element, /*inside_link=*/true);
    hidden = hidden || std::find(classes.begin(), classes.end(), "invisible") != classes.end();
    const auto& children = node->v.element.children;
    for (unsigned i = 0; i < children.length; ++i)
        split_visible(
            static_cast<const GumboNode*>(children.data[i]), hidden, depth + 1, visible, all
        );
}

/// Writes what is allowed of a parsed tree.
class Writer {
public:
    void node(const GumboNode* node, int depth) {
        switch (node->type) {
            case GUMBO_NODE_TEXT:
            case GUMBO_NODE_CDATA:
            case GUMBO_NODE_WHITESPACE:
                text(node->v.text.text);
                break;
            case GUMBO_NODE_ELEMENT:
                element(node, depth);
                break;
            case GUMBO_NODE_DOCUMENT:
            case GUMBO_NODE_COMMENT:
            case GUMBO_NODE_TEMPLATE:
                break;
        }
    }
    void children(const GumboElement& element, int depth) {
        for (unsigned i = 0; i < element.children.length; ++i)
            node(static_cast<const GumboNode*>(element.children.data[i]), depth);
    }
    void text(std::string_view raw) {
        const auto clean = clean_text(raw);
        if (trim(clean).empty()) {
            if (!pending_break_) out_ += escape_text(clean);
            return;
        }
        settle_break();
        breaks_ = 0;
        has_inline_ = true;
        out_ += escape_text(clean);
    }
    std::string take() { return std::move(out_); }

private:
    static std::string escape_text(std::string_view text) {
        std::string out;
        for (const char c : text) {
            if (c == '&')
                out += "&amp;";
            else if (c == '<')
                out += "&lt;";
            else if (c == '>')
                out += "&gt;";
            else
                out += c;
        }
        return out;
    }
    void settle_break() {
        if (pending_break_ && has_inline_ && breaks_ == 0) out_ += "<br>";
        pending_break_ = false;
    }
    void line_edge() { pending_break_ = pending_break_ || has_inline_; }

    void element(const GumboNode* node, int depth) {
        const auto& element = node->v.element;
        if (element.tag_namespace == GUMBO_NAMESPACE_MATHML) return math(node);
        if (element.tag_namespace != GUMBO_NAMESPACE_HTML) return;  // SVG goes entirely
        const auto name = name_of(element);
        if (is_in(kDropped, name)) return;
        if (name == "br") return line_break();
        if (name == "img") return text(attribute(element, "alt"));
        if (name == "hr") return rule();
        if (name == "a") return link(node, depth);
        if (!is_in(kKept, name) || depth >= kDepth) {
            const bool stands_alone = is_in(kLines, name);
            if (stands_alone) line_edge();
            if (name == "td" || name == "th") text(" ");
            children(element, depth);
            if (name == "td" || name == "th") text(" ");
            if (stands_alone) line_edge();
            return;
        }
        const bool is_block = is_in(kBlocks, name);
        if (is_block) {
            pending_break_ = has_inline_ = false;
            breaks_ = 0;
        } else {
            settle_break();
        }
        out_ += "<" + name + attributes(element, name) + ">";
        const auto before = out_.size();
        children(element, depth + 1);
        // The parser drops one newline after <pre>: the first one must be doubled to stay.
        if (name == "pre" && before < out_.size() && out_[before] == '\n')
            out_.insert(before, "\n");
        out_ += "</" + name + ">";
        if (is_block) {
            pending_break_ = has_inline_ = false;
            breaks_ = 0;
        }
    }

    std::string attributes(const GumboElement& element, std::string_view name) const {
        std::string text;
        std::string classes;
        for (const auto one : kept_classes(element, inside_link_))
            classes += (classes.empty() ? "" : " ") + std::string(one);
        if (!classes.empty()) text += " class=\"" + classes + "\"";
        std::int64_t number = 0;
        if (name == "ol" && parse_decimal(attribute(element, "start"), number) &&
            number < 1'000'000)
            text += " start=\"" + std::to_string(number) + "\"";
        return text;
    }

    void line_break() {
        pending_break_ = false;
        if (++breaks_ <= kBreaksInARow) out_ += "<br>";
    }
    void rule() {
        pending_break_ = has_inline_ = false;
        breaks_ = 0;
        out_ += "<hr>";
    }

    void math(const GumboNode* node) {
        // MathML is not shown: its TeX annotation is, or else its text.
        std::string tex = find_annotation(node, 0);
        if (tex.empty()) tex = gather_text(node, 0);
        text(tex);
    }
    static std::string find_annotation(const GumboNode* node, int depth) {
        if (node->type != GUMBO_NODE_ELEMENT || depth > kDepth) return {};
        if (name_of(node->v.element) == "annotation") return gather_text(node, 0);
        const auto& children = node->v.element.children;
        for (unsigned i = 0; i < children.length; ++i) {
            if (auto found =
                    find_annotation(static_cast<const GumboNode*>(children.data[i]), depth + 1);
                !found.empty())
                return found;
        }
        return {};
    }

    void link(const GumboNode* node, int depth) {
        const auto& element = node->v.element;
        const auto href =
            inside_link_ || depth >= kDepth ? std::nullopt : clean_href(attribute(element, "href"));
        if (!href) return children(element, depth);
        settle_break();
        breaks_ = 0;
        std::string classes;
        for (const auto one : kept_classes(element, /*inside_link=*/false))
            classes += (classes.empty() ? "" : " ") + std::string(one);
        std::string rel;
        for (const auto word : split(attribute(element, "rel"), ' ')) {
            if ((word == "tag" || word == "me") &&
                rel.find(std::string(word) + " ") == std::string::npos)
                rel += std::string(word) + " ";
        }
        out_ += "<a href=\"" + escape_html(href->str()) + "\"";
        if (!classes.empty()) out_ += " class=\"" + classes + "\"";
        out_ += " rel=\"" + rel + "nofollow noopener noreferrer\">";
        std::string visible, all;
        split_visible(node, false, 0, visible, all);
        inside_link_ = true;
        if (tells_another_host(trim(visible), href->host()) ||
            tells_another_host(trim(all), href->host())) {
            text(href->str());
        } else {
            children(element, depth + 1);
        }
        inside_link_ = false;
        has_inline_ = true;
        out_ += "</a>";
    }

    std::string out_;
    bool pending_break_ = false;  // a line ended; a break is due before more text
    bool has_inline_ = false;     // text since the last block edge
    bool inside_link_ = false;
    int breaks_ = 0;
};

struct ParsedTree {
    explicit ParsedTree(const std::string& text) : options(kGumboDefaultOptions) {
        options.fragment_context = GUMBO_TAG_DIV;
        output = gumbo_parse_with_options(&options, text.data(), text.size());
    }
    ~ParsedTree() { gumbo_destroy_output(&options, output); }
    ParsedTree(const ParsedTree&) = delete;
    ParsedTree& operator=(const ParsedTree&) = delete;
    GumboOptions options;
    GumboOutput* output;
};

std::string sanitize_once(const std::string& text) {
    const ParsedTree tree(text);
    Writer writer;
    writer.children(tree.output->root->v.element, 0);
    return writer.take();
}

/// Tags cut out in one linear pass, the rest as text: for what is too large or too deep to parse.
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

SafeHtml as_text(std::string_view text) {
    // Escaping makes five bytes of one at most; the result must pass unchanged through the same
    // caps.
    const auto plain = without_tags(cut_bytes(text, kInputBytes));
    std::string decoded;
    {
        const ParsedTree tree(escape_angles(plain));
        decoded = clean_text(gather_text(tree.output->root, 0));
    }
    std::string escaped;
    for (const char c : decoded) {
        if (escaped.size() + 6 > kInputBytes) break;
        if (c == '&')
            escaped += "&amp;";
        else if (c == '<')
            escaped += "&lt;";
        else if (c == '>')
            escaped += "&gt;";
        else
            escaped += c;
    }
    return SafeHtml::from_trusted(std::string(cut_bytes(escaped, escaped.size())));
}

}  // namespace

SafeHtml sanitize(std::string_view remote_html) {
    if (remote_html.size() > kInputBytes || nests_too_deep(remote_html))
        return as_text(repair_utf8(cut_bytes(remote_html, kInputBytes)));
    std::string current = repair_utf8(remote_html);
    for (int round = 0; round < kRounds; ++round) {
        std::string next = sanitize_once(current);
        if (next == current && round > 0) return SafeHtml::from_trusted(std::move(next));
        if (next.size() > kInputBytes || nests_too_deep(next)) return as_text(next);
        current = std::move(next);
    }
    // Hoisting what is not allowed can need another round; what does not settle is shown as text.
    return as_text(current);
}

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
