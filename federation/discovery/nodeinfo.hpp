// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "federation/json.hpp"

namespace outboard::federation {

struct NodeInfo {
    std::string software_name, software_version;
    bool open_registrations = false;
    std::optional<std::int64_t> users_total, users_active_month, users_active_halfyear, local_posts;
    std::string node_name, node_description;
};
json write_nodeinfo_discovery(std::string_view origin);
json write_nodeinfo(const NodeInfo& info, std::string_view version);  // "2.0" or "2.1"
Result<NodeInfo> read_nodeinfo(const json& document);

}  // namespace outboard::federation
