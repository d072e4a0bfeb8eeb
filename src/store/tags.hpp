// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "src/store/database.hpp"
#include "src/store/statuses.hpp"

namespace outboard::store::tags {

/// The row of a tag, made when it is new. `name` is case-folded, `display` as written.
std::int64_t ensure(Writer& tx, std::string_view name, std::string_view display);

bool follow(Writer& tx, AccountId account, std::int64_t tag);  // false when it was followed
/// By case-folded name, as everywhere here. Takes what came by that tag alone out of the home
/// again.
bool unfollow(Writer& tx, AccountId account, std::string_view name);
std::int64_t count_followed(Reader& db, AccountId account);
/// Those of `names` that the account follows.
std::unordered_set<std::string> load_followed(
    Reader& db, AccountId account, const std::vector<std::string>& names
);
struct FollowedTag {
    std::int64_t id = 0;  // of the row: the page's cursor
    std::string name;
};
std::vector<FollowedTag> list_followed(Reader& db, AccountId account, const statuses::Page& page);

/// Into the homes of those who follow a tag of the status: looks at the next `chunk` of them over
/// `after`, and returns the last row it handled, or 0 at the end.
std::int64_t fan_out(Writer& tx, StatusId status, std::int64_t after, int chunk);

}  // namespace outboard::store::tags
