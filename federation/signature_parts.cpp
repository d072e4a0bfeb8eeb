// SPDX-License-Identifier: Apache-2.0
#include "federation/signature_parts.hpp"

#include <algorithm>

#include "federation/base/bytes.hpp"
#include "federation/base/text.hpp"

namespace outboard::federation::parts {

tl::unexpected<Error> refuse(std::string why, std::string detail) {
    return fail(Code::Unauthorized, "Signature: " + std::move(why), std::move(detail));
}

tl::unexpected<Error> unreadable(std::string why) {
    return fail(Code::Invalid, "Signature: " + std::move(why));
}

bool is_read(const Request& request) { return request.method == "GET" || request.method == "HEAD"; }

bool needs_digest(const Request& request) { return !is_read(request) || !request.body.empty(); }

std::string normal_authority(std::string_view authority, std::string_view scheme) {
    std::string out = lower_ascii(authority);
    const std::string_view usual = scheme == "http" ? ":80" : ":443";
    if (out.ends_with(usual)) out.resize(out.size() - usual.size());
    return out;
}

Result<std::string> own_authority(const Request& request, const SignaturePolicy& policy) {
    const auto hosts = request.values("host");
    if (hosts.empty()) return refuse("no Host header");
    if (hosts.size() > 1) return unreadable("two Host headers");
    std::string host = normal_authority(hosts[0], policy.own_scheme);
    for (const auto& own : policy.own_authorities) {
        if (normal_authority(own, policy.own_scheme) == host) return host;
    }
    return refuse("made for another host");
}

std::optional<Instant> from_seconds(std::int64_t seconds) {
    constexpr std::int64_t kYear10000 = 253'402'300'800;
    if (seconds < 0 || seconds >= kYear10000) return std::nullopt;
    return from_ms(seconds * 1000);
}

Result<void> check_time(Instant at, const SignaturePolicy& policy, Instant now) {
    if (at < now - policy.max_age) return refuse("too old");
    if (at > now + policy.max_ahead) return refuse("from the future");
    return {};
}

Result<void> check_expires(std::optional<Instant> created, Instant expires, Instant now) {
    if (created && expires < *created) return refuse("expires before it was created");
    if (expires < now) return refuse("expired");
    return {};
}

Result<void> check_digest(const Request& request) {
    const auto header = request.joined("digest");
    if (!header) return refuse("no Digest header");
    std::vector<std::string> seen;
    std::optional<std::string> found;
    for (auto entry : split(*header, ',')) {
        entry = trim(entry);
        const auto mark = entry.find('=');
        if (mark == std::string_view::npos) return refuse("malformed Digest header");
        const std::string algorithm = lower_ascii(entry.substr(0, mark));
        if (std::find(seen.begin(), seen.end(), algorithm) != seen.end() || seen.size() == 16) {
            return refuse("Digest names an algorithm twice");
        }
        seen.push_back(algorithm);
        if (algorithm != "sha-256") continue;
        found = from_base64(entry.substr(mark + 1));
        if (!found) return refuse("Digest is not base64");
    }
    if (!found) return refuse("Digest without SHA-256");
    if (!equal_constant_time(*found, sha256(request.body)))
        return refuse("Digest does not match the body");
    return {};
}

Result<void> check_content_digest(const Request& request) {
    const auto header = request.joined("content-digest");
    if (!header) return refuse("no Content-Digest header");
    const auto entries = sf::parse_dictionary(*header);
    if (!entries) return refuse("malformed Content-Digest header");
    bool found = false;
    for (const auto& entry : *entries) {
        if (entry.key != "sha-256" && entry.key != "sha-512") continue;
        const auto& value = entry.items.front().value;
        if (entry.is_list || value.kind != sf::Value::Kind::Bytes) {
            return refuse("malformed Content-Digest header");
        }
        const std::string right =
            entry.key == "sha-256" ? sha256(request.body) : sha512(request.body);
        if (!equal_constant_time(value.text, right))
            return refuse("Content-Digest does not match the body");
        found = true;
    }
    if (!found) return refuse("Content-Digest without sha-256 or sha-512");
    return {};
}

}  // namespace outboard::federation::parts
