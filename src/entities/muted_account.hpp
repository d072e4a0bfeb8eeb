// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "src/entities/account.hpp"

namespace outboard::entities {

/// https://docs.joinmastodon.org/entities/Account/#MutedAccount
struct MutedAccount {
    Account account;
    std::optional<std::string> mute_expires_at;  // null: for ever
};
void to_json(nlohmann::json& out, const MutedAccount& muted);

}  // namespace outboard::entities
