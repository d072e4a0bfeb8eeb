// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "federation/base/result.hpp"

/// Where an app wants authorization codes sent (RFC 6749 3.1.2, RFC 8252).
namespace outboard::redirect_uri {

/// No address: the code is shown on a page, to be copied by hand.
inline constexpr std::string_view kOutOfBand = "urn:ietf:wg:oauth:2.0:oob";

/// Whether an app may register it: out-of-band, http and https with a host, or a scheme of the
/// app's own. Errors: Invalid for what is relative, has a fragment, userinfo or characters that
/// stand in no URI, or a scheme that runs or carries content (`javascript:`, `data:`).
Result<void> check(std::string_view uri);

/// Exactly equal; only the port of a plain http address on 127.0.0.1 or [::1] is free, because an
/// app on this machine listens where there is room (RFC 8252 7.3).
bool matches(std::string_view registered, std::string_view asked);

/// With parameters appended to its query, percent-encoded.
std::string with_parameters(
    std::string_view uri, const std::vector<std::pair<std::string, std::string>>& parameters
);

/// As a source of `form-action` in a Content-Security-Policy: "https://client.example",
/// "icecubesapp:". Empty for out-of-band.
std::string policy_source(std::string_view uri);

/// For the person who decides: "client.example", or the scheme of an app's own ("icecubesapp:").
std::string shown(std::string_view uri);

}  // namespace outboard::redirect_uri
