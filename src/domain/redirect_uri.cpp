// SPDX-License-Identifier: Apache-2.0
#include "src/domain/redirect_uri.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "federation/base/text.hpp"
#include "federation/iri.hpp"

namespace outboard::redirect_uri {
namespace {

using federation::Iri;

constexpr std::size_t kMostBytes = 2000;  // Iri's own bound is 2,048; the code comes on top

// They run or carry content, or belong to the browser itself.
constexpr std::array<std::string_view, 12> kForbidden = {
    "about",
    "blob",
    "chrome",
    "content",
    "data",
    "file",
    "filesystem",
    "intent",
    "jar",
    "javascript",
    "vbscript",
    "view-source"
};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_uri_character(char c) {
    constexpr std::string_view kOthers = "-._~:/?[]@!$&'()*+,;=%";  // RFC 3986, without '#'
    return is_letter(c) || (c >= '0' && c <= '9') || kOthers.find(c) != std::string_view::npos;
}

/// In lower case; nothing when `uri` does not begin with one.
std::optional<std::string> scheme_of(std::string_view uri) {
    const auto colon = uri.find(':');
    if (colon == std::string_view::npos || colon == 0 || !is_letter(uri.front()))
        return std::nullopt;
    const auto scheme = uri.substr(0, colon);
    const bool fine = std::all_of(scheme.begin(), scheme.end(), [](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    });
    if (!fine) return std::nullopt;
    return lower_ascii(scheme);
}

bool is_web(std::string_view scheme) { return scheme == "http" || scheme == "https"; }

std::optional<Iri> web_address(std::string_view uri, std::string_view scheme) {
    if (!is_web(scheme)) return std::nullopt;
    auto parsed = Iri::parse(uri);
    if (!parsed || !parsed->is_http() || parsed->host().empty()) return std::nullopt;
    return *std::move(parsed);
}

/// Of `scheme://authority/…`; empty for other forms.
std::string_view authority_of(std::string_view uri) {
    const auto start = uri.find("://");
    if (start == std::string_view::npos) return {};
    const auto rest = uri.substr(start + 3);
    return rest.substr(0, rest.find_first_of("/?"));
}

/// What follows host and port of a plain http address on this machine.
std::optional<std::string_view> after_loopback(std::string_view uri, std::string_view start) {
    if (!uri.starts_with(start)) return std::nullopt;
    auto rest = uri.substr(start.size());
    if (rest.starts_with(':')) {
        const auto end = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
        std::int64_t port = 0;
        if (!parse_decimal(rest.substr(1, end - 1), port) || port < 1 || port > 65'535)
            return std::nullopt;
        rest.remove_prefix(end);
    }
    if (!rest.empty() && rest.front() != '/' && rest.front() != '?') return std::nullopt;
    return rest;
}

}  // namespace

Result<void> check(std::string_view uri) {
    const auto refuse = [&](std::string_view why) {
        return fail(
            Code::Invalid,
            "The redirect URI \"" + std::string(cut_bytes(uri, 80)) + "\" " + std::string(why)
        );
    };
    if (uri == kOutOfBand) return {};
    if (uri.size() > kMostBytes) return refuse("is longer than 2,000 bytes.");
    if (!std::all_of(uri.begin(), uri.end(), is_uri_character))
        return refuse("has a fragment or characters that stand in no URI.");
    const auto scheme = scheme_of(uri);
    if (!scheme) return refuse("is not absolute.");
    if (std::find(kForbidden.begin(), kForbidden.end(), *scheme) != kForbidden.end())
        return refuse("has a scheme that leads to no app.");
    if (authority_of(uri).find('@') != std::string_view::npos)
        return refuse("has a user name in it.");
    if (!is_web(*scheme)) return {};
    if (!web_address(uri, *scheme)) return refuse("is no address of the web.");
    return {};
}

bool matches(std::string_view registered, std::string_view asked) {
    if (registered == asked) return true;
    for (const std::string_view start : {"http://127.0.0.1", "http://[::1]"}) {
        const auto a = after_loopback(registered, start), b = after_loopback(asked, start);
        if (a && b) return *a == *b;
    }
    return false;
}

std::string with_parameters(
    std::string_view uri, const std::vector<std::pair<std::string, std::string>>& parameters
) {
    std::string out(uri);
    for (const auto& [name, value] : parameters) {
        if (out.find('?') == std::string::npos) {
            out += '?';
        } else if (!out.ends_with('?') && !out.ends_with('&')) {
            out += '&';
        }
        out += percent_encode(name) + "=" + percent_encode(value);
    }
    return out;
}

std::string policy_source(std::string_view uri) {
    if (uri == kOutOfBand) return {};
    const auto scheme = scheme_of(uri);
    if (!scheme) return {};
    const auto parsed = web_address(uri, *scheme);
    // A policy has no word for an IPv6 address.
    if (!parsed || parsed->host().find(':') != std::string_view::npos) return *scheme + ":";
    return parsed->origin();
}

std::string shown(std::string_view uri) {
    const auto scheme = scheme_of(uri).value_or("");
    const auto parsed = web_address(uri, scheme);
    return parsed ? parsed->authority() : scheme + ":";
}

}  // namespace outboard::redirect_uri
