// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "federation/base/bytes.hpp"
#include "federation/base/text.hpp"
#include "federation/signature_parts.hpp"

namespace outboard::federation::parts {
namespace {

constexpr std::size_t kMostParameters = 16;
constexpr std::size_t kMostCovered = 64;

struct Parameter {
    std::string name, value;
};

/// `name=value` or `name="value"` with backslash escapes, separated by commas (RFC 7235
/// section 2.1).
class ParameterParser {
public:
    explicit ParameterParser(std::string_view text) : rest_(text) {}

    Result<std::vector<Parameter>> read() {
        std::vector<Parameter> out;
        for (;;) {
            skip_space();
            const auto name = word();
            skip_space();
            if (name.empty() || !eat('=')) return unreadable("malformed parameters");
            skip_space();
            auto value = eat('"') ? quoted() : std::optional<std::string>(word());
            if (!value) return unreadable("a quoted value is not closed");
            for (const auto& other : out) {
                if (other.name == name)
                    return unreadable("parameter " + other.name + " stands twice");
            }
            if (out.size() == kMostParameters) return unreadable("too many parameters");
            out.push_back({std::string(name), std::move(*value)});
            skip_space();
            if (rest_.empty()) return out;
            if (!eat(',')) return unreadable("malformed parameters");
        }
    }

private:
    bool eat(char c) {
        if (rest_.empty() || rest_[0] != c) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void skip_space() {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
    }
    std::string_view word() {
        constexpr std::string_view kEnds = " \t,;=\"\\()<>@:/[]?{}";
        const auto out = rest_.substr(0, rest_.find_first_of(kEnds));
        rest_.remove_prefix(out.size());
        return out;
    }
    std::optional<std::string> quoted() {
        std::string out;
        while (!rest_.empty()) {
            if (eat('"')) return out;
            eat('\\');
            if (rest_.empty()) return std::nullopt;
            out += rest_[0];
            rest_.remove_prefix(1);
        }
        return std::nullopt;
    }

    std::string_view rest_;
};

/// The parameters that mean something to us.
struct Parameters {
    std::string key_id, algorithm, signature;
    std::vector<std::string> covered;
    std::optional<std::int64_t> created, expires;

    bool covers(std::string_view name) const {
        return std::find(covered.begin(), covered.end(), name) != covered.end();
    }
};

/// Named algorithms that mean what the key says. Anything else, the empty name too, is refused: the
/// request never chooses a weaker one.
bool is_known_algorithm(std::string_view name) {
    return name == "rsa-sha256" || name == "hs2019" || name == "ed25519";
}

Result<std::vector<std::string>> read_covered(std::string_view text) {
    std::vector<std::string> out;
    for (const auto part : split(text, ' ')) {
        if (part.empty()) continue;
        std::string name = lower_ascii(part);
        if (std::find(out.begin(), out.end(), name) != out.end()) {
            return refuse("a header is covered twice");
        }
        if (out.size() == kMostCovered) return refuse("too many headers covered");
        out.push_back(std::move(name));
    }
    if (out.empty()) return refuse("nothing is covered");
    return out;
}

Result<std::optional<std::int64_t>> read_seconds(const std::string* text) {
    if (text == nullptr) return std::optional<std::int64_t>();
    std::int64_t value = 0;
    if (!parse_decimal(*text, value) || !from_seconds(value))
        return refuse("a time is not in seconds");
    return std::optional(value);
}

Result<Parameters> read_parameters(std::string_view text) {
    if (trim(text).empty()) return refuse("the header is empty");
    if (text.size() > kMostSignatureText) return unreadable("the header is too long");
    OB_TRY(const auto all, ParameterParser(text).read());
    const auto find = [&](std::string_view name) -> const std::string* {
        for (const auto& parameter : all) {
            if (parameter.name == name) return &parameter.value;
        }
        return nullptr;
    };
    Parameters out;
    const auto* key_id = find("keyId");
    if (key_id == nullptr || key_id->empty()) return refuse("no keyId");
    if (key_id->size() > kMostKeyId) return refuse("keyId is too long");
    out.key_id = *key_id;
    if (const auto* algorithm = find("algorithm")) {
        out.algorithm = lower_ascii(*algorithm);
        if (!is_known_algorithm(out.algorithm)) return refuse("algorithm is not supported");
    }
    const auto* covered = find("headers");
    if (covered == nullptr) return refuse("no headers parameter: too little is covered");
    OB_TRY(out.covered, read_covered(*covered));
    OB_TRY(out.created, read_seconds(find("created")));
    OB_TRY(out.expires, read_seconds(find("expires")));
    const auto* signature = find("signature");
    if (signature == nullptr) return refuse("no signature parameter");
    auto bytes = from_base64(*signature);
    if (!bytes || bytes->empty() || bytes->size() > kMostSignature) return refuse("not base64");
    out.signature = std::move(*bytes);
    return out;
}

Result<void> check_coverage(const Request& request, const Parameters& parameters) {
    if (!parameters.covers("(request-target)")) return refuse("(request-target) is not covered");
    if (!parameters.covers("host")) return refuse("host is not covered");
    const bool has_created = parameters.covers("(created)");
    if (!has_created && !parameters.covers("date"))
        return refuse("neither date nor (created) is covered");
    // An uncovered time could have been put there by anybody.
    if (parameters.created && !has_created) return refuse("created is given but not covered");
    if (needs_digest(request) && !parameters.covers("digest"))
        return refuse("digest is not covered");
    return {};
}

/// The moment it was made; every time that is covered must be near enough.
Result<Instant> check_times(
    const Request& request, const Parameters& parameters, const SignaturePolicy& policy, Instant now
) {
    std::optional<Instant> made;
    if (parameters.created) {
        made = from_seconds(*parameters.created);
        OB_CHECK(check_time(*made, policy, now));
    }
    if (parameters.covers("date")) {
        const auto dates = request.values("date");
        if (dates.size() != 1) return refuse("not one Date header");
        const auto date = parse_http_date(dates[0]);
        if (!date) return refuse("Date is no HTTP date");
        OB_CHECK(check_time(*date, policy, now));
        if (!made) made = date;
    }
    if (!made) return refuse("no time");  // (created) covered but not given
    if (parameters.expires) OB_CHECK(check_expires(made, *from_seconds(*parameters.expires), now));
    return *made;
}

}  // namespace

Result<std::string> signing_string(
    const Request& request,
    std::string_view target,
    const std::vector<std::string>& covered,
    std::optional<std::int64_t> created,
    std::optional<std::int64_t> expires
) {
    std::string out;
    for (const auto& name : covered) {
        if (!out.empty()) out += '\n';
        std::optional<std::string> value;
        if (name == "(request-target)") {
            value = lower_ascii(request.method) + " " + std::string(target);
        } else if (name == "(created)") {
            if (created) value = std::to_string(*created);
        } else if (name == "(expires)") {
            if (expires) value = std::to_string(*expires);
        } else {
            value = request.joined(name);
        }
        if (!value) return refuse("a covered header is absent");
        out += name + ": " + *value;
    }
    return out;
}

Result<SignatureClaim> read_cavage(
    const Request& request, std::string_view value, const SignaturePolicy& policy, Instant now
) {
    OB_TRY(auto parameters, read_parameters(value));
    OB_CHECK(check_coverage(request, parameters));
    SignatureClaim claim;
    OB_TRY(claim.created, check_times(request, parameters, policy, now));
    OB_CHECK(own_authority(request, policy));
    if (parameters.covers("digest")) OB_CHECK(check_digest(request));
    const std::string_view target = request.target;
    const auto base = [&](std::string_view as) {
        return signing_string(
            request, as, parameters.covered, parameters.created, parameters.expires
        );
    };
    OB_TRY(claim.base, base(target));
    const auto query = target.find('?');
    if (is_read(request) && query != std::string_view::npos) {
        OB_TRY(claim.base_without_query, base(target.substr(0, query)));
    }
    claim.key_id = std::move(parameters.key_id);
    claim.signature = std::move(parameters.signature);
    claim.algorithm = std::move(parameters.algorithm);
    return claim;
}

}  // namespace outboard::federation::parts
