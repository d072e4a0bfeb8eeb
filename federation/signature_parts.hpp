// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "federation/signatures.hpp"
#include "federation/structured_fields.hpp"

/// What the two signature schemes share. For signatures.cpp, cavage.cpp, rfc9421.cpp and their
/// tests only.
namespace outboard::federation::parts {

inline constexpr std::size_t kMostKeyId = 2048;  // bytes, as long as an Iri may be
inline constexpr std::size_t kMostSignatureText =
    8192;  // bytes of one signature header; honest ones have about 700
inline constexpr std::size_t kMostSignature = 1024;  // bytes: RSA of 8,192 bits

/// 401 and 400 with a reason.
tl::unexpected<Error> refuse(std::string why, std::string detail = {});
tl::unexpected<Error> unreadable(std::string why);

bool is_read(const Request& request);       // GET or HEAD
bool needs_digest(const Request& request);  // has a body, or is of a method that may have one

/// Lower case, and without the port that `scheme` implies.
std::string normal_authority(std::string_view authority, std::string_view scheme);
/// The normal form of the one Host header, which must name us.
Result<std::string> own_authority(const Request& request, const SignaturePolicy& policy);

/// Seconds since 1970 as an Instant; nothing outside the years 1970 to 9999.
std::optional<Instant> from_seconds(std::int64_t seconds);
Result<void> check_time(Instant at, const SignaturePolicy& policy, Instant now);
Result<void> check_expires(std::optional<Instant> created, Instant expires, Instant now);

/// `Digest` (RFC 3230) over the body: SHA-256 once, beside other algorithms.
Result<void> check_digest(const Request& request);
/// `Content-Digest` (RFC 9530) over the body: sha-256 or sha-512, and each that is there must be
/// right.
Result<void> check_content_digest(const Request& request);

// draft-cavage-http-signatures-12

/// The text to be signed for `covered` names in lower case. Errors: Unauthorized for a header that
/// is absent.
Result<std::string> signing_string(
    const Request& request,
    std::string_view target,
    const std::vector<std::string>& covered,
    std::optional<std::int64_t> created,
    std::optional<std::int64_t> expires
);
/// `value` is the Signature header, or what stands behind `Signature` in Authorization.
Result<SignatureClaim> read_cavage(
    const Request& request, std::string_view value, const SignaturePolicy& policy, Instant now
);

// RFC 9421

/// The signature base (section 2.5) of `input`, an inner list with parameters. Knows the derived
/// components of requests and plain fields; of component parameters only `name` of @query-param.
/// Errors: Unauthorized for what is absent, covered twice or not supported.
Result<std::string> signature_base(
    const Request& request,
    const sf::Member& input,
    std::string_view scheme,
    std::string_view authority
);

/// A label whose algorithm we do not have: the one reason to look at an older signature beside it.
struct Unsupported {
    std::string algorithm;
};
using Rfc9421Reading = std::variant<std::vector<SignatureClaim>, Error, Unsupported>;
/// `signatures` is the joined value of those Signature headers that are dictionaries.
Rfc9421Reading read_rfc9421(
    const Request& request, std::string_view signatures, const SignaturePolicy& policy, Instant now
);

}  // namespace outboard::federation::parts
