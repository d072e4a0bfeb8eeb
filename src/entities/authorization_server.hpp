// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace outboard::entities {

/// RFC 8414 metadata, with Mastodon's `app_registration_endpoint`.
/// https://docs.joinmastodon.org/methods/oauth/#authorization-server-metadata
struct AuthorizationServer {
    std::string origin;
    std::string documentation;
    std::vector<std::string> scopes;
};
void to_json(nlohmann::json& out, const AuthorizationServer& server);

}  // namespace outboard::entities
