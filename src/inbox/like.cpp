// SPDX-License-Identifier: Apache-2.0
#include "src/inbox/work.hpp"
#include "src/store/follows.hpp"
#include "src/store/keys.hpp"
#include "src/store/statuses.hpp"

namespace outboard::inbox {

namespace {

Result<void> apply(store::Writer& tx, const Work& work) {
    const auto& activity = work.activity();
    const auto status = store::statuses::find_by_any_uri(tx, work.object_id());
    if (!status || status->state != StatusState::Present || status->boost_of)
        return fail(Code::NotFound, "no such post here");
    const auto uri =
        activity.id ? activity.id->str() : work.actor.uri + "#likes/" + status->id.str();
    const auto undone = store::tombstones::find(tx, uri);
    if (undone && undone->owner == work.actor.uri) return {};
    const auto sight = store::statuses::load_sight(tx, {status->id}, work.actor.id);
    const auto facts = sight.find(status->id);
    const bool open =
        status->visibility == Visibility::Public || status->visibility == Visibility::Unlisted;
    // Of restricted posts elsewhere we know only our own part of the audience.
    const bool seen = facts != sight.end() && may_see(facts->second);
    if (!seen && (status->local || !open)) return fail(Code::NotFound, "no such post here");
    if (!store::favourites::add(tx, {tx.next_id(), work.actor.id, status->id, uri})) return {};
    store::notifications::add(tx, status->account, work.actor.id, "favourite", status->id);
    return {};
}

}  // namespace

/// A reaction with an emoji is a favourite here (N7).
void prepare_like(SharedWork work, Ready ready) {
    if (work->object_id().empty()) return ignore(ready, "a like of nothing");
    ready(Effect([work](store::Writer& tx) { return apply(tx, *work); }));
}

}  // namespace outboard::inbox
