// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>

#include "src/entities/instance.hpp"
#include "src/present/sight.hpp"
#include "src/services/boosts.hpp"
#include "src/services/compose.hpp"
#include "src/services/outgoing.hpp"
#include "src/services/removal.hpp"
#include "src/services/statuses.hpp"
#include "src/store/accounts.hpp"
#include "src/store/keys.hpp"
#include "src/store/media.hpp"
#include "src/store/statuses.hpp"

namespace outboard::services {

Result<Status> find_own(store::Reader& db, AccountId author, StatusId id) {
    auto status = store::statuses::find(db, id);
    if (!status || status->account != author || status->state == StatusState::Deleted) {
        return fail(Code::NotFound, "Record not found");
    }
    return *std::move(status);
}

std::vector<AccountId> had_by(store::Reader& db, const Status& status) {
    store::statuses::Page many;
    many.limit = 1000;  // nodes that have it, not people: more come to the same inboxes
    std::vector<AccountId> people;
    const auto mentions = store::statuses::load_mentions(db, {status.id});
    if (const auto it = mentions.find(status.id); it != mentions.end()) people = it->second;
    if (status.reply_to_account) add_recipients(people, {*status.reply_to_account});
    add_recipients(people, store::statuses::list_boosters(db, status.id, many));
    add_recipients(people, store::favourites::list_accounts(db, status.id, many));
    return remote_of(db, people);
}

Result<void> remove_status(App& app, AccountId author, StatusId id, bool keep_media) {
    struct Before {
        Status status;
        Account author;
        std::vector<Account> mentioned;
        std::vector<AccountId> had;
    };
    OB_TRY(const auto before, app.db.read([&](store::Reader& db) -> Result<Before> {
        OB_TRY(auto status, find_own(db, author, id));
        Before found{.status = std::move(status), .author = {}, .mentioned = {}, .had = {}};
        found.author = store::accounts::find(db, author).value();
        const auto mentions = store::statuses::load_mentions(db, {id});
        if (const auto it = mentions.find(id); it != mentions.end()) {
            found.mentioned = store::accounts::load(db, it->second);
        }
        found.had = had_by(db, found.status);
        return found;
    }));
    const auto& status = before.status;
    if (status.boost_of) {
        OB_CHECK(remove_boost(app, author, *status.boost_of));
        return {};
    }
    const auto now = app.clock.now();
    const auto iri = iri_of(status.uri);
    if (!iri) return fail(Code::Internal, "", "own status without a usable id: " + status.uri);
    OB_TRY(
        auto activity,
        prepare_activity(
            app,
            before.author,
            "Delete",
            status.uri + "#delete",
            federation::write_tombstone(*iri, status.kind, now),
            addressing_of(before.author, status.visibility, before.mentioned),
            /*with_proof=*/status.visibility <= Visibility::Unlisted
        )
    );
    activity.item.status = id;
    add_recipients(activity.item.to_accounts, before.had);

    return app.db.write([&](store::Writer& tx) -> Result<void> {
        OB_CHECK(find_own(tx, author, id));
        if (keep_media) {
            for (const auto& media : store::media::load_of_status(tx, id)) {
                store::media::detach(
                    tx, media.id, fresh_media_address(app), tx.now() + limits::kMediaDetached
                );
            }
        }
        sweep_status(tx, app, id);
        store::tombstones::add(
            tx,
            {.uri = status.uri,
             .owner = before.author.uri,
             .former_type = status.kind,
             .deleted_at = now,
             .own = true}
        );
        emit(tx, app, activity);
        return {};
    });
}

namespace {

Result<StatusId> find_original(store::Reader& db, AccountId viewer, StatusId id) {
    const auto seen = present::find_seen(db, id, viewer);
    if (!seen) return fail(Code::NotFound, "Record not found");
    return seen->original().id;
}

}  // namespace

Result<StatusId> bookmark(App& app, AccountId viewer, StatusId id) {
    return app.db.write([&](store::Writer& tx) -> Result<StatusId> {
        OB_TRY(const auto original, find_original(tx, viewer, id));
        store::bookmarks::add(tx, viewer, original);
        return original;
    });
}

Result<StatusId> mute_thread(App& app, AccountId viewer, StatusId id) {
    return app.db.write([&](store::Writer& tx) -> Result<StatusId> {
        const auto seen = present::find_seen(tx, id, viewer);
        if (!seen) return fail(Code::NotFound, "Record not found");
        store::thread_mutes::add(tx, viewer, seen->original().thread);
        return id;
    });
}

Result<StatusId> unmute_thread(App& app, AccountId viewer, StatusId id) {
    return app.db.write([&](store::Writer& tx) -> Result<StatusId> {
        const auto seen = present::find_seen(tx, id, viewer);
        if (!seen) return fail(Code::NotFound, "Record not found");
        store::thread_mutes::remove(tx, viewer, seen->original().thread);
        return id;
    });
}

Result<StatusId> unbookmark(App& app, AccountId viewer, StatusId id) {
    return app.db.write([&](store::Writer& tx) -> Result<StatusId> {
        OB_TRY(const auto original, find_original(tx, viewer, id));
        store::bookmarks::remove(tx, viewer, original);
        return original;
    });
}

namespace {

/// Tells the followers that the featured collection has changed (C3); nothing for posts that do not
/// stand in it.
Result<std::optional<PreparedActivity>> prepare_featured(
    App& app, AccountId author, StatusId id, std::string_view type
) {
    OB_TRY(auto found, app.db.read([&](store::Reader& db) -> Result<std::pair<Status, Account>> {
        OB_TRY(auto status, find_own(db, author, id));
        return std::pair(std::move(status), store::accounts::find(db, author).value());
    }));
    const auto& [status, account] = found;
    const bool is_listed = status.visibility <= Visibility::Unlisted && !status.boost_of;
    if (!is_listed || account.featured.empty()) return std::optional<PreparedActivity>{};
    OB_TRY(
        auto activity,
        prepare_activity(
            app,
            account,
            type,
            transient_uri(app, account, type == "Add" ? "adds" : "removes"),
            json(status.uri),
            addressing_of(account, Visibility::Public, {}),
            /*with_proof=*/true,
            account.featured
        )
    );
    return std::optional(std::move(activity));
}

}  // namespace

Result<StatusId> pin(App& app, AccountId author, StatusId id) {
    OB_TRY(const auto add, prepare_featured(app, author, id, "Add"));
    return app.db.write([&](store::Writer& tx) -> Result<StatusId> {
        OB_TRY(const auto status, find_own(tx, author, id));
        if (status.boost_of)
            return fail(Code::Invalid, "Validation failed: A boost cannot be pinned");
        if (status.visibility == Visibility::Direct) {
            return fail(
                Code::Invalid,
                "Validation failed: Posts that are only visible to mentioned users cannot be pinned"
            );
        }
        const auto pinned = store::statuses::list_pinned(tx, author);
        const bool is_there = std::find(pinned.begin(), pinned.end(), id) != pinned.end();
        if (!is_there && pinned.size() >= entities::kMaxPinned) {
            return fail(
                Code::Invalid,
                "Validation failed: You have already pinned the maximum number of posts"
            );
        }
        if (store::statuses::pin(tx, author, id) && add) emit(tx, app, *add);
        return id;
    });
}

Result<StatusId> unpin(App& app, AccountId author, StatusId id) {
    OB_TRY(const auto remove, prepare_featured(app, author, id, "Remove"));
    return app.db.write([&](store::Writer& tx) -> Result<StatusId> {
        OB_CHECK(find_own(tx, author, id));
        if (store::statuses::unpin(tx, author, id) && remove) emit(tx, app, *remove);
        return id;
    });
}

}  // namespace outboard::services
