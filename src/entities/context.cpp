// SPDX-License-Identifier: Apache-2.0
#include "src/entities/context.hpp"

#include "src/entities/common.hpp"

namespace outboard::entities {

void to_json(json& out, const Context& context) {
    out = {
        {"ancestors", array_of(context.ancestors)}, {"descendants", array_of(context.descendants)}
    };
}

}  // namespace outboard::entities
