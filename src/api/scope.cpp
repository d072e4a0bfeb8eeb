// SPDX-License-Identifier: Apache-2.0
#include "src/api/scope.hpp"

#include "src/domain/scopes.hpp"

namespace outboard::api {

std::string_view to_string(Scope scope) {
    switch (scope) {
        case Scope::None:
            return "";
        case Scope::ReadAccounts:
            return "read:accounts";
        case Scope::ReadBlocks:
            return "read:blocks";
        case Scope::ReadBookmarks:
            return "read:bookmarks";
        case Scope::ReadFavourites:
            return "read:favourites";
        case Scope::ReadFilters:
            return "read:filters";
        case Scope::ReadFollows:
            return "read:follows";
        case Scope::ReadLists:
            return "read:lists";
        case Scope::ReadMutes:
            return "read:mutes";
        case Scope::ReadNotifications:
            return "read:notifications";
        case Scope::ReadSearch:
            return "read:search";
        case Scope::ReadStatuses:
            return "read:statuses";
        case Scope::WriteAccounts:
            return "write:accounts";
        case Scope::WriteBlocks:
            return "write:blocks";
        case Scope::WriteBookmarks:
            return "write:bookmarks";
        case Scope::WriteConversations:
            return "write:conversations";
        case Scope::WriteFavourites:
            return "write:favourites";
        case Scope::WriteFilters:
            return "write:filters";
        case Scope::WriteFollows:
            return "write:follows";
        case Scope::WriteLists:
            return "write:lists";
        case Scope::WriteMedia:
            return "write:media";
        case Scope::WriteMutes:
            return "write:mutes";
        case Scope::WriteNotifications:
            return "write:notifications";
        case Scope::WriteReports:
            return "write:reports";
        case Scope::WriteStatuses:
            return "write:statuses";
        case Scope::Profile:
            return "profile";
        case Scope::Push:
            return "push";
        case Scope::AdminRead:
            return "admin:read";
        case Scope::AdminWrite:
            return "admin:write";
    }
    return "";
}

bool covers(std::string_view granted, Scope scope) {
    return scope == Scope::None || scopes::covers(granted, to_string(scope));
}

}  // namespace outboard::api
