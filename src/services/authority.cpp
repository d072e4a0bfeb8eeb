// SPDX-License-Identifier: Apache-2.0
#include "src/services/authority.hpp"

#include "src/store/accounts.hpp"
#include "src/store/follows.hpp"
#include "src/store/statuses.hpp"

namespace outboard::services {

namespace {

Result<void> somebody_elses() { return fail(Code::Forbidden, "That belongs to somebody else."); }

bool is_actor(store::Reader& db, AccountId account, const std::string& actor) {
    const auto stored = store::accounts::find(db, account);
    return stored && stored->uri == actor;
}

Result<void> check_thing(store::Reader& db, const std::string& uri, const std::string& actor) {
    if (const auto status = store::statuses::find_by_uri(db, uri);
        status && !is_actor(db, status->account, actor)) {
        return somebody_elses();
    }
    if (uri != actor && store::accounts::find_by_uri(db, uri)) return somebody_elses();
    return {};
}

Result<void> check_undone(store::Reader& db, const std::string& uri, const std::string& actor) {
    if (const auto follow = store::follows::find_by_uri(db, uri);
        follow && !is_actor(db, follow->account, actor)) {
        return somebody_elses();
    }
    if (const auto liked = store::favourites::find_by_uri(db, uri);
        liked && !is_actor(db, liked->account, actor)) {
        return somebody_elses();
    }
    if (const auto block = store::blocks::find_by_uri(db, uri);
        block && !is_actor(db, block->account, actor)) {
        return somebody_elses();
    }
    if (const auto boost = store::statuses::find_by_uri(db, uri);
        boost && !is_actor(db, boost->account, actor)) {
        return somebody_elses();
    }
    return {};
}

}  // namespace

Result<void> check_authority(store::Reader& db, const federation::Activity& activity) {
    if (!activity.object.id) return {};
    const auto& uri = activity.object.id->str();
    const auto& actor = activity.actor.str();
    const auto& type = activity.type;
    if (type == "Create" || type == "Update" || type == "Delete")
        return check_thing(db, uri, actor);
    if (type == "Undo") return check_undone(db, uri, actor);
    if (type == "Accept" || type == "Reject") {
        const auto follow = store::follows::find_by_uri(db, uri);
        if (follow && !is_actor(db, follow->target, actor)) return somebody_elses();
    }
    return {};
}

}  // namespace outboard::services
