// SPDX-License-Identifier: Apache-2.0
#include "src/entities/token.hpp"

#include "src/entities/common.hpp"

namespace outboard::entities {

void to_json(json& out, const Token& token) {
    out = {
        {"access_token", token.access_token},
        {"token_type", "Bearer"},
        {"scope", token.scope},
        {"created_at", to_ms(token.created_at) / 1000}  // a number of seconds, unlike all others
    };
}

}  // namespace outboard::entities
