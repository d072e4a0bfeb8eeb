// SPDX-License-Identifier: Apache-2.0
#include "src/inbox/answered.hpp"

#include "src/store/accounts.hpp"

namespace outboard::inbox {

std::optional<store::follows::FollowRow> find_answered(
    store::Reader& db, const Work& work, const federation::Reference& reference
) {
    std::optional<store::follows::FollowRow> follow;
    if (reference.id) follow = store::follows::find_by_uri(db, reference.id->str());
    if (!follow && reference.activity && reference.activity->type == "Follow") {
        const auto who = store::accounts::find_by_uri(db, reference.activity->actor.str());
        const auto& whom = reference.activity->object.id;
        if (who && whom && whom->str() == work.actor.uri)
            follow = store::follows::find(db, who->id, work.actor.id);
    }
    if (!follow || follow->target != work.actor.id) return std::nullopt;
    const auto who = store::accounts::find(db, follow->account);
    return who && who->is_local() ? follow : std::nullopt;
}

std::optional<store::follows::FollowRow> find_answered(store::Reader& db, const Work& work) {
    return find_answered(db, work, work.activity().object);
}

}  // namespace outboard::inbox
