// SPDX-License-Identifier: Apache-2.0
#include "src/domain/account.hpp"

namespace outboard {

std::string_view to_string(Role role) {
    switch (role) {
        case Role::Owner:
            return "owner";
        case Role::Admin:
            return "admin";
        case Role::Moderator:
            return "moderator";
        case Role::Curator:
            return "curator";
        case Role::Member:
            return "member";
    }
    return "member";
}

std::optional<Role> parse_role(std::string_view text) {
    for (const auto role :
         {Role::Owner, Role::Admin, Role::Moderator, Role::Curator, Role::Member}) {
        if (to_string(role) == text) return role;
    }
    return std::nullopt;
}

}  // namespace outboard
