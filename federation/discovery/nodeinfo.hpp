// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "federation/json.hpp"

namespace outboard::federation {

struct NodeInfo {
    std::string software_name = {}, software_version = {};
    bool open_registrations = false;
    std::optional<std::int64_t> users_total = {}, users_active_month = {},
                                users_active_halfyear = {}, local_posts = {};
    std::string node_name = {}, node_description = {};
    std::string repository = {}, homepage = {};  // 2.1 only; left out when empty
};
json write_nodeinfo_discovery(std::string_view origin);
json write_nodeinfo(const NodeInfo& info, std::string_view version);  // "2.0" or "2.1"
Result<NodeInfo> read_nodeinfo(const json& document);
/// The address of the newest 2.x document that a discovery document lists on `origin` (D11, THREATS
/// 31); nothing for 1.x only, other hosts, and absence.
std::optional<std::string> pick_nodeinfo(const json& document, std::string_view origin);

}  // namespace outboard::federation
