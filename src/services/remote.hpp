// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "federation/gate.hpp"
#include "src/domain/account.hpp"
#include "src/domain/status.hpp"
#include "src/services/app.hpp"
#include "src/store/statuses.hpp"

namespace outboard::services {

/// A remote actor as rows, sanitized and bounded outside the transaction.
struct PreparedAccount {
    Account account;
    std::vector<federation::ActorKey> keys;
};
PreparedAccount prepare_account(App& app, const federation::Verified<federation::Actor>& actor);
/// Inserts or updates, with its keys. Never touches local rows or a row of another origin.
AccountId store_account(store::Writer& tx, const PreparedAccount& prepared);

/// A remote object as rows. `author` must be stored already.
struct PreparedStatus {
    store::statuses::NewStatus fresh;
    std::optional<std::string> poll_vote;  // a vote, not to be shown (N6)
};
/// Errors: Invalid for objects that cannot be shown (no id, no author, local id).
Result<PreparedStatus> prepare_status(App& app, const federation::Verified<federation::Object>& object, const Account& author,
                                      const federation::Addressing& activity_audience);
/// Inserts (or returns the one there; nothing comes back from a tombstone: NotFound). Adds to homes by a job row, notifies mentioned local users.
Result<StatusId> store_status(store::Writer& tx, App& app, const PreparedStatus& prepared);
/// An edit: only by the stored author, ignored when older than what is here.
Result<StatusId> update_status(store::Writer& tx, App& app, const PreparedStatus& prepared);

}  // namespace outboard::services
