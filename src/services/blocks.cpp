// SPDX-License-Identifier: Apache-2.0
#include "src/services/blocks.hpp"

#include <nlohmann/json.hpp>

#include "federation/base/text.hpp"
#include "src/base/limits.hpp"
#include "src/services/compose.hpp"
#include "src/services/follow_activities.hpp"
#include "src/store/accounts.hpp"
#include "src/store/follows.hpp"
#include "src/store/statuses.hpp"

namespace outboard::services {
namespace {

struct Pair {
    Account viewer, other;
};

Result<Pair> find_pair(store::Reader& db, AccountId viewer, AccountId other) {
    const auto me = store::accounts::find(db, viewer);
    const auto them = store::accounts::find(db, other);
    if (!me || !them || them->deleted_at) return fail(Code::NotFound, "Record not found");
    if (viewer == other) return fail(Code::Forbidden, "This action is not allowed");
    return Pair{.viewer = *me, .other = *them};
}

federation::Addressing to_one(const Account& account) {
    federation::Addressing audience;
    if (auto iri = iri_of(account.uri)) audience.to.push_back(*std::move(iri));
    return audience;
}

/// What a remote account's node is told when follows end and a block begins, in that order.
Result<std::vector<PreparedActivity>> prepare_parting(
    App& app, const Pair& pair, const std::string& block_uri
) {
    std::vector<PreparedActivity> activities;
    if (pair.other.is_local()) return activities;
    const auto [out, in] = app.db.read([&](store::Reader& db) {
        return std::pair(
            store::follows::find(db, pair.viewer.id, pair.other.id),
            store::follows::find(db, pair.other.id, pair.viewer.id)
        );
    });
    if (out) {
        OB_TRY(auto undo, prepare_undo_follow(app, pair.viewer, pair.other, out->uri));
        activities.push_back(std::move(undo));
    }
    if (in) {
        OB_TRY(auto reject, prepare_answer(app, "Reject", pair.other, pair.viewer, in->uri));
        activities.push_back(std::move(reject));
    }
    OB_TRY(
        auto block,
        prepare_activity(
            app,
            pair.viewer,
            "Block",
            block_uri,
            json(pair.other.uri),
            to_one(pair.other),
            /*with_proof=*/false
        )
    );
    activities.push_back(std::move(block));
    return activities;
}

}  // namespace

Result<void> block(App& app, AccountId viewer, AccountId target) {
    OB_TRY(const auto pair, app.db.read([&](store::Reader& db) {
        return find_pair(db, viewer, target);
    }));
    const auto uri = transient_uri(app, pair.viewer, "blocks");
    OB_TRY(const auto activities, prepare_parting(app, pair, uri));
    return app.db.write([&](store::Writer& tx) -> Result<void> {
        if (!store::blocks::add(tx, viewer, target, uri)) return {};
        store::follows::remove(tx, viewer, target);
        store::follows::remove(tx, target, viewer);
        store::statuses::remove_from_home(tx, viewer, target);
        if (pair.other.is_local()) store::statuses::remove_from_home(tx, target, viewer);
        for (const auto* kind : {"follow", "follow_request"}) {
            store::notifications::remove(tx, viewer, target, kind, std::nullopt);
            store::notifications::remove(tx, target, viewer, kind, std::nullopt);
        }
        for (const auto& activity : activities) emit(tx, app, activity);
        return {};
    });
}

Result<void> unblock(App& app, AccountId viewer, AccountId target) {
    OB_TRY(const auto pair, app.db.read([&](store::Reader& db) {
        return find_pair(db, viewer, target);
    }));
    const auto uri =
        app.db.read([&](store::Reader& db) { return store::blocks::find_uri(db, viewer, target); });
    std::optional<PreparedActivity> undo;
    if (uri && !pair.other.is_local()) {
        const json embedded = {
            {"id", *uri}, {"type", "Block"}, {"actor", pair.viewer.uri}, {"object", pair.other.uri}
        };
        OB_TRY(
            undo,
            prepare_activity(
                app,
                pair.viewer,
                "Undo",
                transient_uri(app, pair.viewer, "undos"),
                embedded,
                to_one(pair.other),
                /*with_proof=*/false
            )
        );
    }
    return app.db.write([&](store::Writer& tx) -> Result<void> {
        if (!store::blocks::remove(tx, viewer, target)) return {};
        if (undo) emit(tx, app, *undo);
        return {};
    });
}

Result<void> mute(
    App& app, AccountId viewer, AccountId target, bool notifications, std::chrono::seconds duration
) {
    return app.db.write([&](store::Writer& tx) -> Result<void> {
        OB_CHECK(find_pair(tx, viewer, target));
        std::optional<Instant> expires;
        if (duration.count() > 0) expires = tx.now() + duration;
        store::mutes::put(tx, viewer, target, notifications, expires);
        return {};
    });
}

Result<void> unmute(App& app, AccountId viewer, AccountId target) {
    return app.db.write([&](store::Writer& tx) -> Result<void> {
        OB_CHECK(find_pair(tx, viewer, target));
        store::mutes::remove(tx, viewer, target);
        return {};
    });
}

Result<void> keep_note(App& app, AccountId viewer, AccountId target, const std::string& comment) {
    if (count_codepoints(comment) > limits::kNoteCharacters) {
        return fail(
            Code::Invalid,
            "Validation failed: Comment is longer than " + std::to_string(limits::kNoteCharacters) +
                " characters"
        );
    }
    return app.db.write([&](store::Writer& tx) -> Result<void> {
        OB_CHECK(find_pair(tx, viewer, target));
        store::account_notes::put(tx, viewer, target, comment);
        return {};
    });
}

}  // namespace outboard::services
