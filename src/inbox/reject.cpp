// SPDX-License-Identifier: Apache-2.0
#include "src/inbox/answered.hpp"
#include "src/store/statuses.hpp"

namespace outboard::inbox {

/// Refuses a request, or ends a follow that was accepted before (I7).
void prepare_reject(SharedWork work, Ready ready) {
    ready(Effect([work](store::Writer& tx) -> Result<void> {
        const auto follow = find_answered(tx, *work);
        if (!follow) return fail(Code::NotFound, "no such request was sent");
        store::follows::remove(tx, follow->account, follow->target);
        store::statuses::remove_from_home(tx, follow->account, follow->target);
        return {};
    }));
}

}  // namespace outboard::inbox
