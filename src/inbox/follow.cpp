// SPDX-License-Identifier: Apache-2.0
#include "src/inbox/work.hpp"
#include "src/services/follow_activities.hpp"
#include "src/store/accounts.hpp"
#include "src/store/follows.hpp"
#include "src/store/keys.hpp"

namespace outboard::inbox {

namespace {

constexpr auto kBetweenAccepts =
    std::chrono::hours(1);  // A043: repeated Follows are no way to make us send

Result<void> apply(
    store::Writer& tx,
    const SharedWork& work,
    const Account& target,
    const services::PreparedActivity& accept
) {
    const auto uri = work->activity().id ? work->activity().id->str() : std::string();
    if (!uri.empty()) {
        const auto undone = store::tombstones::find(tx, uri);  // the Undo came first (I4)
        if (undone && undone->owner == work->actor.uri) return {};
    }
    if (store::blocks::exists(tx, target.id, work->actor.id))
        return {};  // as if nobody had heard it
    const auto before = store::follows::find(tx, work->actor.id, target.id);
    store::follows::FollowRow follow;
    if (before) follow = *before;
    follow.account = work->actor.id;
    follow.target = target.id;
    follow.accepted = !target.locked || (before && before->accepted);
    follow.uri = uri;
    store::follows::put(tx, follow);
    if (!before) {
        store::notifications::add(
            tx,
            target.id,
            work->actor.id,
            follow.accepted ? "follow" : "follow_request",
            std::nullopt
        );
    }
    const bool answered_lately =
        before && before->answered_at && *before->answered_at + kBetweenAccepts > tx.now();
    if (!follow.accepted || answered_lately) return {};
    services::emit(tx, work->app, accept);
    if (const auto row = store::follows::find(tx, work->actor.id, target.id))
        store::follows::set_answered(tx, row->id, tx.now());
    return {};
}

}  // namespace

/// I7: accepted at once by open accounts, kept as a request by locked ones; accepted again when
/// asked again.
void prepare_follow(SharedWork work, Ready ready) {
    auto& app = work->app;
    const auto target = app.db.read([&](store::Reader& db) {
        return store::accounts::find_by_uri(db, work->object_id());
    });
    if (!target || !target->is_local() || !target->is_active() || target->kind == "Application") {
        return ignore(ready, "nobody here to follow");
    }
    if (target->moved_to) return ignore(ready, "the account has moved");  // P5
    auto accept = services::prepare_answer(
        app, "Accept", work->actor, *target, work->activity().id ? work->activity().id->str() : ""
    );
    if (!accept) return ready(tl::unexpected<Error>(accept.error()));
    ready(Effect([work, target = *target, accept = *std::move(accept)](store::Writer& tx) {
        return apply(tx, work, target, accept);
    }));
}

}  // namespace outboard::inbox
