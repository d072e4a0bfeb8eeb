// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "src/inbox/work.hpp"
#include "src/services/key_ring.hpp"
#include "src/services/remote.hpp"
#include "src/store/accounts.hpp"
#include "src/store/follows.hpp"
#include "src/store/keys.hpp"
#include "src/store/statuses.hpp"

namespace outboard::inbox {

namespace {

/// V3: public and unlisted posts, and the author's own for followers (A033, A034).
bool may_boost(const Status& status, AccountId actor) {
    switch (status.visibility) {
        case Visibility::Public:
        case Visibility::Unlisted:
            return true;
        case Visibility::Followers:
            return status.account == actor;
        case Visibility::Direct:
            return false;
    }
    return false;
}

Visibility visibility_of_boost(const Work& work, const Status& original) {
    std::optional<federation::Iri> followers;
    if (auto iri = federation::Iri::parse(work.actor.followers)) followers = *std::move(iri);
    const auto own = federation::visibility_of(work.activity().audience, followers);
    return std::max(own, original.visibility);  // the enumerators go from wide to narrow
}

struct Boost {
    Status original;
    std::vector<AudienceLine> audience;
    Visibility visibility = Visibility::Public;
};

Result<void> apply(store::Writer& tx, const Work& work, const Boost& boost) {
    const auto& activity = work.activity();
    const auto original = store::statuses::find(tx, boost.original.id);
    if (!original || original->state != StatusState::Present ||
        !may_boost(*original, work.actor.id)) {
        return fail(Code::NotFound, "no such post to boost");
    }
    const auto author = store::accounts::find(tx, original->account);
    if (!author || !author->is_active())
        return fail(Code::NotFound, "its author is not shown here");  // A094
    if (store::blocks::exists(tx, original->account, work.actor.id)) return {};
    const auto undone = store::tombstones::find(tx, activity.id->str());
    if (undone && undone->owner == work.actor.uri) return {};
    if (store::statuses::find_boost(tx, work.actor.id, original->id)) return {};

    store::statuses::NewStatus fresh;
    auto& status = fresh.status;
    status.uri = activity.id->str();
    status.activity_uri = status.uri;
    status.url = status.uri;
    status.account = work.actor.id;
    status.kind = "Announce";
    status.visibility = boost.visibility;
    status.boost_of = original->id;
    status.received_at = tx.now();
    status.created_at = services::shown_time(activity.published, tx.now());
    fresh.audience = boost.audience;
    const auto id = store::statuses::insert(tx, fresh);
    store::notifications::add(tx, original->account, work.actor.id, "reblog", original->id);
    if (boost.visibility != Visibility::Direct)
        services::fan_out_home(tx, work.app, work.actor.id, id, /*is_boost=*/true);
    return {};
}

void boost_stored(const SharedWork& work, StatusId id, const Ready& ready) {
    auto& app = work->app;
    const auto original =
        app.db.read([&](store::Reader& db) { return store::statuses::find(db, id); });
    if (!original) return ignore(ready, "no such post to boost");
    Boost boost;
    boost.original = *original;
    boost.visibility = visibility_of_boost(*work, *original);
    boost.audience =
        services::audience_lines(app, work->activity().audience, boost.visibility, work->actor.id);
    ready(Effect([work, boost = std::move(boost)](store::Writer& tx) {
        return apply(tx, *work, boost);
    }));
}

}  // namespace

/// Whatever came along is only a link: the post is taken from here or from its own server (O6,
/// A032). A group's Announce of an activity (FEP-1b12) brings in the post it is about.
void prepare_announce(SharedWork work, Ready ready) {
    auto& app = work->app;
    const auto& activity = work->activity();
    const auto& inner = activity.object.activity;
    const auto& about = inner ? inner->object.id : activity.object.id;
    if (!about) return ignore(ready, "a boost of nothing");
    if (app.domain_rules.is_blocked(about->authority()))
        return ignore(ready, "its server is blocked here");  // A096
    if (!inner && !activity.id)
        return ignore(ready, "a boost needs an id, or nobody could undo it");
    services::resolve_status(
        app,
        about->str(),
        work->budget,
        [work, inner, ready = std::move(ready)](Result<StatusId> id) {
            if (!id) return ready(tl::unexpected<Error>(std::move(id).error()));
            if (inner) return nothing_left(ready);
            boost_stored(work, *id, ready);
        }
    );
}

}  // namespace outboard::inbox
