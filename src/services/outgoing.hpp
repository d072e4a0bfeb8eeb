// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "federation/write.hpp"
#include "src/domain/account.hpp"
#include "src/domain/status.hpp"
#include "src/services/app.hpp"
#include "src/store/keys.hpp"
#include "src/store/queues.hpp"

namespace outboard::services {

/// An activity of ours, rendered and signed outside the transaction, ready to become an outbox row
/// inside it.
struct PreparedActivity {
    store::outbox::Item item;  // id reserved, document hash set
    store::documents::Packed document;
};

/// Builds and packs an activity. `object` is an id (JSON string) or an embedded document, spliced
/// as it is. `with_proof`: public activities carry one (P2); private ones do not. The item's
/// `to_followers` and `to_accounts` are what `audience` names here: the account's own followers
/// collection, and actors that are stored; callers may add to them and set `status` and `listed`.
/// `target`: the collection of an Add or Remove.
Result<PreparedActivity> prepare_activity(
    App& app,
    const Account& account,
    std::string_view type,
    std::string_view activity_uri,
    const json& object,
    const federation::Addressing& audience,
    bool with_proof,
    std::string_view target = {}
);

/// Inside the transaction that causes it; wakes delivery after the commit.
void emit(store::Writer& tx, App& app, const PreparedActivity& prepared);

/// A fresh id for an activity that needs no stored object: `…/users/NAME#follows/123`.
std::string transient_uri(App& app, const Account& account, std::string_view kind);

/// The served bytes of an own object, signed once per revision (DESIGN.md 3.8).
struct RenderedObject {
    json document;
    store::documents::Packed packed;
};
Result<RenderedObject> render_object(
    App& app, const Account& account, const federation::Object& object, bool with_proof
);
/// Stores the bytes of an own object, inside the transaction.
void put_object(store::Writer& tx, const Status& status, const RenderedObject& object);

}  // namespace outboard::services
