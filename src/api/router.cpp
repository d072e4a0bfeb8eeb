// SPDX-License-Identifier: Apache-2.0
#include "src/api/router.hpp"

#include <algorithm>

#include "federation/base/text.hpp"

namespace outboard::api {
namespace {

/// Segments of a path without its trailing slash; nothing for a path that is none or has empty
/// segments.
std::optional<std::vector<std::string_view>> segments_of(std::string_view path) {
    if (!path.starts_with('/')) return std::nullopt;
    path.remove_prefix(1);
    if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    if (path.empty()) return std::vector<std::string_view>{};
    auto parts = split(path, '/');
    if (std::any_of(parts.begin(), parts.end(), [](auto part) { return part.empty(); })) {
        return std::nullopt;
    }
    return parts;
}

constexpr std::size_t kStartSegments =
    3;  // "/api/v1/accounts": enough to leave a handful of candidates

bool is_literal(std::string_view segment) {
    return segment.find(':') == std::string_view::npos && !segment.starts_with('*');
}

std::string join_start(const std::vector<std::string_view>& segments, std::size_t count) {
    std::string key;
    for (std::size_t i = 0; i < count; ++i) key += "/" + std::string(segments[i]);
    return key;
}

/// Rank of a segment for choosing between patterns: literal, then literal with a parameter, then
/// parameter, then rest.
char rank(std::string_view segment) {
    if (is_literal(segment)) return 'a';
    if (segment.starts_with('*')) return 'd';
    return segment.starts_with(':') ? 'c' : 'b';
}

std::string rank_of(std::string_view pattern) {
    const auto segments = *segments_of(pattern);
    std::string ranks;
    for (const auto segment : segments) ranks += rank(segment);
    return ranks;
}

/// A decoded parameter; nothing for text that no id or name of ours can hold.
std::optional<std::string> decode(std::string_view raw) {
    auto text = percent_decode(raw);
    if (!is_utf8(text) || text.find('\0') != std::string::npos) return std::nullopt;
    return text;
}

using Parameters = std::vector<std::pair<std::string, std::string>>;

std::optional<Parameters> match_pattern(
    const std::string& pattern, const std::vector<std::string_view>& path
) {
    const auto wanted = *segments_of(pattern);
    const bool takes_rest = !wanted.empty() && wanted.back().starts_with('*');
    if (takes_rest ? path.size() < wanted.size() : path.size() != wanted.size()) {
        return std::nullopt;
    }
    Parameters found;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const auto segment = wanted[i];
        if (segment.starts_with('*')) {
            std::string rest(path[i]);
            for (std::size_t j = i + 1; j < path.size(); ++j) rest += "/" + std::string(path[j]);
            auto text = decode(rest);
            if (!text) return std::nullopt;
            found.emplace_back(segment.substr(1), std::move(*text));
            continue;
        }
        const auto colon = segment.find(':');
        const auto literal = segment.substr(0, colon);
        if (colon == std::string_view::npos) {
            if (path[i] != literal) return std::nullopt;
            continue;
        }
        if (!path[i].starts_with(literal) || path[i].size() == literal.size()) return std::nullopt;
        auto text = decode(path[i].substr(literal.size()));
        if (!text) return std::nullopt;
        found.emplace_back(segment.substr(colon + 1), std::move(*text));
    }
    return found;
}

bool answers(const Route& route, std::string_view method) {
    if (route.method == method) return true;
    if (method == "HEAD") return route.method == "GET";
    if (method == "PUT") return route.method == "PATCH";
    return method == "PATCH" && route.method == "PUT";
}

}  // namespace

void Router::add(std::string method, std::string pattern, Handle handle, Policy policy) {
    const auto segments = *segments_of(pattern);
    std::size_t literals = 0;
    while (literals < std::min(segments.size(), kStartSegments) && is_literal(segments[literals])) {
        ++literals;
    }
    auto& candidates = by_start_[join_start(segments, literals)];
    const auto position = std::find_if(candidates.begin(), candidates.end(), [&](std::size_t i) {
        return rank_of(pattern) < rank_of(routes_[i].pattern);
    });
    candidates.insert(position, routes_.size());
    routes_.push_back({std::move(method), std::move(pattern), handle, policy});
}

Router::Match Router::match(std::string_view method, std::string_view path) const {
    Match found;
    const auto segments = segments_of(path);
    if (!segments) return found;
    for (auto literals = std::min(segments->size(), kStartSegments) + 1; literals-- > 0;) {
        const auto candidates = by_start_.find(join_start(*segments, literals));
        if (candidates == by_start_.end()) continue;
        for (const auto index : candidates->second) {
            const auto& route = routes_[index];
            auto parameters = match_pattern(route.pattern, *segments);
            if (!parameters) continue;
            if (answers(route, method)) {
                found.route = &route;
                found.parameters = std::move(*parameters);
                return found;
            }
            if (!found.path_known) found.surface = route.policy.surface;
            found.path_known = true;
            if (found.allowed.find(route.method) == std::string::npos) {
                found.allowed += (found.allowed.empty() ? "" : ", ") + route.method;
            }
        }
    }
    return found;
}

http::BodyLimit body_limits(const Router& router) {
    return [&router](std::string_view method, std::string_view path) -> std::size_t {
        const auto found = router.match(method, path);
        // Unknown routes may send what any call may, so that their refusal is the 404 and not the
        // size.
        return found.route ? found.route->policy.body_limit : limits::kApiBody;
    };
}

}  // namespace outboard::api
