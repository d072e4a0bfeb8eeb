// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "src/domain/status.hpp"
#include "src/services/app.hpp"

namespace outboard::services {

/// A tag's name as it is written after '#'; nothing for text that is no tag.
std::optional<std::string> read_tag(std::string_view text);

/// Public posts with that tag come into the viewer's home from now on. Errors: NotFound for what is
/// no tag, Invalid over limits::kFollowedTags.
Result<void> follow_tag(App& app, AccountId viewer, std::string_view name);
Result<void> unfollow_tag(App& app, AccountId viewer, std::string_view name);

/// Into the homes of those who follow its tags: for public posts. The first chunk now, the rest by
/// jobs (`home.tags`).
void fan_out_tags(store::Writer& tx, App& app, StatusId status, std::int64_t after = 0);

}  // namespace outboard::services
