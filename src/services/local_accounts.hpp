// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "src/domain/account.hpp"
#include "src/services/app.hpp"

namespace outboard::services {

struct NewLocalAccount {
    std::string username;
    std::string kind = "Person";  // or Organization
    std::string display_name;
    std::string email;
    std::string password;
    Role role = Role::Member;
};

struct CreatedAccount {
    AccountId id;
    std::string recovery_words;  // shown once: only their public half is kept (DESIGN.md 3.15)
};

/// `[a-z0-9_]{1,30}` without case, not reserved (DESIGN.md section 2), never used before.
Result<void> check_username(App& app, std::string_view username);

/// Makes keys (RSA, Ed25519, recovery), the signed identity statement and the actor document, and
/// stores all in one transaction. Errors: Invalid name or password, Conflict when the name is or
/// was taken.
Result<CreatedAccount> create_local_account(App& app, const NewLocalAccount& fresh);

/// The node's own actor (Application at /actor), made once at init.
Result<void> ensure_node_actor(App& app);

/// Outcome of a suspension is seen by every read path at once.
Result<void> set_suspended(App& app, std::string_view username, bool suspended);
/// Takes the login and the profile away at once and plans the purge of the rest; the name stays
/// reserved and the actor a tombstone. Delete of the actor goes to the followers and to the servers
/// of all who had to do with the account (at most limits::kAccountsTold inboxes).
Result<void> delete_local_account(App& app, std::string_view username);
Result<void> set_password(App& app, std::string_view username, std::string_view password);

}  // namespace outboard::services
