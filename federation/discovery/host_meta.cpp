// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>

#include "federation/base/text.hpp"
#include "federation/discovery/webfinger.hpp"
#include "federation/shape.hpp"

namespace outboard::federation {
namespace {

constexpr std::size_t kMostBytes = 64 * 1024;
constexpr std::size_t kMostElements = 200;

/// The value of an attribute in the text of one start tag; both kinds of quotes.
std::optional<std::string> attribute(std::string_view tag, std::string_view name) {
    std::size_t from = 0;
    while ((from = tag.find(name, from)) != std::string_view::npos) {
        const bool starts = from > 0 && (tag[from - 1] == ' ' || tag[from - 1] == '\t' ||
                                         tag[from - 1] == '\n' || tag[from - 1] == '\r');
        auto at = from + name.size();
        from = at;
        if (!starts) continue;
        while (at < tag.size() &&
               (tag[at] == ' ' || tag[at] == '\n' || tag[at] == '\t' || tag[at] == '\r'))
            ++at;
        if (at >= tag.size() || tag[at] != '=') continue;
        ++at;
        while (at < tag.size() &&
               (tag[at] == ' ' || tag[at] == '\n' || tag[at] == '\t' || tag[at] == '\r'))
            ++at;
        if (at >= tag.size() || (tag[at] != '"' && tag[at] != '\'')) return std::nullopt;
        const auto end = tag.find(tag[at], at + 1);
        if (end == std::string_view::npos) return std::nullopt;
        return std::string(tag.substr(at + 1, end - at - 1));
    }
    return std::nullopt;
}

/// `&amp;` only: the one entity a template needs. Anything else with an ampersand is refused: no
/// entities here.
std::optional<std::string> unescape(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '&') {
            out += text[i];
        } else if (text.substr(i, 5) == "&amp;") {
            out += '&';
            i += 4;
        } else {
            return std::nullopt;
        }
    }
    return out;
}

std::optional<std::string> accept_template(const std::string& text, std::string_view host) {
    const auto slot = text.find("{uri}");
    if (slot == std::string::npos) return std::nullopt;
    auto filled = text;
    filled.replace(slot, 5, "x");
    const auto iri = Iri::parse(filled);
    if (!iri || !iri->is_http() || iri->authority() != host) return std::nullopt;
    return text;
}

std::optional<std::string> from_xrd(std::string_view body, std::string_view host) {
    std::size_t at = 0;
    for (std::size_t count = 0; count < kMostElements; ++count) {
        at = body.find("<Link", at);
        if (at == std::string_view::npos) return std::nullopt;
        const auto end = body.find('>', at);
        if (end == std::string_view::npos) return std::nullopt;
        const auto tag = body.substr(at, end - at);
        at = end;
        if (tag.find('<', 1) != std::string_view::npos) continue;  // never closed: it is no tag
        if (attribute(tag, "rel") != "lrdd") continue;
        const auto found = attribute(tag, "template");
        if (!found) continue;
        const auto text = unescape(*found);
        if (!text) continue;
        if (auto accepted = accept_template(*text, host)) return accepted;
    }
    return std::nullopt;
}

std::optional<std::string> from_jrd(const json& document, std::string_view host) {
    std::size_t count = 0;
    for (const json* link : shape::items(document, "links")) {
        if (++count > kMostElements) break;
        if (shape::text(*link, "rel") != "lrdd") continue;
        const auto text = shape::text(*link, "template");
        if (!text) continue;
        if (auto accepted = accept_template(*text, host)) return accepted;
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> host_meta_template(std::string_view body, std::string_view host) {
    if (body.size() > kMostBytes || !is_utf8(body)) return std::nullopt;
    const auto start = trim(body);
    if (!start.empty() && start.front() == '{') {
        const auto document = read_json(start);
        return document ? from_jrd(*document, host) : std::nullopt;
    }
    // Comments and declarations could hide a Link from other readers: none is needed, none is
    // taken.
    if (body.find("<!") != std::string_view::npos) return std::nullopt;
    return from_xrd(body, host);
}

std::string write_host_meta(std::string_view origin) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
           "<XRD xmlns=\"http://docs.oasis-open.org/ns/xri/xrd-1.0\">\n"
           "  <Link rel=\"lrdd\" template=\"" +
           escape_html(origin) +
           "/.well-known/webfinger?resource={uri}\"/>\n"
           "</XRD>\n";
}

}  // namespace outboard::federation
