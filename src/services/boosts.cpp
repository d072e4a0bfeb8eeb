// SPDX-License-Identifier: Apache-2.0
#include "src/services/boosts.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "src/present/sight.hpp"
#include "src/services/compose.hpp"
#include "src/services/outgoing.hpp"
#include "src/services/remote.hpp"
#include "src/services/removal.hpp"
#include "src/store/accounts.hpp"
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

struct Target {
    Account viewer;
    Status original;
    Account author;
    std::optional<Status> boost;
};

Result<Target> find_target(App& app, AccountId viewer, StatusId id) {
    return app.db.read([&](store::Reader& db) -> Result<Target> {
        const auto seen = present::find_seen(db, id, viewer);
        if (!seen) return fail(Code::NotFound, "Record not found");
        const auto account = store::accounts::find(db, viewer);
        const auto author = store::accounts::find(db, seen->original().account);
        if (!account || !author) return fail(Code::NotFound, "Record not found");
        return Target{
            .viewer = *account,
            .original = seen->original(),
            .author = *author,
            .boost = store::statuses::find_boost(db, viewer, seen->original().id)
        };
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
    boost.boost_of = target.original.id;
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

}  // namespace

Result<StatusId> add_boost(
    App& app, AccountId viewer, StatusId id, std::optional<Visibility> visibility
) {
    OB_TRY(const auto target, find_target(app, viewer, id));
    if (target.boost) return target.boost->id;
    if (!may_boost(target.original, viewer)) {
        return fail(Code::Forbidden, "This action is not allowed");
    }
    const auto shown =
        std::max(visibility.value_or(Visibility::Public), target.original.visibility);
    if (shown == Visibility::Direct) {
        return fail(Code::Invalid, "Validation failed: a boost is public, unlisted or private");
    }
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
            json(target.original.uri),
            addressing_of(target.viewer, shown, recipients_of(target)),
            open
        )
    );
    activity.item.status = fresh.status.id;
    activity.item.listed = open;
    fresh.status.document = activity.document.hash;

    return app.db.write([&](store::Writer& tx) -> Result<StatusId> {
        const auto original = target.original.id;
        if (const auto boost = store::statuses::find_boost(tx, viewer, original)) return boost->id;
        emit(tx, app, activity);
        store::statuses::insert(tx, fresh);
        store::notifications::add(tx, target.author.id, viewer, "reblog", original);
        store::statuses::add_to_home(tx, viewer, fresh.status.id);
        fan_out_home(tx, app, viewer, fresh.status.id, /*is_boost=*/true);
        return fresh.status.id;
    });
}

Result<StatusId> remove_boost(App& app, AccountId viewer, StatusId id) {
    OB_TRY(const auto target, find_target(app, viewer, id));
    const auto original = target.original.id;
    if (!target.boost) return original;
    const auto& boost = *target.boost;
    const auto audience = addressing_of(target.viewer, boost.visibility, recipients_of(target));
    auto announce = federation::write_activity(
        "Announce",
        boost.uri,
        target.viewer.uri,
        json(target.original.uri),
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
