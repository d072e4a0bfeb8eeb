// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "federation/base/text.hpp"
#include "federation/iri.hpp"
#include "federation/json.hpp"
#include "src/control/verbs.hpp"
#include "src/services/key_ring.hpp"
#include "src/store/keys.hpp"

namespace outboard::control {
namespace {

using store::domain_rules::Action;

std::string_view name_of(Action action) {
    switch (action) {
        case Action::Block:
            return "block";
        case Action::Allow:
            return "allow";
        case Action::Silence:
            return "silence";
    }
    return "block";
}

Outcome list(App& app, bool as_json) {
    std::string text;
    json all = json::array();
    for (const auto& rule :
         app.db.read([](store::Reader& db) { return store::domain_rules::list(db); })) {
        text += fmt::format("{:<8} {:<40} {}\n", name_of(rule.action), rule.domain, rule.note);
        all.push_back(
            {{"domain", rule.domain}, {"action", name_of(rule.action)}, {"note", rule.note}}
        );
    }
    return Outcome::done(as_json ? write_json(all) + "\n" : text);
}

}  // namespace

Outcome run(App& app, const DomainArguments& arguments) {
    if (arguments.action == "list") return list(app, arguments.as_json);
    auto parsed = federation::Iri::parse("https://" + arguments.domain + "/");
    if (!parsed || parsed->target() != "/")
        return Outcome::usage("\"" + arguments.domain + "\" is no domain name.");
    const auto domain = parsed->authority();
    if (domain == app.identity.domain) return Outcome::refused("That is this node itself.");
    std::optional<Action> action;
    for (const auto candidate : {Action::Block}) {
        if (arguments.action == name_of(candidate)) action = candidate;
    }
    if (!action && arguments.action != "remove")
        return Outcome::usage("domain knows block, remove, list.");
    auto stored = app.db.write([&](store::Writer& tx) {
        if (action) {
            store::domain_rules::set(
                tx, {.domain = domain, .action = *action, .note = arguments.note}
            );
        } else {
            store::domain_rules::remove(tx, domain);
        }
    });
    if (!stored) return Outcome::refused(stored.error());
    app.domain_rules.reload();
    return Outcome::done(
        action ? fmt::format("{}: {}\n", domain, name_of(*action))
               : fmt::format("{}: no rule\n", domain)
    );
}

}  // namespace outboard::control
