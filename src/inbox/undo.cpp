// SPDX-License-Identifier: Apache-2.0
#include "src/inbox/answered.hpp"
#include "src/services/removal.hpp"
#include "src/store/accounts.hpp"
#include "src/store/keys.hpp"
#include "src/store/statuses.hpp"

namespace outboard::inbox {

namespace {

/// What is undone: its id as far as given, and as much of it as came along (I6).
struct Undone {
    std::string id, type, object;
};

Undone read_undone(const federation::Reference& reference) {
    Undone undone;
    if (reference.id) undone.id = reference.id->str();
    if (reference.activity) {
        undone.type = reference.activity->type;
        if (reference.activity->object.id) undone.object = reference.activity->object.id->str();
    }
    return undone;
}

bool undo_follow(store::Writer& tx, const Work& work, const Undone& undone) {
    auto follow = store::follows::find_by_uri(tx, undone.id);
    if (!follow && undone.type == "Follow") {
        const auto target = store::accounts::find_by_uri(tx, undone.object);
        if (target) follow = store::follows::find(tx, work.actor.id, target->id);
    }
    if (!follow || follow->account != work.actor.id) return false;
    store::follows::remove(tx, follow->account, follow->target);
    store::notifications::remove(tx, follow->target, work.actor.id, "follow_request", std::nullopt);
    store::notifications::remove(tx, follow->target, work.actor.id, "follow", std::nullopt);
    return true;
}

bool undo_like(store::Writer& tx, const Work& work, const Undone& undone) {
    auto like = store::favourites::find_by_uri(tx, undone.id);
    if (!like && (undone.type == "Like" || undone.type == "EmojiReact")) {
        const auto status = store::statuses::find_by_any_uri(tx, undone.object);
        if (status) like = store::favourites::find(tx, work.actor.id, status->id);
    }
    if (!like || like->account != work.actor.id) return false;
    store::favourites::remove(tx, like->account, like->status);
    if (const auto status = store::statuses::find(tx, like->status)) {
        store::notifications::remove(tx, status->account, work.actor.id, "favourite", status->id);
    }
    return true;
}

bool undo_announce(store::Writer& tx, const Work& work, const Undone& undone) {
    auto boost = store::statuses::find_by_uri(tx, undone.id);
    if (!boost && undone.type == "Announce") {
        const auto status = store::statuses::find_by_any_uri(tx, undone.object);
        if (status) boost = store::statuses::find_boost(tx, work.actor.id, status->id);
    }
    if (!boost || !boost->boost_of || boost->account != work.actor.id) return false;
    if (const auto status = store::statuses::find(tx, *boost->boost_of)) {
        store::notifications::remove(tx, status->account, work.actor.id, "reblog", status->id);
    }
    services::sweep_status(tx, work.app, boost->id);
    return true;
}

bool undo_block(store::Writer& tx, const Work& work, const Undone& undone) {
    if (const auto block = store::blocks::find_by_uri(tx, undone.id)) {
        return block->account == work.actor.id &&
               store::blocks::remove(tx, block->account, block->target);
    }
    if (undone.type != "Block") return false;
    const auto target = store::accounts::find_by_uri(tx, undone.object);
    return target && store::blocks::remove(tx, work.actor.id, target->id);
}

/// Undo(Accept(Follow)): the follow that was granted is taken back (I7).
bool undo_accept(store::Writer& tx, const Work& work, const Undone& undone) {
    if (undone.type != "Accept") return false;
    const auto follow = find_answered(tx, work, work.activity().object.activity->object);
    if (!follow) return false;
    store::follows::remove(tx, follow->account, follow->target);
    store::statuses::remove_from_home(tx, follow->account, follow->target);
    return true;
}

Result<void> apply(store::Writer& tx, const Work& work) {
    const auto undone = read_undone(work.activity().object);
    if (undone.type == "Delete") return fail(Code::NotFound, "a deletion is final");  // A029
    const bool found = undo_follow(tx, work, undone) || undo_like(tx, work, undone) ||
                       undo_announce(tx, work, undone) || undo_block(tx, work, undone) ||
                       undo_accept(tx, work, undone);
    if (found) return {};
    // Remembered, so that what is undone has no effect when it comes late (I4). What was here needs
    // no memory: its id was taken.
    const auto id = federation::Iri::parse(undone.id);
    if (id && same_origin(*id, work.activity().actor)) {
        store::tombstones::add(tx, {undone.id, work.actor.uri, undone.type, tx.now(), false});
    }
    return {};
}

}  // namespace

void prepare_undo(SharedWork work, Ready ready) {
    ready(Effect([work](store::Writer& tx) { return apply(tx, *work); }));
}

}  // namespace outboard::inbox
