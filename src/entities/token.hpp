// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "federation/base/time.hpp"

namespace outboard::entities {

/// https://docs.joinmastodon.org/entities/Token/
struct Token {
    std::string access_token;
    std::string scope;  // as granted, in full
    Instant created_at{};
};
void to_json(nlohmann::json& out, const Token& token);

}  // namespace outboard::entities
