// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "src/domain/account.hpp"
#include "src/services/app.hpp"
#include "src/services/media.hpp"

namespace outboard::services {

/// What a person changes of themselves; absent parts stay.
struct ProfileChanges {
    std::optional<std::string> display_name, note;
    std::optional<bool> locked, bot, discoverable, indexable;
    std::optional<std::vector<std::pair<std::string, std::string>>>
        fields;  // name, value as written
    std::optional<std::string> default_visibility, default_language, default_content_type;
    std::optional<bool> default_sensitive;
    std::optional<StoredMedia> avatar, header;
};

/// Changes the profile and the settings of new posts in one transaction; a changed profile is
/// signed anew and sent as Update to the followers. Errors: Invalid for texts over their limits
/// (shown in /api/v2/instance) and unknown settings, Conflict when it was changed at the same time.
Result<void> update_profile(App& app, AccountId viewer, const ProfileChanges& changes);

}  // namespace outboard::services
