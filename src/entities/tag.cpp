// SPDX-License-Identifier: Apache-2.0
#include "src/entities/tag.hpp"

#include "src/entities/common.hpp"

namespace outboard::entities {

void to_json(json& out, const Tag& tag) {
    out = {{"id", tag.id}, {"name", tag.name}, {"url", tag.url}, {"history", json::array()}};
    if (tag.following) {
        out["following"] = *tag.following;
        out["featuring"] = false;
    }
}

}  // namespace outboard::entities
