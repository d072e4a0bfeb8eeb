// SPDX-License-Identifier: Apache-2.0
#include "src/entities/authorization_server.hpp"

#include "src/entities/common.hpp"

namespace outboard::entities {

void to_json(json& out, const AuthorizationServer& server) {
    out = {
        {"issuer", server.origin + "/"},
        {"service_documentation", server.documentation},
        {"authorization_endpoint", server.origin + "/oauth/authorize"},
        {"token_endpoint", server.origin + "/oauth/token"},
        {"revocation_endpoint", server.origin + "/oauth/revoke"},
        {"userinfo_endpoint", server.origin + "/oauth/userinfo"},
        {"app_registration_endpoint", server.origin + "/api/v1/apps"},
        {"scopes_supported", server.scopes},
        {"response_types_supported", {"code"}},
        {"response_modes_supported", {"query"}},
        {"grant_types_supported", {"authorization_code", "client_credentials"}},
        {"token_endpoint_auth_methods_supported",
         {"client_secret_basic", "client_secret_post", "none"}},
        {"code_challenge_methods_supported", {"S256"}}
    };
}

}  // namespace outboard::entities
