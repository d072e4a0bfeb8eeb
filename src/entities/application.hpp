// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace outboard::entities {

/// https://docs.joinmastodon.org/entities/Application/ (without `vapid_key`, which went to the
/// instance in 4.3)
struct Application {
    std::string id, name;
    std::string website;  // null when empty
    std::vector<std::string> scopes, redirect_uris;
};
void to_json(nlohmann::json& out, const Application& app);

}  // namespace outboard::entities
