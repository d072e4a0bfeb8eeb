// SPDX-License-Identifier: Apache-2.0
#include "src/inbox/answered.hpp"
#include "src/store/statuses.hpp"

namespace outboard::inbox {

/// I6, I7: only an asked one can accept, and only what was asked (A038 to A040).
void prepare_accept(SharedWork work, Ready ready) {
    ready(Effect([work](store::Writer& tx) -> Result<void> {
        const auto follow = find_answered(tx, *work);
        if (!follow) return fail(Code::NotFound, "no such request was sent");
        if (follow->accepted) return {};
        store::follows::set_accepted(tx, follow->account, follow->target);
        store::statuses::backfill_home(tx, follow->account, follow->target);
        return {};
    }));
}

}  // namespace outboard::inbox
