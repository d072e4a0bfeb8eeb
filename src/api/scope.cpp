// SPDX-License-Identifier: Apache-2.0
#include "src/api/scope.hpp"

#include <algorithm>
#include <array>

namespace outboard::api {
namespace {

bool lists(std::string_view granted, std::string_view word) {
    while (!granted.empty()) {
        const auto end = std::min(granted.find_first_of(" +"), granted.size());
        if (granted.substr(0, end) == word) return true;
        granted.remove_prefix(std::min(end + 1, granted.size()));
    }
    return false;
}

bool is_of_follow(Scope scope) {
    constexpr std::array kCovered = {
        Scope::ReadBlocks,
        Scope::ReadFollows,
        Scope::ReadMutes,
        Scope::WriteBlocks,
        Scope::WriteFollows,
        Scope::WriteMutes
    };
    return std::find(kCovered.begin(), kCovered.end(), scope) != kCovered.end();
}

}  // namespace

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
    if (scope == Scope::None) return true;
    const auto name = to_string(scope);
    if (lists(granted, name)) return true;
    if (scope == Scope::Profile) return covers(granted, Scope::ReadAccounts);
    if (is_of_follow(scope) && lists(granted, "follow")) return true;
    const auto colon = name.find(':');
    return colon != std::string_view::npos && lists(granted, name.substr(0, colon));
}

}  // namespace outboard::api
