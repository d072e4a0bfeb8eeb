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

/// True when the granted list ("read write:statuses follow"; spaces or plus signs between) covers
/// it: `read`, `write`, `admin:read`, `admin:write` cover their granular ones; `follow` covers
/// follows, blocks and mutes both ways; Profile is covered by `profile` and by whatever covers
/// read:accounts (pitfalls.md 4.3).
bool covers(std::string_view granted, Scope scope);

}  // namespace outboard::api
