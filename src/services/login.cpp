// SPDX-License-Identifier: Apache-2.0
#include "src/services/login.hpp"

#include "federation/base/text.hpp"
#include "src/base/limits.hpp"
#include "src/domain/secret.hpp"
#include "src/services/login_limits.hpp"
#include "src/services/passwords.hpp"
#include "src/store/accounts.hpp"
#include "src/store/oauth.hpp"

namespace outboard::services {
namespace {

constexpr std::size_t kMostName = 320;  // bytes: the longest e-mail address

/// People also type their handle: "@ana", "ana@our.domain".
std::string user_name_of(const Identity& identity, std::string_view typed) {
    auto name = trim(typed);
    if (name.starts_with('@')) name.remove_prefix(1);
    const auto at = name.find('@');
    if (at != std::string_view::npos && identity.is_own_domain(name.substr(at + 1)))
        name = name.substr(0, at);
    return std::string(name);
}

std::optional<User> find_user(App& app, const std::string& typed) {
    return app.db.read([&](store::Reader& db) {
        auto user = store::users::find_login(db, typed);
        return user ? user : store::users::find_login(db, user_name_of(app.identity, typed));
    });
}

}  // namespace

void check_login(App& app, LoginAttempt attempt, const LoginDone& done) {
    attempt.name = cut_bytes(attempt.name, kMostName);
    auto user = find_user(app, attempt.name);
    const auto counted = user ? "account " + user->account.str()
                              : "name " + fold_case(user_name_of(app.identity, attempt.name));
    const auto wait = app.login_limits.begin(counted, attempt.address, app.clock.now());
    if (wait.count() > 0) return done(LoginOutcome{.account = std::nullopt, .wait = wait});
    const auto work = [&app, done, counted, attempt = std::move(attempt), user = std::move(user)] {
        const bool fits = check_password(attempt.password, user ? user->password_hash : "");
        if (!fits) return done(LoginOutcome{});
        app.login_limits.succeeded(counted, attempt.address, app.clock.now());
        done(LoginOutcome{.account = user->account, .wait = {}});
    };
    if (!app.heavy.post(work))
        done(Error{Code::Unavailable, "Too many people log in right now. Try again in a moment."});
}

Result<std::string> begin_session(App& app, AccountId account, std::string_view former) {
    const auto secret = make_secret(app.random);
    const auto hash = secret_hash(secret), former_hash = secret_hash(former);
    return app.db.write([&](store::Writer& tx) -> Result<std::string> {
        store::sessions::remove(tx, former_hash);
        const auto found = store::accounts::find(tx, account);
        if (!found || !found->is_active())
            return fail(Code::Forbidden, "Your login is currently disabled.");
        store::sessions::keep_newest(tx, account, limits::kSessions - 1);
        store::sessions::insert(tx, hash, account, tx.now() + limits::kSession);
        return secret;
    });
}

std::optional<Account> find_session(App& app, std::string_view secret) {
    if (secret.size() != kSecretCharacters) return std::nullopt;
    const auto hash = secret_hash(secret);
    return app.db.read([&](store::Reader& db) -> std::optional<Account> {
        const auto id = store::sessions::find(db, hash);
        if (!id) return std::nullopt;
        auto account = store::accounts::find(db, *id);
        return account && account->is_active() ? account : std::nullopt;
    });
}

Result<void> end_session(App& app, std::string_view secret) {
    const auto hash = secret_hash(secret);
    return app.db.write([&](store::Writer& tx) { store::sessions::remove(tx, hash); });
}

}  // namespace outboard::services
