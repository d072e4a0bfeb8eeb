// SPDX-License-Identifier: Apache-2.0
#include "src/entities/preferences.hpp"

#include "src/entities/common.hpp"

namespace outboard::entities {

void to_json(json& out, const Preferences& preferences) {
    out = {
        {"posting:default:visibility", preferences.visibility},
        {"posting:default:sensitive", preferences.sensitive},
        {"posting:default:language", text_or_null(preferences.language)},
        {"posting:default:quote_policy", "nobody"},
        {"reading:expand:media", "default"},
        {"reading:expand:spoilers", false},
        {"reading:autoplay:gifs", false}
    };
}

}  // namespace outboard::entities
