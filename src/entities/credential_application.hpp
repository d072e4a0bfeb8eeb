// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "src/entities/application.hpp"

namespace outboard::entities {

/// https://docs.joinmastodon.org/entities/Application/#CredentialApplication
struct CredentialApplication {
    Application app;
    std::string client_id;
    std::string client_secret;  // empty for a public client
};
void to_json(nlohmann::json& out, const CredentialApplication& credentials);

}  // namespace outboard::entities
