// SPDX-License-Identifier: Apache-2.0
#include "federation/signatures.hpp"

#include <algorithm>
#include <stdexcept>

#include "federation/base/bytes.hpp"
#include "federation/base/text.hpp"
#include "federation/signature_parts.hpp"

namespace outboard::federation {
namespace {

bool same_name(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) {
               return lower(x) == lower(y);
           });
}

std::string_view without_padding(std::string_view value) {
    const auto first = value.find_first_not_of(" \t");
    if (first == std::string_view::npos) return value.substr(0, 0);
    return value.substr(first, value.find_last_not_of(" \t") - first + 1);
}

void set_header(Request& request, const std::string& name, std::string value) {
    std::erase_if(request.headers, [&](const Header& header) {
        return same_name(header.name, name);
    });
    request.headers.push_back({name, std::move(value)});
}

/// The Signature headers and the credentials of `Authorization: Signature`, sorted by the scheme
/// they are written in.
struct Found {
    std::vector<std::string_view> cavage;
    std::string dictionaries;  // joined
};

Found find_signatures(const Request& request) {
    Found out;
    for (const auto value : request.values("signature")) {
        // No header of the draft reads as a dictionary: the I of keyId is not allowed in its keys.
        const auto dictionary = sf::parse_dictionary(value);
        if (!dictionary || dictionary->empty()) {
            out.cavage.push_back(value);
            continue;
        }
        if (!out.dictionaries.empty()) out.dictionaries += ", ";
        out.dictionaries += value;
    }
    constexpr std::string_view kScheme = "Signature ";
    for (const auto value : request.values("authorization")) {
        if (starts_with_ignoring_case(value, kScheme))
            out.cavage.push_back(value.substr(kScheme.size()));
    }
    return out;
}

/// Line breaks and NULs never stand inside a value; whoever let one through did not parse the
/// message as we do.
Result<void> check_headers(const Request& request) {
    for (const auto& header : request.headers) {
        if (header.value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
            return parts::unreadable("a header has a line break inside");
        }
    }
    if (!request.target.starts_with('/')) return parts::unreadable("the target is not a path");
    return {};
}

Result<std::vector<SignatureClaim>> read_one_cavage(
    const Request& request, const Found& found, const SignaturePolicy& policy, Instant now
) {
    if (found.cavage.size() > 1) return parts::unreadable("two signatures on one request");
    OB_TRY(auto claim, parts::read_cavage(request, found.cavage.front(), policy, now));
    std::vector<SignatureClaim> out;
    out.push_back(std::move(claim));
    return out;
}

void sign_cavage(Request& request, const Signer& signer) {
    std::vector<std::string> covered = {"(request-target)", "host", "date"};
    if (parts::needs_digest(request)) {
        set_header(request, "Digest", "SHA-256=" + to_base64(sha256(request.body)));
        covered.emplace_back("digest");
        if (request.joined("content-type")) covered.emplace_back("content-type");
    }
    const auto base = parts::signing_string(request, request.target, covered, {}, {});
    if (!base) throw std::logic_error(base.error().shown);
    std::string names;
    for (const auto& name : covered) names += (names.empty() ? "" : " ") + name;
    const std::string algorithm = signer.key.kind() == KeyKind::Rsa ? "rsa-sha256" : "hs2019";
    set_header(
        request,
        "Signature",
        "keyId=\"" + signer.key_id + "\",algorithm=\"" + algorithm + "\",headers=\"" + names +
            "\",signature=\"" + to_base64(signer.key.sign(*base)) + "\""
    );
}

sf::Item component(std::string name) {
    return {{.kind = sf::Value::Kind::String, .text = std::move(name)}};
}

void sign_rfc9421(
    Request& request,
    const Signer& signer,
    std::string_view url_scheme,
    std::string_view authority,
    Instant now
) {
    using Kind = sf::Value::Kind;
    sf::Member input{.key = "sig1", .is_list = true};
    input.items = {component("@method"), component("@target-uri")};
    if (parts::needs_digest(request)) {
        set_header(request, "Content-Digest", "sha-256=:" + to_base64(sha256(request.body)) + ":");
        input.items.push_back(component("content-digest"));
    }
    const std::string algorithm = signer.key.kind() == KeyKind::Rsa ? "rsa-v1_5-sha256" : "ed25519";
    input.parameters = {
        {"created", {.kind = Kind::Integer, .number = to_ms(now) / 1000}},
        {"keyid", {.kind = Kind::String, .text = signer.key_id}},
        {"alg", {.kind = Kind::String, .text = algorithm}}
    };
    const auto base = parts::signature_base(request, input, url_scheme, authority);
    if (!base) throw std::logic_error(base.error().shown);
    set_header(request, "Signature-Input", "sig1=" + sf::serialize(input));
    set_header(request, "Signature", "sig1=:" + to_base64(signer.key.sign(*base)) + ":");
}

}  // namespace

std::vector<std::string_view> Request::values(std::string_view name) const {
    std::vector<std::string_view> out;
    for (const auto& header : headers) {
        if (same_name(header.name, name)) out.push_back(without_padding(header.value));
    }
    return out;
}

std::optional<std::string> Request::joined(std::string_view name) const {
    std::optional<std::string> out;
    for (const auto& header : headers) {
        if (!same_name(header.name, name)) continue;
        if (out) {
            out->append(", ").append(without_padding(header.value));
        } else {
            out = std::string(without_padding(header.value));
        }
    }
    return out;
}

void sign(
    Request& request,
    const Signer& signer,
    SignatureScheme scheme,
    std::string_view url_scheme,
    std::string_view authority,
    Instant now
) {
    for (const char c : signer.key_id) {
        if (c <= 0x20 || c >= 0x7F || c == '"' || c == '\\')
            throw std::logic_error("key id is not an IRI");
    }
    std::erase_if(request.headers, [](const Header& header) {
        return same_name(header.name, "signature") || same_name(header.name, "signature-input") ||
               same_name(header.name, "digest") || same_name(header.name, "content-digest");
    });
    if (!request.joined("host")) request.headers.push_back({"Host", std::string(authority)});
    set_header(request, "Date", format_http_date(now));
    switch (scheme) {
        case SignatureScheme::DraftCavage:
            return sign_cavage(request, signer);
        case SignatureScheme::Rfc9421: {
            const auto host = parts::normal_authority(*request.joined("host"), url_scheme);
            return sign_rfc9421(request, signer, url_scheme, host, now);
        }
    }
}

Result<std::vector<SignatureClaim>> read_signatures(
    const Request& request, const SignaturePolicy& policy, Instant now
) {
    OB_CHECK(check_headers(request));
    const Found found = find_signatures(request);
    if (!request.joined("signature-input")) {
        if (!found.dictionaries.empty()) return parts::refuse("Signature without Signature-Input");
        if (found.cavage.empty()) return parts::refuse("the request is not signed");
        return read_one_cavage(request, found, policy, now);
    }
    auto reading = parts::read_rfc9421(request, found.dictionaries, policy, now);
    if (auto* claims = std::get_if<std::vector<SignatureClaim>>(&reading))
        return std::move(*claims);
    if (auto* error = std::get_if<Error>(&reading)) return tl::unexpected<Error>(std::move(*error));
    if (!found.cavage.empty()) return read_one_cavage(request, found, policy, now);
    return parts::refuse(
        "algorithm is not supported", std::get<parts::Unsupported>(reading).algorithm
    );
}

Result<void> check_signature(const SignatureClaim& claim, const PublicKey& key) {
    const std::string_view name = claim.algorithm;
    const bool by_key = name.empty() || name == "hs2019";
    const bool rsa = name == "rsa-sha256" || name == "rsa-v1_5-sha256";
    const bool fits = by_key || (key.kind() == KeyKind::Rsa ? rsa : name == "ed25519");
    if (!fits) return parts::refuse("algorithm does not fit the key");
    if (key.verify(claim.base, claim.signature)) return {};
    if (claim.base_without_query && key.verify(*claim.base_without_query, claim.signature))
        return {};
    return parts::refuse("does not verify");
}

}  // namespace outboard::federation
