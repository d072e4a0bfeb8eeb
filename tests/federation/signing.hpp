// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "federation/base/bytes.hpp"
#include "federation/signature_parts.hpp"
#include "federation/signatures.hpp"

/// A receiving node (b.example), an honest sender (ann at a.example) with keys made at the start of
/// the tests, and hands to sign whatever a case needs.
namespace outboard::tests {

inline const std::string kKeyId = "https://a.example/users/ann#main-key";
inline const std::string kEdKeyId = "https://a.example/users/ann#ed25519-key";
inline const Instant kNow = from_ms(1795323600000);  // Sun, 22 Nov 2026 05:00:00 GMT
inline const std::string kBody = R"({"type":"Follow","actor":"https://a.example/users/ann"})";

inline const federation::PrivateKey& rsa_key() {
    static const auto key = federation::PrivateKey::generate(federation::KeyKind::Rsa);
    return key;
}
inline const federation::PrivateKey& ed_key() {
    static const auto key = federation::PrivateKey::generate(federation::KeyKind::Ed25519);
    return key;
}
inline federation::Signer rsa_signer() { return {kKeyId, rsa_key()}; }
inline federation::Signer ed_signer() { return {kEdKeyId, ed_key()}; }

inline federation::SignaturePolicy policy() { return {.own_authorities = {"b.example"}}; }

inline void set(federation::Request& request, const std::string& name, std::string value) {
    std::erase_if(request.headers, [&](const auto& header) { return header.name == name; });
    request.headers.push_back({name, std::move(value)});
}
inline void remove(federation::Request& request, const std::string& name) {
    std::erase_if(request.headers, [&](const auto& header) { return header.name == name; });
}
inline std::string value(const federation::Request& request, const std::string& name) {
    return request.joined(name).value_or("");
}

inline std::string digest_of(std::string_view body) { return "SHA-256=" + to_base64(sha256(body)); }
inline std::string content_digest_of(std::string_view body) {
    return "sha-256=:" + to_base64(sha256(body)) + ":";
}

/// A delivery and a fetch, without signature headers.
inline federation::Request post(std::string target = "/users/bob/inbox") {
    return {
        .method = "POST",
        .target = std::move(target),
        .headers =
            {{"Host", "b.example"},
             {"Date", "Sun, 22 Nov 2026 05:00:00 GMT"},
             {"Content-Type", "application/activity+json"},
             {"Digest", digest_of(kBody)},
             {"Content-Digest", content_digest_of(kBody)}},
        .body = kBody
    };
}
inline federation::Request get(std::string target = "/users/bob") {
    return {
        .method = "GET",
        .target = std::move(target),
        .headers = {{"Host", "b.example"}, {"Date", "Sun, 22 Nov 2026 05:00:00 GMT"}},
        .body = ""
    };
}

struct Cavage {
    std::vector<std::string> covered = {"(request-target)", "host", "date", "digest"};
    std::optional<std::string> algorithm = "rsa-sha256";
    std::optional<std::int64_t> created = {}, expires = {};
    std::string key_id = kKeyId;
    std::string extra = {};  // more parameters, with a leading comma
};

/// The parameters of a signature that is right for what it covers.
inline std::string cavage_value(
    const federation::Request& request,
    const Cavage& how = {},
    const federation::PrivateKey& key = rsa_key()
) {
    const auto base = federation::parts::signing_string(
        request, request.target, how.covered, how.created, how.expires
    );
    std::string names;
    for (const auto& name : how.covered) names += (names.empty() ? "" : " ") + name;
    std::string out = "keyId=\"" + how.key_id + "\"";
    if (how.algorithm) out += ",algorithm=\"" + *how.algorithm + "\"";
    if (how.created) out += ",created=" + std::to_string(*how.created);
    if (how.expires) out += ",expires=" + std::to_string(*how.expires);
    return out + how.extra + ",headers=\"" + names + "\",signature=\"" +
           to_base64(key.sign(base.value_or(""))) + "\"";
}
inline federation::Request sign_cavage(
    federation::Request request,
    const Cavage& how = {},
    const federation::PrivateKey& key = rsa_key()
) {
    set(request, "Signature", cavage_value(request, how, key));
    return request;
}

inline const std::string kUsualInput =
    R"(("@method" "@target-uri" "content-digest");created=1795323600;keyid="https://a.example/users/ann#main-key")";

/// Signs the inner list `input` as RFC 9421 does; the base must exist, except for cases that are
/// refused before it.
inline std::string rfc9421_signature(
    const federation::Request& request,
    const std::string& input,
    const federation::PrivateKey& key = rsa_key()
) {
    const auto members = federation::sf::parse_dictionary("x=" + input);
    std::string base;
    if (members) {
        base = federation::parts::signature_base(request, members->front(), "https", "b.example")
                   .value_or("");
    }
    return ":" + to_base64(key.sign(base)) + ":";
}
inline federation::Request sign_rfc9421(
    federation::Request request,
    const std::string& input = kUsualInput,
    const federation::PrivateKey& key = rsa_key()
) {
    set(request, "Signature-Input", "sig1=" + input);
    set(request, "Signature", "sig1=" + rfc9421_signature(request, input, key));
    return request;
}

/// "accepted", or the status and the reason: "401 too old".
inline std::string verdict(
    const federation::Request& request,
    const federation::SignaturePolicy& policy = tests::policy(),
    Instant now = kNow
) {
    const auto describe = [](const Error& error) {
        const std::string_view shown = error.shown;
        constexpr std::string_view kPrefix = "Signature: ";
        const std::string code = error.code == Code::Unauthorized ? "401 "
                                 : error.code == Code::Invalid    ? "400 "
                                                                  : "? ";
        return code +
               std::string(shown.starts_with(kPrefix) ? shown.substr(kPrefix.size()) : shown);
    };
    const auto claims = federation::read_signatures(request, policy, now);
    if (!claims) return describe(claims.error());
    if (claims->empty()) return "no claims";
    std::string last;
    for (const auto& claim : *claims) {
        const auto& key = claim.key_id == kEdKeyId ? ed_key() : rsa_key();
        const bool known = claim.key_id == kEdKeyId || claim.key_id == kKeyId;
        const auto checked = federation::check_signature(claim, key.public_key());
        if (known && checked) return "accepted";
        last = checked ? "401 unknown key" : describe(checked.error());
    }
    return last;
}

}  // namespace outboard::tests
