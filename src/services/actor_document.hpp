// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "src/domain/account.hpp"
#include "src/services/app.hpp"
#include "src/store/keys.hpp"

/// The document of an actor of ours: rendered and signed outside the transaction, stored inside it
/// together with the change that it shows (DESIGN.md 3.8).
namespace outboard::services {

struct ActorDocument {
    std::string bytes;
    store::documents::Packed packed;
};

/// Renders an account with these keys, and signs it with the Ed25519 key among them.
Result<ActorDocument> make_actor_document(
    App& app, const Account& account, const std::vector<store::keys::StoredKey>& keys
);
/// The same with the keys that are stored.
Result<ActorDocument> make_actor_document(App& app, const Account& account);

/// The document of a stored account from now on; the bytes it had before are dropped.
void put_actor_document(store::Writer& tx, const Account& account, const ActorDocument& document);

/// Renders, signs and stores an own actor's document that is missing. Returns its bytes.
Result<std::string> refresh_actor_document(App& app, AccountId id);

}  // namespace outboard::services
