// SPDX-License-Identifier: Apache-2.0
#include "src/entities/muted_account.hpp"

#include "src/entities/common.hpp"

namespace outboard::entities {

void to_json(json& out, const MutedAccount& muted) {
    out = muted.account;
    out["mute_expires_at"] = or_null(muted.mute_expires_at);
}

}  // namespace outboard::entities
