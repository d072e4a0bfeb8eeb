// SPDX-License-Identifier: Apache-2.0
#include "src/entities/user_info.hpp"

#include "src/entities/common.hpp"

namespace outboard::entities {

void to_json(json& out, const UserInfo& user) {
    out = {
        {"iss", user.iss},
        {"sub", user.sub},
        {"name", user.name},
        {"preferred_username", user.preferred_username},
        {"profile", user.profile},
        {"picture", user.picture}
    };
}

}  // namespace outboard::entities
