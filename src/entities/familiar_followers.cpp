// SPDX-License-Identifier: Apache-2.0
#include "src/entities/familiar_followers.hpp"

#include "src/entities/common.hpp"

namespace outboard::entities {

void to_json(json& out, const FamiliarFollowers& familiar) {
    out = {{"id", familiar.id}, {"accounts", array_of(familiar.accounts)}};
}

}  // namespace outboard::entities
