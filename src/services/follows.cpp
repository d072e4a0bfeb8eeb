// SPDX-License-Identifier: Apache-2.0
#include "src/services/follows.hpp"

#include "src/services/follow_activities.hpp"
#include "src/services/key_ring.hpp"
#include "src/store/accounts.hpp"
#include "src/store/follows.hpp"
#include "src/store/statuses.hpp"

namespace outboard::services {
namespace {

using store::follows::FollowRow;

struct Pair {
    Account viewer, other;
    std::optional<FollowRow> out, in;  // viewer follows other; other follows viewer
    bool blocked = false;              // either way
};

Result<Pair> find_pair(App& app, AccountId viewer, AccountId other) {
    return app.db.read([&](store::Reader& db) -> Result<Pair> {
        const auto me = store::accounts::find(db, viewer);
        const auto them = store::accounts::find(db, other);
        if (!me || !them || them->deleted_at) return fail(Code::NotFound, "Record not found");
        return Pair{
            .viewer = *me,
            .other = *them,
            .out = store::follows::find(db, viewer, other),
            .in = store::follows::find(db, other, viewer),
            .blocked =
                store::blocks::exists(db, viewer, other) || store::blocks::exists(db, other, viewer)
        };
    });
}

Result<void> check_may_follow(App& app, const Pair& pair) {
    const bool self = pair.viewer.id == pair.other.id;
    if (self || pair.blocked || app.domain_rules.is_blocked(pair.other.host)) {
        return fail(Code::Forbidden, "This action is not allowed");
    }
    if (pair.other.suspended_at) return fail(Code::NotFound, "Record not found");
    return {};
}

Result<void> change_options(App& app, const FollowRow& there, const FollowOptions& options) {
    auto row = there;
    row.show_boosts = options.boosts.value_or(row.show_boosts);
    row.notify = options.notify.value_or(row.notify);
    if (row.show_boosts == there.show_boosts && row.notify == there.notify) return {};
    return app.db.write([&](store::Writer& tx) {
        if (store::follows::find(tx, row.account, row.target)) store::follows::put(tx, row);
    });
}

}  // namespace

Result<void> follow(App& app, AccountId viewer, AccountId target, const FollowOptions& options) {
    OB_TRY(const auto pair, find_pair(app, viewer, target));
    if (pair.out) return change_options(app, *pair.out, options);
    OB_CHECK(check_may_follow(app, pair));
    FollowRow row;
    row.account = viewer;
    row.target = target;
    row.accepted = pair.other.is_local() && !pair.other.locked;
    row.uri = transient_uri(app, pair.viewer, "follows");
    row.show_boosts = options.boosts.value_or(true);
    row.notify = options.notify.value_or(false);
    row.created_at = app.clock.now();
    std::optional<PreparedActivity> activity;
    if (!pair.other.is_local()) {
        OB_TRY(activity, prepare_follow(app, pair.viewer, pair.other, row.uri));
    }
    return app.db.write([&](store::Writer& tx) -> Result<void> {
        if (store::follows::find(tx, viewer, target)) return {};
        auto fresh = row;
        fresh.id = {tx.next_id()};
        store::follows::put(tx, fresh);
        if (fresh.accepted) store::statuses::backfill_home(tx, viewer, target);
        store::notifications::add(
            tx, target, viewer, fresh.accepted ? "follow" : "follow_request", std::nullopt
        );
        if (activity) emit(tx, app, *activity);
        return {};
    });
}

Result<void> unfollow(App& app, AccountId viewer, AccountId target) {
    OB_TRY(const auto pair, find_pair(app, viewer, target));
    if (!pair.out) return {};
    std::optional<PreparedActivity> undo;
    if (!pair.other.is_local()) {
        OB_TRY(undo, prepare_undo_follow(app, pair.viewer, pair.other, pair.out->uri));
    }
    return app.db.write([&](store::Writer& tx) -> Result<void> {
        if (!store::follows::remove(tx, viewer, target)) return {};
        store::statuses::remove_from_home(tx, viewer, target);
        store::notifications::remove(tx, target, viewer, "follow", std::nullopt);
        store::notifications::remove(tx, target, viewer, "follow_request", std::nullopt);
        if (undo) emit(tx, app, *undo);
        return {};
    });
}

Result<void> authorize_follow(App& app, AccountId viewer, AccountId requester) {
    OB_TRY(const auto pair, find_pair(app, viewer, requester));
    if (!pair.in) return fail(Code::NotFound, "Record not found");
    if (pair.in->accepted) return {};
    std::optional<PreparedActivity> accept;
    if (!pair.other.is_local()) {
        OB_TRY(accept, prepare_answer(app, "Accept", pair.other, pair.viewer, pair.in->uri));
    }
    return app.db.write([&](store::Writer& tx) -> Result<void> {
        const auto row = store::follows::find(tx, requester, viewer);
        if (!row) return fail(Code::NotFound, "Record not found");
        if (row->accepted) return {};
        store::follows::set_accepted(tx, requester, viewer);
        if (pair.other.is_local()) store::statuses::backfill_home(tx, requester, viewer);
        store::notifications::remove(tx, viewer, requester, "follow_request", std::nullopt);
        store::notifications::add(tx, viewer, requester, "follow", std::nullopt);
        if (accept) {
            store::follows::set_answered(tx, row->id, tx.now());
            emit(tx, app, *accept);
        }
        return {};
    });
}

namespace {

/// `may_end` sees the follow as it stands when it ends: another of the viewer's apps may have
/// answered meanwhile.
Result<void> end_follow(
    App& app,
    AccountId viewer,
    AccountId requester,
    bool (*may_end)(const store::follows::FollowRow&)
) {
    OB_TRY(const auto pair, find_pair(app, viewer, requester));
    if (!pair.in) return fail(Code::NotFound, "Record not found");
    std::optional<PreparedActivity> reject;
    if (!pair.other.is_local()) {
        OB_TRY(reject, prepare_answer(app, "Reject", pair.other, pair.viewer, pair.in->uri));
    }
    return app.db.write([&](store::Writer& tx) -> Result<void> {
        const auto row = store::follows::find(tx, requester, viewer);
        if (!row) return {};
        if (!may_end(*row)) return fail(Code::NotFound, "Record not found");
        store::follows::remove(tx, requester, viewer);
        if (pair.other.is_local()) store::statuses::remove_from_home(tx, requester, viewer);
        store::notifications::remove(tx, viewer, requester, "follow_request", std::nullopt);
        store::notifications::remove(tx, viewer, requester, "follow", std::nullopt);
        if (reject) emit(tx, app, *reject);
        return {};
    });
}

}  // namespace

Result<void> reject_follow(App& app, AccountId viewer, AccountId requester) {
    return end_follow(app, viewer, requester, [](const auto& row) { return !row.accepted; });
}

Result<void> remove_follower(App& app, AccountId viewer, AccountId follower) {
    return end_follow(app, viewer, follower, [](const auto&) { return true; });
}

}  // namespace outboard::services
