// SPDX-License-Identifier: Apache-2.0
#include "src/entities/search.hpp"

#include "src/entities/common.hpp"

namespace outboard::entities {

void to_json(json& out, const Search& search) {
    out = {
        {"accounts", array_of(search.accounts)},
        {"statuses", array_of(search.statuses)},
        {"hashtags", array_of(search.hashtags)}
    };
}

}  // namespace outboard::entities
