// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "federation/base/text.hpp"
#include "federation/signature_parts.hpp"

namespace outboard::federation::parts {
namespace {

constexpr std::size_t kMostLabels = 8;

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

std::string query_of(std::string_view target) {
    const auto mark = target.find('?');
    return mark == std::string_view::npos ? "?" : std::string(target.substr(mark));
}

/// Decoded and encoded again by the rules of HTML forms, with %20 for a space (RFC 9421
/// section 2.2.8).
std::string form_normal(std::string_view text) {
    std::string out;
    for (const char c : percent_decode(text, /*plus_is_space=*/true)) {
        if (c == '*') {
            out += c;
        } else if (c == '~') {
            out += "%7E";
        } else {
            out += percent_encode({&c, 1});
        }
    }
    return out;
}

Result<std::string> query_parameter(std::string_view target, std::string_view name) {
    const std::string query = query_of(target);
    std::optional<std::string> found;
    for (const auto pair : split(std::string_view(query).substr(1), '&')) {
        const auto mark = pair.find('=');
        if (form_normal(pair.substr(0, mark)) != name) continue;
        if (found) return refuse("a covered query parameter stands twice");
        found = mark == std::string_view::npos ? "" : form_normal(pair.substr(mark + 1));
    }
    if (!found) return refuse("a covered query parameter is absent");
    return *found;
}

Result<std::string> derived(
    const Request& request,
    const sf::Item& item,
    std::string_view scheme,
    std::string_view authority
) {
    const std::string& name = item.value.text;
    const std::string_view target = request.target;
    if (name == "@query-param") {
        const auto* parameter = sf::find(item.parameters, "name");
        const bool only_name = parameter != nullptr && item.parameters.size() == 1;
        if (!only_name || parameter->kind != sf::Value::Kind::String) {
            return refuse("@query-param without a name");
        }
        return query_parameter(target, parameter->text);
    }
    if (!item.parameters.empty()) return refuse("a component parameter is not supported");
    if (name == "@method") return request.method;
    if (name == "@target-uri") {
        return std::string(scheme) + "://" + std::string(authority) + std::string(target);
    }
    if (name == "@authority") return std::string(authority);
    if (name == "@scheme") return std::string(scheme);
    if (name == "@request-target") return std::string(target);
    if (name == "@path") return std::string(path_of(target));
    if (name == "@query") return query_of(target);
    return refuse("a derived component is not supported");
}

Result<std::string> field(const Request& request, const sf::Item& item) {
    // `sf`, `bs`, `key`, `tr` and `req` change the covered text: to ignore one would be to check
    // another text.
    if (!item.parameters.empty()) return refuse("a component parameter is not supported");
    const std::string& name = item.value.text;
    if (name.empty() || name != lower_ascii(name))
        return refuse("a component name is not lower case");
    auto value = request.joined(name);
    if (!value) return refuse("a covered header is absent");
    return std::move(*value);
}

bool covers(const sf::Member& input, std::string_view name) {
    return std::any_of(input.items.begin(), input.items.end(), [&](const sf::Item& item) {
        return item.value.text == name;
    });
}

Result<void> check_coverage(const Request& request, const sf::Member& input) {
    if (!covers(input, "@method")) return refuse("@method is not covered");
    const bool no_query = request.target.find('?') == std::string::npos;
    const bool path_and_query = covers(input, "@path") && (no_query || covers(input, "@query"));
    const bool by_parts =
        covers(input, "@authority") && (covers(input, "@request-target") || path_and_query);
    if (!covers(input, "@target-uri") && !by_parts) return refuse("the target is not covered");
    if (needs_digest(request) && !covers(input, "content-digest")) {
        return refuse("content-digest is not covered");
    }
    return {};
}

Result<std::optional<std::string>> text_parameter(const sf::Member& input, std::string_view key) {
    const auto* value = sf::find(input.parameters, key);
    if (value == nullptr) return std::optional<std::string>();
    if (value->kind != sf::Value::Kind::String)
        return unreadable(std::string(key) + " is not a string");
    return std::optional(value->text);
}

Result<std::optional<Instant>> time_parameter(const sf::Member& input, std::string_view key) {
    const auto* value = sf::find(input.parameters, key);
    if (value == nullptr) return std::optional<Instant>();
    const auto at =
        value->kind == sf::Value::Kind::Integer ? from_seconds(value->number) : std::nullopt;
    if (!at) return refuse(std::string(key) + " is not a time in seconds");
    return at;
}

struct Reader {
    const Request& request;
    const SignaturePolicy& policy;
    Instant now;

    Result<SignatureClaim> label(const sf::Member& input, std::string_view signature) const {
        SignatureClaim claim;
        claim.scheme = SignatureScheme::Rfc9421;
        claim.signature = signature;
        OB_CHECK(check_coverage(request, input));
        OB_TRY(const auto created, time_parameter(input, "created"));
        if (!created) return refuse("no created parameter");
        claim.created = *created;
        OB_CHECK(check_time(*created, policy, now));
        OB_TRY(const auto expires, time_parameter(input, "expires"));
        if (expires) OB_CHECK(check_expires(created, *expires, now));
        OB_TRY(const auto key_id, text_parameter(input, "keyid"));
        if (!key_id || key_id->empty()) return refuse("no keyid parameter");
        if (key_id->size() > kMostKeyId) return refuse("keyid is too long");
        claim.key_id = *key_id;
        OB_TRY(const auto algorithm, text_parameter(input, "alg"));
        claim.algorithm = lower_ascii(algorithm.value_or(""));
        OB_TRY(claim.nonce, text_parameter(input, "nonce"));
        OB_TRY(const auto authority, own_authority(request, policy));
        if (covers(input, "content-digest")) OB_CHECK(check_content_digest(request));
        OB_TRY(claim.base, signature_base(request, input, policy.own_scheme, authority));
        return claim;
    }
};

/// The algorithm named in `input` when it is none of ours. One that is absent is the key's.
std::optional<std::string> unsupported_algorithm(const sf::Member& input) {
    const auto* value = sf::find(input.parameters, "alg");
    if (value == nullptr || value->kind != sf::Value::Kind::String) return std::nullopt;
    auto name = lower_ascii(value->text);
    if (name == "rsa-v1_5-sha256" || name == "ed25519") return std::nullopt;
    return name;
}

Error to_error(const tl::unexpected<Error>& refusal) { return refusal.value(); }

}  // namespace

Result<std::string> signature_base(
    const Request& request,
    const sf::Member& input,
    std::string_view scheme,
    std::string_view authority
) {
    std::string out;
    std::vector<std::string> seen;
    for (const auto& item : input.items) {
        if (item.value.kind != sf::Value::Kind::String)
            return refuse("a component is not a string");
        std::string identifier = sf::serialize(item);
        if (std::find(seen.begin(), seen.end(), identifier) != seen.end()) {
            return refuse("a component is covered twice");
        }
        OB_TRY(
            const auto value,
            item.value.text.starts_with('@') ? derived(request, item, scheme, authority)
                                             : field(request, item)
        );
        out += identifier + ": " + value + "\n";
        seen.push_back(std::move(identifier));
    }
    return out + "\"@signature-params\": " + sf::serialize(input);
}

Rfc9421Reading read_rfc9421(
    const Request& request, std::string_view signatures, const SignaturePolicy& policy, Instant now
) {
    const auto input_text = request.joined("signature-input").value_or("");
    if (input_text.size() > kMostSignatureText || signatures.size() > kMostSignatureText) {
        return to_error(unreadable("the header is too long"));
    }
    const auto inputs = sf::parse_dictionary(input_text);
    const auto values = sf::parse_dictionary(signatures);
    if (!inputs || !values) return to_error(unreadable("malformed Signature-Input or Signature"));
    if (inputs->empty()) return to_error(refuse("Signature-Input is empty"));
    if (inputs->size() > kMostLabels) return to_error(unreadable("too many labels"));
    if (inputs->size() != values->size()) return to_error(refuse("a label has no partner"));

    std::vector<SignatureClaim> claims;
    std::optional<Error> first_error;
    std::optional<Unsupported> unsupported;
    for (const auto& input : *inputs) {
        const auto value =
            std::find_if(values->begin(), values->end(), [&](const sf::Member& other) {
                return other.key == input.key;
            });
        if (value == values->end()) return to_error(refuse("a label has no partner"));
        const auto& bytes = value->items.empty() ? sf::Value{} : value->items.front().value;
        if (!input.is_list || value->is_list || bytes.kind != sf::Value::Kind::Bytes) {
            return to_error(unreadable("malformed Signature-Input or Signature"));
        }
        if (auto algorithm = unsupported_algorithm(input)) {
            if (!unsupported) unsupported = Unsupported{std::move(*algorithm)};
            continue;
        }
        auto claim = Reader{request, policy, now}.label(input, bytes.text);
        if (claim) {
            claims.push_back(std::move(*claim));
        } else if (!first_error) {
            first_error = claim.error();
        }
    }
    if (!claims.empty()) return claims;
    if (first_error) return *first_error;
    return *unsupported;
}

}  // namespace outboard::federation::parts
