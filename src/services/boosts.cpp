// SPDX-License-Identifier: Apache-2.0
#include "src/services/boosts.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "src/services/compose.hpp"
#include "src/services/marked.hpp"
#include "src/services/outgoing.hpp"
#include "src/services/remote.hpp"
#include "src/services/removal.hpp"
#include "src/store/follows.hpp"
#include "src/store/statuses.hpp"

namespace outboard::services {
namespace {

bool may_boost(const Status& status, AccountId viewer) {
    switch (status.visibility) {
        case Visibility::Public:
        case Visibility::Unlisted:
            return true;
        case Visibility::Followers:
            return status.account == viewer;
        case Visibility::Direct:
            return false;
    }
    return false;
}

struct Target : Marked {
    std::optional<Status> boost;
};

Result<Target> find_target(App& app, AccountId viewer, StatusId id) {
    return app.db.read([&](store::Reader& db) -> Result<Target> {
        OB_TRY(auto marked, find_marked(db, viewer, id));
        auto boost = store::statuses::find_boost(db, viewer, marked.status.id);
        return Target{std::move(marked), std::move(boost)};
    });
}

Status make_boost(App& app, const Target& target, Visibility visibility) {
    Status boost;
    boost.id = {app.db.reserve_id()};
    boost.uri = app.identity.status_uri(target.viewer.username, boost.id.value) + "/activity";
    boost.activity_uri = boost.uri;
    boost.url = boost.uri;
    boost.account = target.viewer.id;
    boost.kind = "Announce";
    boost.visibility = visibility;
    boost.boost_of = target.status.id;
    boost.thread = boost.id;
    boost.created_at = app.clock.now();
    boost.received_at = boost.created_at;
    boost.local = true;
    return boost;
}

std::vector<Account> recipients_of(const Target& target) {
    if (target.author.id == target.viewer.id) return {};
    return {target.author};
}

/// Renders and stores a boost; nothing when its id was taken meanwhile.
Result<std::optional<StatusId>> store_boost(App& app, const Target& target, Visibility shown) {
    const auto viewer = target.viewer.id;
    store::statuses::NewStatus fresh;
    fresh.status = make_boost(app, target, shown);
    fresh.audience = audience_of(fresh.status, {});
    const bool open = shown != Visibility::Followers;
    OB_TRY(
        auto activity,
        prepare_activity(
            app,
            target.viewer,
            "Announce",
            fresh.status.activity_uri,
            json(target.status.uri),
            addressing_of(target.viewer, shown, recipients_of(target)),
            open
        )
    );
    activity.item.status = fresh.status.id;
    activity.item.listed = open;
    fresh.status.document = activity.document.hash;

    return app.db.write([&](store::Writer& tx) -> Result<std::optional<StatusId>> {
        const auto original = target.status.id;
        if (const auto boost = store::statuses::find_boost(tx, viewer, original)) return boost->id;
        if (store::statuses::is_taken(tx, fresh.status.id)) return std::optional<StatusId>{};
        emit(tx, app, activity);
        store::statuses::insert(tx, fresh);
        store::notifications::add(tx, target.author.id, viewer, "reblog", original);
        store::statuses::add_to_home(tx, viewer, fresh.status.id);
        fan_out_home(tx, app, viewer, fresh.status.id, /*is_boost=*/true);
        return fresh.status.id;
    });
}

}  // namespace

Result<StatusId> add_boost(
    App& app, AccountId viewer, StatusId id, std::optional<Visibility> visibility
) {
    OB_TRY(const auto target, find_target(app, viewer, id));
    if (target.boost) return target.boost->id;
    if (!may_boost(target.status, viewer)) {
        return fail(Code::Forbidden, "This action is not allowed");
    }
    const auto shown = std::max(visibility.value_or(Visibility::Public), target.status.visibility);
    if (shown == Visibility::Direct) {
        return fail(Code::Invalid, "Validation failed: a boost is public, unlisted or private");
    }
    return with_fresh_id([&] { return store_boost(app, target, shown); });
}

Result<StatusId> remove_boost(App& app, AccountId viewer, StatusId id) {
    OB_TRY(const auto target, find_target(app, viewer, id));
    const auto original = target.status.id;
    if (!target.boost) return original;
    const auto& boost = *target.boost;
    const auto audience = addressing_of(target.viewer, boost.visibility, recipients_of(target));
    auto announce = federation::write_activity(
        "Announce",
        boost.uri,
        target.viewer.uri,
        json(target.status.uri),
        audience,
        boost.created_at
    );
    announce.erase("@context");
    OB_TRY(
        const auto undo,
        prepare_activity(
            app,
            target.viewer,
            "Undo",
            boost.uri + "#undo",
            announce,
            audience,
            boost.visibility != Visibility::Followers
        )
    );
    return app.db.write([&](store::Writer& tx) -> Result<StatusId> {
        const auto here = store::statuses::find_boost(tx, viewer, original);
        if (!here || here->id != boost.id) return original;
        sweep_status(tx, app, boost.id);
        store::notifications::remove(tx, target.author.id, viewer, "reblog", original);
        emit(tx, app, undo);
        return original;
    });
}

}  // namespace outboard::services
