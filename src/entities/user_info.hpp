// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace outboard::entities {

/// Who is logged in, in OpenID's words. https://docs.joinmastodon.org/methods/oauth/#userinfo
struct UserInfo {
    std::string iss;
    std::string sub;  // the actor's id
    std::string name, preferred_username;
    std::string profile, picture;
};
void to_json(nlohmann::json& out, const UserInfo& user);

}  // namespace outboard::entities
