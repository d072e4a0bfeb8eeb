// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "federation/base/result.hpp"
#include "federation/base/time.hpp"
#include "federation/iri.hpp"
#include "src/fetch/client.hpp"

namespace outboard::fetch {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Refuses a method or a header that would end early and begin another one. Errors: Invalid.
Result<void> check_request(const Exchange& exchange);

/// The headers of one hop: Host, those asked for, User-Agent, and a signature made for this host.
Headers make_headers(
    const Exchange& exchange, const std::string& user_agent, const federation::Iri& url, Instant now
);

/// What must not go to another origin. Signatures need no mention: each hop has its own.
void drop_secrets(Headers& headers);

}  // namespace outboard::fetch
