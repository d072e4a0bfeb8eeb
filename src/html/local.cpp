// SPDX-License-Identifier: Apache-2.0
#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#include <cstdlib>
#include <memory>
#include <mutex>

#include "federation/base/text.hpp"
#include "src/html/html.hpp"
#include "src/html/text_rules.hpp"
#include "src/html/tokens.hpp"

namespace outboard::html {
namespace {

std::string without_returns(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\r')
            out += text[at];
        else if (at + 1 >= text.size() || text[at + 1] != '\n')
            out += '\n';
    }
    return out;
}

struct NodeEnd {
    void operator()(cmark_node* node) const { cmark_node_free(node); }
};
struct ParserEnd {
    void operator()(cmark_parser* parser) const { cmark_parser_free(parser); }
};
struct IterEnd {
    void operator()(cmark_iter* iter) const { cmark_iter_free(iter); }
};
using NodePtr = std::unique_ptr<cmark_node, NodeEnd>;
using ParserPtr = std::unique_ptr<cmark_parser, ParserEnd>;
using IterPtr = std::unique_ptr<cmark_iter, IterEnd>;

NodePtr parse_markdown(const std::string& text) {
    static std::once_flag registered;
    std::call_once(registered, [] { cmark_gfm_core_extensions_ensure_registered(); });
    const ParserPtr parser(cmark_parser_new(CMARK_OPT_DEFAULT));
    for (const char* name : {"table", "strikethrough"}) {
        if (auto* extension = cmark_find_syntax_extension(name))
            cmark_parser_attach_syntax_extension(parser.get(), extension);
    }
    cmark_parser_feed(parser.get(), text.data(), text.size());
    return NodePtr(cmark_parser_finish(parser.get()));
}

bool is_inside_link(cmark_node* node) {
    for (auto* at = cmark_node_parent(node); at; at = cmark_node_parent(at)) {
        if (cmark_node_get_type(at) == CMARK_NODE_LINK ||
            cmark_node_get_type(at) == CMARK_NODE_IMAGE)
            return true;
    }
    return false;
}

/// Raw HTML is shown as the text it is (DESIGN.md 3.11).
void show_raw_html(cmark_node* node) {
    const char* literal = cmark_node_get_literal(node);
    auto* text = cmark_node_new(CMARK_NODE_TEXT);
    cmark_node_set_literal(text, literal ? literal : "");
    if (cmark_node_get_type(node) == CMARK_NODE_HTML_BLOCK) {
        auto* paragraph = cmark_node_new(CMARK_NODE_PARAGRAPH);
        cmark_node_append_child(paragraph, text);
        cmark_node_replace(node, paragraph);
    } else {
        cmark_node_replace(node, text);
    }
    cmark_node_free(node);
}

void mark_up_text(cmark_node* node, const Markup& markup) {
    const char* literal = cmark_node_get_literal(node);
    const std::string text = literal ? literal : "";
    bool any = false;
    std::string html;
    for (const auto& token : tokenize(text)) {
        any = any || token.kind != Token::Kind::Text;
        html += to_markup(token, markup);
    }
    if (!any) return;
    auto* replaced = cmark_node_new(CMARK_NODE_CUSTOM_INLINE);
    cmark_node_set_on_enter(replaced, html.c_str());
    cmark_node_replace(node, replaced);
    cmark_node_free(node);
}

template <class Use>
void for_each_node(cmark_node* root, cmark_node_type type, Use&& use) {
    std::vector<cmark_node*> found;  // changed after the walk: an iterator does not survive it
    const IterPtr iter(cmark_iter_new(root));
    for (auto event = cmark_iter_next(iter.get()); event != CMARK_EVENT_DONE;
         event = cmark_iter_next(iter.get())) {
        if (event == CMARK_EVENT_ENTER &&
            cmark_node_get_type(cmark_iter_get_node(iter.get())) == type)
            found.push_back(cmark_iter_get_node(iter.get()));
    }
    for (auto* node : found) use(node);
}

}  // namespace

SafeHtml from_plain(std::string_view text, const Markup& markup) {
    const auto clean = without_returns(repair_utf8(text));
    std::string html;
    std::size_t at = 0;
    const std::string_view view = trim(clean);
    while (at < view.size()) {
        auto end = view.find("\n\n", at);
        if (end == std::string_view::npos) end = view.size();
        std::string paragraph;
        for (const auto& token : tokenize(view.substr(at, end - at))) {
            for (const char c : to_markup(token, markup))
                paragraph += c == '\n' ? std::string("<br>") : std::string(1, c);
        }
        html += "<p>" + paragraph + "</p>";
        at = end;
        while (at < view.size() && view[at] == '\n') ++at;
    }
    return sanitize(html);
}

SafeHtml from_markdown(std::string_view text, const Markup& markup) {
    const auto root = parse_markdown(without_returns(repair_utf8(text)));
    if (!root) return from_plain(text, markup);
    for (const auto type : {CMARK_NODE_HTML_BLOCK, CMARK_NODE_HTML_INLINE})
        for_each_node(root.get(), type, show_raw_html);
    cmark_consolidate_text_nodes(root.get());
    for_each_node(root.get(), CMARK_NODE_TEXT, [&](cmark_node* node) {
        if (!is_inside_link(node)) mark_up_text(node, markup);
    });
    // Our own markup is in custom nodes; no raw HTML of the author is left, and the list below
    // judges it all.
    char* rendered = cmark_render_html(root.get(), CMARK_OPT_UNSAFE, nullptr);
    const std::string html = rendered ? rendered : "";
    std::free(rendered);
    return sanitize(trim(html));
}

}  // namespace outboard::html
