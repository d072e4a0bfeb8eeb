// SPDX-License-Identifier: Apache-2.0
#include "src/inbox/work.hpp"
#include "src/store/statuses.hpp"

namespace outboard::inbox {

namespace {

constexpr std::size_t kPins = 40;  // shown of an account

/// The actor's own post, for the actor's own list of pinned posts (C3, A035, A036); nothing for any
/// other collection.
std::optional<Status> find_pinnable(store::Reader& db, const Work& work) {
    const auto& target = work.activity().target;
    if (!target || work.actor.featured.empty() || target->str() != work.actor.featured)
        return std::nullopt;
    auto status = store::statuses::find_by_uri(db, work.object_id());
    if (!status || status->account != work.actor.id || status->state != StatusState::Present)
        return std::nullopt;
    return status;
}

}  // namespace

void prepare_add(SharedWork work, Ready ready) {
    ready(Effect([work](store::Writer& tx) -> Result<void> {
        const auto status = find_pinnable(tx, *work);
        if (!status) return fail(Code::NotFound, "not a pinned post of the actor's");
        if (store::statuses::list_pinned(tx, work->actor.id).size() < kPins)
            store::statuses::pin(tx, work->actor.id, status->id);
        return {};
    }));
}

void prepare_remove(SharedWork work, Ready ready) {
    ready(Effect([work](store::Writer& tx) -> Result<void> {
        const auto status = find_pinnable(tx, *work);
        if (!status) return fail(Code::NotFound, "not a pinned post of the actor's");
        store::statuses::unpin(tx, work->actor.id, status->id);
        return {};
    }));
}

}  // namespace outboard::inbox
