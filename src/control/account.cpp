// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "federation/base/text.hpp"
#include "federation/json.hpp"
#include "src/control/verbs.hpp"
#include "src/services/local_accounts.hpp"
#include "src/services/passwords.hpp"
#include "src/store/accounts.hpp"

namespace outboard::control {
namespace {

struct Row {
    Account account;
    std::optional<User> user;
};

std::string state_of(const Account& account) {
    if (account.deleted_at) return "deleted";
    return account.suspended_at ? "suspended" : "active";
}

json to_json(const Row& row) {
    return {
        {"id", row.account.id.str()},
        {"username", row.account.username},
        {"uri", row.account.uri},
        {"kind", row.account.kind},
        {"display_name", row.account.display_name},
        {"role", row.user ? json(to_string(row.user->role)) : json(nullptr)},
        {"email", row.user ? json(row.user->email) : json(nullptr)},
        {"state", state_of(row.account)},
        {"statuses", row.account.statuses_count},
        {"followers", row.account.followers_count},
        {"following", row.account.following_count}
    };
}

std::string to_text(const Row& row) {
    return fmt::format(
        "{:<24} {:<10} {:<10} {:>6} statuses {:>6} followers  {}\n",
        row.account.username,
        row.user ? to_string(row.user->role) : "-",
        state_of(row.account),
        row.account.statuses_count,
        row.account.followers_count,
        row.account.uri
    );
}

std::vector<Row> load_rows(App& app) {
    return app.db.read([&](store::Reader& db) {
        std::vector<Row> rows;
        for (auto& account : store::accounts::list_local(db)) {
            auto user = store::users::find(db, account.id);
            if (user) rows.push_back({std::move(account), std::move(user)});
        }
        return rows;
    });
}

Outcome list(App& app, const AccountArguments& arguments) {
    std::string text;
    json all = json::array();
    for (const auto& row : load_rows(app)) {
        text += to_text(row);
        all.push_back(to_json(row));
    }
    return Outcome::done(arguments.as_json ? write_json(all) + "\n" : text);
}

Outcome show(App& app, const AccountArguments& arguments) {
    for (const auto& row : load_rows(app)) {
        if (lower_ascii(row.account.username) != lower_ascii(arguments.user)) continue;
        return Outcome::done(arguments.as_json ? write_json(to_json(row)) + "\n" : to_text(row));
    }
    return Outcome::refused("There is no account \"" + arguments.user + "\" here.");
}

Outcome create(App& app, const AccountArguments& arguments) {
    const auto role = parse_role(arguments.role);
    if (!role) return Outcome::usage("--role is one of owner, admin, moderator, curator, member.");
    const bool made = arguments.password.empty();
    const auto password = made ? services::make_password(app.random) : arguments.password;
    auto created = services::create_local_account(
        app,
        {.username = arguments.user,
         .kind = "Person",
         .display_name = arguments.name,
         .email = arguments.email,
         .password = password,
         .role = *role}
    );
    if (!created) return Outcome::refused(created.error());
    if (arguments.as_json) {
        json document = {
            {"id", created->id.str()},
            {"username", arguments.user},
            {"uri", app.identity.actor_uri(arguments.user)},
            {"recovery", created->recovery_words}
        };
        if (made) document["password"] = password;
        return Outcome::done(write_json(document) + "\n");
    }
    std::string text =
        fmt::format("Made {} ({}).\n", arguments.user, app.identity.actor_uri(arguments.user));
    if (made) text += fmt::format("Password: {}\n", password);
    text += fmt::format(
        "Recovery key, shown only now; keep it on paper:\n  {}\n", created->recovery_words
    );
    return Outcome::done(text);
}

Outcome finish(const Result<void>& result, std::string text) {
    return result ? Outcome::done(std::move(text)) : Outcome::refused(result.error());
}

/// The last active owner stays: without one nobody could run the node.
bool is_last_owner(App& app, const std::string& user) {
    bool is_owner = false, has_other = false;
    for (const auto& row : load_rows(app)) {
        if (row.user->role != Role::Owner || !row.account.is_active()) continue;
        const bool is_this = lower_ascii(row.account.username) == lower_ascii(user);
        (is_this ? is_owner : has_other) = true;
    }
    return is_owner && !has_other;
}

}  // namespace

Outcome run(App& app, const AccountArguments& arguments) {
    const auto& user = arguments.user;
    if (arguments.action == "list") return list(app, arguments);
    if (user.empty()) return Outcome::usage("Which account? Name it after the action.");
    if (arguments.action == "show") return show(app, arguments);
    if (arguments.action == "create") return create(app, arguments);
    const bool takes_away = arguments.action == "suspend" || arguments.action == "delete";
    if (takes_away && is_last_owner(app, user)) {
        return Outcome::refused(
            user +
            " is the last active owner; make another first: outboard account create NAME --role "
            "owner"
        );
    }
    if (arguments.action == "suspend")
        return finish(services::set_suspended(app, user, true), user + " is suspended.\n");
    if (arguments.action == "unsuspend")
        return finish(services::set_suspended(app, user, false), user + " is active again.\n");
    if (arguments.action == "delete")
        return finish(
            services::delete_local_account(app, user),
            user + " is deleted; the servers that know it are told, the name stays reserved.\n"
        );
    if (arguments.action == "password") {
        const bool made = arguments.password.empty();
        const auto password = made ? services::make_password(app.random) : arguments.password;
        return finish(
            services::set_password(app, user, password),
            made ? fmt::format("New password of {}: {}\n", user, password)
                 : fmt::format("The password of {} is changed.\n", user)
        );
    }
    return Outcome::usage("account knows create, list, show, password, suspend, unsuspend, delete."
    );
}

}  // namespace outboard::control
