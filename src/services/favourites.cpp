// SPDX-License-Identifier: Apache-2.0
#include "src/services/favourites.hpp"

#include <nlohmann/json.hpp>

#include "src/services/compose.hpp"
#include "src/services/marked.hpp"
#include "src/services/outgoing.hpp"
#include "src/store/follows.hpp"
#include "src/store/statuses.hpp"

namespace outboard::services {
namespace {

struct Target : Marked {
    std::optional<store::favourites::Favourite> there;
};

Result<Target> find_target(App& app, AccountId viewer, StatusId id) {
    return app.db.read([&](store::Reader& db) -> Result<Target> {
        OB_TRY(auto marked, find_marked(db, viewer, id));
        const auto there = store::favourites::find(db, viewer, marked.status.id);
        return Target{std::move(marked), there};
    });
}

/// Nothing for an author of ours: nothing needs to be sent.
Result<std::optional<PreparedActivity>> prepare(
    App& app,
    const Target& target,
    std::string_view type,
    const std::string& uri,
    const json& object
) {
    if (target.author.is_local()) return std::optional<PreparedActivity>{};
    OB_TRY(
        auto activity,
        prepare_activity(
            app,
            target.viewer,
            type,
            uri,
            object,
            addressing_of(target.viewer, Visibility::Direct, {target.author}),
            /*with_proof=*/false
        )
    );
    return std::optional(std::move(activity));
}

}  // namespace

Result<StatusId> add_favourite(App& app, AccountId viewer, StatusId id) {
    OB_TRY(const auto target, find_target(app, viewer, id));
    const auto status = target.status.id;
    if (target.there) return status;
    const auto uri = transient_uri(app, target.viewer, "likes");
    OB_TRY(const auto like, prepare(app, target, "Like", uri, json(target.status.uri)));
    return app.db.write([&](store::Writer& tx) -> Result<StatusId> {
        const store::favourites::Favourite favourite{
            .id = tx.next_id(), .account = viewer, .status = status, .uri = uri
        };
        if (!store::favourites::add(tx, favourite)) return status;
        store::notifications::add(tx, target.author.id, viewer, "favourite", status);
        if (like) emit(tx, app, *like);
        return status;
    });
}

Result<StatusId> remove_favourite(App& app, AccountId viewer, StatusId id) {
    OB_TRY(const auto target, find_target(app, viewer, id));
    const auto status = target.status.id;
    if (!target.there) return status;
    auto like = federation::write_activity(
        "Like",
        target.there->uri,
        target.viewer.uri,
        json(target.status.uri),
        addressing_of(target.viewer, Visibility::Direct, {target.author})
    );
    like.erase("@context");
    OB_TRY(
        const auto undo,
        prepare(app, target, "Undo", transient_uri(app, target.viewer, "undos"), like)
    );
    return app.db.write([&](store::Writer& tx) -> Result<StatusId> {
        if (!store::favourites::remove(tx, viewer, status)) return status;
        store::notifications::remove(tx, target.author.id, viewer, "favourite", status);
        if (undo) emit(tx, app, *undo);
        return status;
    });
}

}  // namespace outboard::services
