// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "src/entities/status.hpp"

namespace outboard::entities {

/// What stands around a status: ancestors oldest first, descendants in thread order.
/// https://docs.joinmastodon.org/entities/Context/
struct Context {
    std::vector<Status> ancestors, descendants;
};
void to_json(nlohmann::json& out, const Context& context);

}  // namespace outboard::entities
