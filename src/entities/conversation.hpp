// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "src/entities/account.hpp"
#include "src/entities/status.hpp"

namespace outboard::entities {

/// https://docs.joinmastodon.org/entities/Conversation/
struct Conversation {
    std::string id;
    bool unread = false;
    std::vector<Account> accounts;  // the others who take part; oneself when there is nobody else
    std::optional<Status> last_status;
};
void to_json(nlohmann::json& out, const Conversation& conversation);

}  // namespace outboard::entities
