// SPDX-License-Identifier: Apache-2.0
#include "src/control/verbs.hpp"
#include "src/domain/scopes.hpp"
#include "src/domain/secret.hpp"
#include "src/store/accounts.hpp"
#include "src/store/keys.hpp"

namespace outboard::control {
namespace {

Result<std::string> read_scopes(std::string_view text, Role role) {
    OB_TRY(auto list, scopes::parse(text));
    if (scopes::has_admin(list) && role != Role::Owner && role != Role::Admin)
        return fail(Code::Forbidden, "Scopes beginning with admin: are for owners and admins.");
    return list;
}

}  // namespace

Outcome run(App& app, const TokenArguments& arguments) {
    const auto account = app.db.read([&](store::Reader& db) {
        return store::accounts::find_by_handle(db, arguments.user, "");
    });
    const auto user =
        account
            ? app.db.read([&](store::Reader& db) { return store::users::find(db, account->id); })
            : std::nullopt;
    if (!user || !account->is_active())
        return Outcome::refused("There is no active account \"" + arguments.user + "\" here.");
    const auto granted = read_scopes(arguments.scopes, user->role);
    if (!granted) return Outcome::refused(granted.error());
    const auto token = make_secret(app.random);
    const auto hash = secret_hash(token);
    auto stored = app.db.write([&](store::Writer& tx) {
        const auto application = store::tokens::ensure_app(tx, arguments.app_name, *granted);
        store::tokens::insert(tx, hash, account->id, application, *granted);
    });
    return stored ? Outcome::done(token + "\n") : Outcome::refused(stored.error());
}

}  // namespace outboard::control
