// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "federation/gate.hpp"
#include "src/domain/account.hpp"
#include "src/services/app.hpp"
#include "src/services/resolve.hpp"
#include "src/store/queues.hpp"

namespace outboard::inbox {

/// One activity on its way from its row to its effect. Constant once made.
struct Work {
    App& app;
    store::inbox::Item item;
    federation::Verified<federation::Delivery> delivery;
    Account actor;                 // remote, active, stored
    services::FetchBudget budget;  // of everything this activity causes

    const federation::Activity& activity() const { return delivery->activity; }
    /// Id of what it is about; empty when it has none.
    const std::string& object_id() const {
        static const std::string none;
        const auto& id = activity().object.id;
        return id ? id->str() : none;
    }
};
using SharedWork =
    std::shared_ptr<const Work>;  // shared by the continuations that wait for documents

/// The effect: runs in one transaction with the mark "done", perhaps more than once. SQL only.
using Effect = std::function<Result<void>(store::Writer&)>;
/// Takes the effect, or why there is none: Unavailable is tried again later, everything else is an
/// activity without effect here.
using Ready = std::function<void(Result<Effect>)>;
/// Gets what the effect needs (documents, signatures of ours), then calls `ready` once.
using Prepare = void (*)(SharedWork, Ready);

/// How an activity type is handled here; null for types without effect.
Prepare find_handler(std::string_view type);

// One file per activity type.
void prepare_follow(SharedWork work, Ready ready);
void prepare_accept(SharedWork work, Ready ready);  // Accept, TentativeAccept is none
void prepare_reject(SharedWork work, Ready ready);
void prepare_undo(SharedWork work, Ready ready);
void prepare_create(SharedWork work, Ready ready);
void prepare_update(SharedWork work, Ready ready);
void prepare_delete(SharedWork work, Ready ready);
void prepare_like(SharedWork work, Ready ready);  // and EmojiReact
void prepare_announce(SharedWork work, Ready ready);
void prepare_block(SharedWork work, Ready ready);
void prepare_move(SharedWork work, Ready ready);
void prepare_flag(SharedWork work, Ready ready);
void prepare_add(SharedWork work, Ready ready);
void prepare_remove(SharedWork work, Ready ready);

/// For activities that mean nothing here.
inline void ignore(const Ready& ready, std::string why) {
    ready(Error{Code::NotFound, std::move(why)});
}
/// For work that was done by the time it was prepared.
inline void nothing_left(const Ready& ready) {
    ready(Effect([](store::Writer&) -> Result<void> { return {}; }));
}

}  // namespace outboard::inbox
