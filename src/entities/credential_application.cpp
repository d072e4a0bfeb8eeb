// SPDX-License-Identifier: Apache-2.0
#include "src/entities/credential_application.hpp"

#include "src/entities/common.hpp"

namespace outboard::entities {

void to_json(json& out, const CredentialApplication& credentials) {
    out = credentials.app;
    out["client_id"] = credentials.client_id;
    out["client_secret"] = credentials.client_secret;
    out["client_secret_expires_at"] = 0;  // never
}

}  // namespace outboard::entities
