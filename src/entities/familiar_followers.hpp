// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "src/entities/account.hpp"

namespace outboard::entities {

/// https://docs.joinmastodon.org/entities/FamiliarFollowers/
struct FamiliarFollowers {
    std::string id;
    std::vector<Account> accounts;  // followed by the viewer, and following that account
};
void to_json(nlohmann::json& out, const FamiliarFollowers& familiar);

}  // namespace outboard::entities
