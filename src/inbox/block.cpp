// SPDX-License-Identifier: Apache-2.0
#include "src/inbox/work.hpp"
#include "src/store/accounts.hpp"
#include "src/store/follows.hpp"
#include "src/store/keys.hpp"
#include "src/store/statuses.hpp"

namespace outboard::inbox {

/// Ends follows both ways; the answer was 202 whatever was there before (A046).
void prepare_block(SharedWork work, Ready ready) {
    ready(Effect([work](store::Writer& tx) -> Result<void> {
        const auto target = store::accounts::find_by_uri(tx, work->object_id());
        if (!target || !target->is_local() || !target->is_active())
            return fail(Code::NotFound, "nobody here to block");
        const auto uri = work->activity().id ? work->activity().id->str() : std::string();
        const auto undone = store::tombstones::find(tx, uri);  // the Undo came first (I4)
        if (undone && undone->owner == work->actor.uri) return {};
        store::blocks::remove(tx, work->actor.id, target->id);  // of two, the later one is undone
        store::blocks::add(tx, work->actor.id, target->id, uri);
        store::follows::remove(tx, work->actor.id, target->id);
        store::follows::remove(tx, target->id, work->actor.id);
        store::statuses::remove_from_home(tx, target->id, work->actor.id);
        return {};
    }));
}

}  // namespace outboard::inbox
