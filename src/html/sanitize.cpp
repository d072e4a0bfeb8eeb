// SPDX-License-Identifier: Apache-2.0
#include <gumbo.h>

#include <algorithm>
#include <memory>

#include "federation/base/text.hpp"
#include "federation/iri.hpp"
#include "src/html/allowed.hpp"
#include "src/html/html.hpp"
#include "src/html/tags.hpp"
#include "src/html/text_rules.hpp"

namespace outboard::html {
namespace {

constexpr int kDepth = 60;  // of what is written; the invariant is 64
constexpr int kRounds = 4;  // until the output is its own sanitized form
constexpr int kBreaksInARow = 2;

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

}  // namespace outboard::html
