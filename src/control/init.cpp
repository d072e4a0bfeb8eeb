// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "src/control/verbs.hpp"
#include "src/services/local_accounts.hpp"
#include "src/services/passwords.hpp"

namespace outboard::control {

InitOutcome run(App& app, const InitArguments& arguments) {
    if (auto made = services::ensure_node_actor(app); !made)
        return {Outcome::refused(made.error()), {}};
    std::string text = fmt::format(
        "{} node at {} is ready to serve.\n",
        arguments.kind == "organization" ? "An organization's" : "A person's",
        app.identity.origin()
    );
    if (arguments.owner.empty()) {
        return {
            Outcome::done(
                text + "Make an account: outboard account create NAME --role owner --data DIR\n"
            ),
            {}
        };
    }
    const bool made_password = arguments.password.empty();
    const auto password = made_password ? services::make_password(app.random) : arguments.password;
    auto created = services::create_local_account(
        app,
        {.username = arguments.owner,
         .kind = arguments.kind == "organization" ? "Organization" : "Person",
         .display_name = arguments.name,
         .password = password,
         .role = Role::Owner}
    );
    if (!created) return {Outcome::refused(created.error()), {}};
    text +=
        fmt::format("Owner: {} ({})\n", arguments.owner, app.identity.actor_uri(arguments.owner));
    if (made_password) text += fmt::format("Password, shown only now: {}\n", password);
    if (arguments.shows_recovery) {
        text += fmt::format(
            "Recovery key, shown only now; keep it on paper. With it the account can be re-homed "
            "when this server is gone:\n  {}\n",
            created->recovery_words
        );
    }
    return {Outcome::done(text), created->recovery_words};
}

}  // namespace outboard::control
