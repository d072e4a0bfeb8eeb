// SPDX-License-Identifier: Apache-2.0
#include "federation/discovery/webfinger.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "federation/base/text.hpp"
#include "federation/gate_parts.hpp"
#include "federation/shape.hpp"

namespace outboard::federation {
namespace {

constexpr std::size_t kMostUser = 256;
constexpr std::size_t kMostLinks = 100;
constexpr std::size_t kMostAliases = 20;

bool is_user(std::string_view user) {
    if (user.empty() || user.size() > kMostUser) return false;
    return std::all_of(user.begin(), user.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte > 0x20 && byte != 0x7F && c != '@' && c != '/' && c != '?' && c != '#' &&
               c != '\\';
    });
}

/// `host[:port]` in its normal form.
std::optional<std::string> parse_domain(std::string_view domain) {
    if (domain.empty() || domain.find_first_of("/?#@\\ ") != std::string_view::npos)
        return std::nullopt;
    const auto iri = Iri::parse("https://" + std::string(domain) + "/");
    if (!iri || iri->host().empty()) return std::nullopt;
    return iri->authority();
}

}  // namespace

std::optional<Handle> parse_handle(std::string_view text) {
    text = trim(text);
    if (starts_with_ignoring_case(text, "acct:")) text.remove_prefix(5);
    if (!text.empty() && text.front() == '@') text.remove_prefix(1);
    const auto at = text.find('@');
    if (at == std::string_view::npos) return std::nullopt;
    const auto user = text.substr(0, at);
    auto domain = parse_domain(text.substr(at + 1));
    if (!is_user(user) || !is_utf8(user) || !domain) return std::nullopt;
    return Handle{std::string(user), *std::move(domain)};
}

Result<Jrd> read_jrd(const json& document) {
    if (!document.is_object())
        return fail(Code::Invalid, "A WebFinger answer must be a JSON object");
    Jrd out;
    out.subject = shape::text(document, "subject").value_or("");
    for (const json* alias : shape::items(document, "aliases")) {
        if (alias->is_string() && out.aliases.size() < kMostAliases)
            out.aliases.push_back(alias->get<std::string>());
    }
    std::size_t seen = 0;
    for (const json* link : shape::items(document, "links")) {
        if (++seen > kMostLinks) break;
        if (out.self || shape::text(*link, "rel") != "self") continue;
        if (!gate::is_activity_content(shape::text(*link, "type").value_or(""))) continue;
        if (const auto href = shape::text(*link, "href")) out.self = shape::web(*href);
    }
    if (out.subject.empty() && out.aliases.empty() && !out.self) {
        return fail(Code::Invalid, "A WebFinger answer without subject, aliases and self link");
    }
    return out;
}

json write_jrd(
    const Handle& handle,
    const Iri& actor,
    const Iri& profile_url,
    std::string_view subscribe_template
) {
    json links = json::array(
        {{{"rel", "self"}, {"type", kActivityJson}, {"href", actor.str()}},
         {{"rel", "http://webfinger.net/rel/profile-page"},
          {"type", "text/html"},
          {"href", profile_url.str()}}}
    );
    if (!subscribe_template.empty()) {
        links.push_back(
            {{"rel", "http://ostatus.org/schema/1.0/subscribe"}, {"template", subscribe_template}}
        );
    }
    json aliases = json::array({actor.str()});
    if (profile_url != actor) aliases.push_back(profile_url.str());
    return {
        {"subject", "acct:" + handle.str()},
        {"aliases", std::move(aliases)},
        {"links", std::move(links)}
    };
}

}  // namespace outboard::federation
