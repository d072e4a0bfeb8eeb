// SPDX-License-Identifier: Apache-2.0
#include "src/inbox/work.hpp"
#include "src/services/removal.hpp"
#include "src/store/accounts.hpp"
#include "src/store/keys.hpp"
#include "src/store/statuses.hpp"

namespace outboard::inbox {

namespace {

/// The account is gone at once; its posts and follows go chunk by chunk.
void delete_actor(store::Writer& tx, const Work& work) {
    store::tombstones::add(tx, {work.actor.uri, work.actor.uri, work.actor.kind, tx.now(), false});
    store::accounts::set_deleted(tx, work.actor.id);
    services::plan_purge(tx, work.app, work.actor.id, tx.now());
}

Result<void> apply(store::Writer& tx, const Work& work) {
    const auto& uri = work.object_id();
    if (uri == work.actor.uri) {
        delete_actor(tx, work);
        return {};
    }
    const auto status = store::statuses::find_by_uri(tx, uri);
    if (status && status->account != work.actor.id)
        return fail(Code::Forbidden, "that belongs to somebody else");
    // Also when it is not here: its Create may come later (I4). The origin was checked by the Gate.
    store::tombstones::add(tx, {uri, work.actor.uri, status ? status->kind : "", tx.now(), false});
    if (status && status->state != StatusState::Deleted)
        services::sweep_status(tx, work.app, status->id);
    return {};
}

}  // namespace

void prepare_delete(SharedWork work, Ready ready) {
    const auto& object = work->activity().object;
    if (!object.id || !same_origin(*object.id, work->activity().actor))
        return ignore(ready, "nothing of the actor's to delete");
    ready(Effect([work](store::Writer& tx) { return apply(tx, *work); }));
}

}  // namespace outboard::inbox
