// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "federation/base/bytes.hpp"
#include "federation/base/text.hpp"
#include "src/control/verbs.hpp"
#include "src/store/accounts.hpp"
#include "src/store/keys.hpp"

namespace outboard::control {
namespace {

constexpr std::array<std::string_view, 7> kWholeScopes = {
    "read", "write", "follow", "push", "profile", "admin:read", "admin:write"
};
constexpr std::size_t kTokenBytes = 32;

Result<void> check_scopes(std::string_view scopes, Role role) {
    bool any = false;
    for (const auto scope : split(scopes, ' ')) {
        if (scope.empty()) continue;
        any = true;
        const bool is_granular = scope.starts_with("read:") || scope.starts_with("write:");
        bool is_known =
            is_granular || scope.starts_with("admin:read:") || scope.starts_with("admin:write:");
        for (const auto whole : kWholeScopes) is_known = is_known || scope == whole;
        if (!is_known) return fail(Code::Invalid, "\"" + std::string(scope) + "\" is no scope.");
        if (scope.starts_with("admin:") && role != Role::Owner && role != Role::Admin) {
            return fail(Code::Forbidden, "Scopes beginning with admin: are for owners and admins.");
        }
    }
    if (!any) return fail(Code::Invalid, "Name at least one scope.");
    return {};
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
    if (auto checked = check_scopes(arguments.scopes, user->role); !checked)
        return Outcome::refused(checked.error());
    const auto token = to_base64url(app.random.bytes(kTokenBytes));
    const auto hash = sha256(token);
    auto stored = app.db.write([&](store::Writer& tx) {
        const auto application =
            store::tokens::ensure_app(tx, arguments.app_name, arguments.scopes);
        store::tokens::insert(tx, hash, account->id, application, arguments.scopes);
    });
    return stored ? Outcome::done(token + "\n") : Outcome::refused(stored.error());
}

}  // namespace outboard::control
