// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "federation/base/result.hpp"
#include "federation/base/time.hpp"
#include "federation/keys.hpp"

namespace outboard::federation {

struct Header {
    std::string name;   // as sent
    std::string value;  // as sent, never decoded
};

/// An HTTP request as the protocol library sees it; `api/activitypub` fills it from the
/// transport's.
struct Request {
    std::string method;
    std::string target;  // raw, as in the request line
    std::vector<Header> headers;
    std::string body;

    /// Values of all headers of that name, in order.
    std::vector<std::string_view> values(std::string_view name) const;
    std::optional<std::string> joined(std::string_view name) const;  // ", " between several
};

enum class SignatureScheme { DraftCavage, Rfc9421 };

/// A key of ours and the id under which peers find it.
struct Signer {
    std::string key_id;
    PrivateKey key;
};

/// Adds Date, Digest or Content-Digest (for a body), and the signature headers. `host` is set from
/// `authority` if absent; `scheme` ("https") is part of RFC 9421's @target-uri. Replaces headers of
/// an earlier signing. Spec: draft-cavage-http-signatures-12; RFC 9421 section 3.1 with RFC 9530.
/// REQUIREMENTS S1.
void sign(
    Request& request,
    const Signer& signer,
    SignatureScheme scheme,
    std::string_view url_scheme,
    std::string_view authority,
    Instant now
);

/// What we demand of a signature before any key is looked at.
struct SignaturePolicy {
    std::vector<std::string> own_authorities;  // host[:port], lower case
    std::string own_scheme = "https";
    std::chrono::seconds max_age = std::chrono::hours(12);
    std::chrono::seconds max_ahead = std::chrono::hours(1);
};

/// One signature on a request that passed every check that needs no key (coverage, digest, date,
/// host).
struct SignatureClaim {
    std::string key_id;
    SignatureScheme scheme = SignatureScheme::DraftCavage;
    std::string base;                               // the signed text
    std::optional<std::string> base_without_query;  // REQUIREMENTS S5: GET only, tried second
    std::string signature;                          // raw bytes
    std::string algorithm;                          // as named, lower case; empty when not named
    std::optional<std::string> nonce;
    Instant created{};
};

/// Reads the signatures on a request. RFC 9421 decides alone when `Signature-Input` is there (S13).
///
/// Errors: Unauthorized when absent, stale, covering too little, wrong digest, another host;
/// Invalid (400) when repeated parameters or headers make it unreadable. The message names the
/// fault; SIG01 to SIG69 in tests name them all. Threads: reentrant.
Result<std::vector<SignatureClaim>> read_signatures(
    const Request& request, const SignaturePolicy& policy, Instant now
);

/// Checks one claim against a key; the algorithm comes from the key, a named one must fit it.
Result<void> check_signature(const SignatureClaim& claim, const PublicKey& key);

}  // namespace outboard::federation
