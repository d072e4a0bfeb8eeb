// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "src/inbox/work.hpp"
#include "src/store/accounts.hpp"

namespace outboard::inbox {

namespace {

/// P5: only the old account moves itself, and only to one that names it. Recorded, so that clients
/// show where it went; nobody is made to follow anybody (THREATS 19).
Result<void> apply(store::Writer& tx, const Work& work, AccountId target_id) {
    const auto target = store::accounts::find(tx, target_id);
    if (!target || !target->is_active())
        return fail(Code::NotFound, "the new account is not there");
    const auto& aliases = target->also_known_as;
    if (std::find(aliases.begin(), aliases.end(), work.actor.uri) == aliases.end()) {
        return fail(Code::Forbidden, "the new account does not name the old one");
    }
    auto old = store::accounts::find(tx, work.actor.id);
    if (!old || !old->is_active()) return fail(Code::NotFound, "the old account is not there");
    if (old->moved_to == target->uri) return {};
    old->moved_to = target->uri;
    store::accounts::update(tx, *old);
    return {};
}

}  // namespace

void prepare_move(SharedWork work, Ready ready) {
    const auto& activity = work->activity();
    if (work->object_id() != work->actor.uri) return ignore(ready, "somebody else would be moved");
    if (!activity.target || activity.target->str() == work->actor.uri)
        return ignore(ready, "moved to nowhere");
    auto& app = work->app;
    const auto target = activity.target->str();
    auto found = [work, ready](Result<AccountId> id) {
        if (!id) return ready(tl::unexpected<Error>(std::move(id).error()));
        ready(Effect([work, id = *id](store::Writer& tx) { return apply(tx, *work, id); }));
    };
    if (app.identity.owns(target))
        return services::resolve_account(app, target, work->budget, std::move(found));
    services::refresh_account(
        app, target, work->budget, std::move(found)
    );  // fresh: an alias may have been taken back
}

}  // namespace outboard::inbox
