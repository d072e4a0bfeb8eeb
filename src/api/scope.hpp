// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace outboard::api {

/// Granular scopes; `None` for routes that need none (discovery, ActivityPub, pages).
enum class Scope {
    None,
    ReadAccounts,
    ReadBlocks,
    ReadBookmarks,
    ReadFavourites,
    ReadFilters,
    ReadFollows,
    ReadLists,
    ReadMutes,
    ReadNotifications,
    ReadSearch,
    ReadStatuses,
    WriteAccounts,
    WriteBlocks,
    WriteBookmarks,
    WriteConversations,
    WriteFavourites,
    WriteFilters,
    WriteFollows,
    WriteLists,
    WriteMedia,
    WriteMutes,
    WriteNotifications,
    WriteReports,
    WriteStatuses,
    Profile,
    Push,
    AdminRead,
    AdminWrite
};
/// "read:accounts"; "" for None.
std::string_view to_string(Scope scope);

/// True when the granted list covers it, as scopes::covers says; always for None.
bool covers(std::string_view granted, Scope scope);

}  // namespace outboard::api
