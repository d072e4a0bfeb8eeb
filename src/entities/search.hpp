// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "src/entities/account.hpp"
#include "src/entities/status.hpp"
#include "src/entities/tag.hpp"

namespace outboard::entities {

/// All three lists are always there. https://docs.joinmastodon.org/entities/Search/
struct Search {
    std::vector<Account> accounts;
    std::vector<Status> statuses;
    std::vector<Tag> hashtags;
};
void to_json(nlohmann::json& out, const Search& search);

}  // namespace outboard::entities
