// SPDX-License-Identifier: Apache-2.0
#include "src/inbox/work.hpp"
#include "src/services/remote.hpp"

namespace outboard::inbox {

/// Of an actor: its own server is asked what it says now, so that no embedded key speaks for itself
/// (A091). Of a post: an edit (I8).
void prepare_update(SharedWork work, Ready ready) {
    auto& app = work->app;
    const auto& activity = work->activity();
    if (activity.object.actor || work->object_id() == work->actor.uri) {
        if (work->object_id() != work->actor.uri)
            return ignore(ready, "an update of another actor");
        return services::refresh_account(
            app,
            work->actor.uri,
            work->budget,
            [ready = std::move(ready)](Result<AccountId> id) {
                if (!id) return ready(tl::unexpected<Error>(std::move(id).error()));
                nothing_left(ready);
            }
        );
    }
    const auto object = federation::Gate::embedded(work->delivery);
    if (!object) {
        if (work->object_id().empty()) return ignore(ready, "nothing was updated");
        return services::refresh_status(
            app,
            work->object_id(),
            work->budget,
            [ready = std::move(ready)](Result<StatusId> id) {
                if (!id) return ready(tl::unexpected<Error>(std::move(id).error()));
                nothing_left(ready);
            }
        );
    }
    auto prepared = services::prepare_status(app, *object, work->actor, activity.audience);
    if (!prepared) return ready(tl::unexpected<Error>(std::move(prepared).error()));
    if (prepared->poll_vote) return ignore(ready, "votes do not change");
    ready(Effect([work, prepared = *std::move(prepared)](store::Writer& tx) -> Result<void> {
        OB_TRY([[maybe_unused]] const auto id, services::update_status(tx, work->app, prepared));
        return {};
    }));
}

}  // namespace outboard::inbox
