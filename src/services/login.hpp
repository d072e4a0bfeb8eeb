// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "src/domain/account.hpp"
#include "src/services/app.hpp"

/// Who sits at a browser: passwords, and the sessions they open.
namespace outboard::services {

struct LoginAttempt {
    std::string name;  // user name, handle of ours, or e-mail address
    std::string password;
    std::string address;  // where it comes from, as limits count it
};
struct LoginOutcome {
    std::optional<AccountId> account;  // absent: wrong, whichever of the two it was
    std::chrono::seconds wait{0};      // not 0: not even tried; how long to wait
};
using LoginDone = std::function<void(Result<LoginOutcome>)>;

/// Checks a password on App::heavy (argon2id takes 19 MiB and some 50 ms; two run at once), and
/// calls `done` once, from there. Unknown names, accounts without login and suspended ones take the
/// same time and give the same outcome as a wrong password.
/// Errors: Unavailable when too many wait.
void check_login(App& app, LoginAttempt attempt, const LoginDone& done);

/// Opens a session for a browser and ends the one it had (`former`: its secret, or empty). Returns
/// the new secret, for the cookie alone. Errors: Forbidden when the account is no longer active.
Result<std::string> begin_session(App& app, AccountId account, std::string_view former);
/// The active account behind a browser's secret.
std::optional<Account> find_session(App& app, std::string_view secret);
Result<void> end_session(App& app, std::string_view secret);

}  // namespace outboard::services
