// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "federation/base/text.hpp"
#include "federation/iri.hpp"
#include "federation/json.hpp"
#include "src/control/verbs.hpp"
#include "src/services/domain_rules.hpp"
#include "src/store/keys.hpp"

namespace outboard::control {
namespace {

Outcome list(App& app, bool as_json) {
    std::string text;
    json all = json::array();
    for (const auto& rule :
         app.db.read([](store::Reader& db) { return store::domain_rules::list(db); })) {
        text += fmt::format("{:<8} {:<40} {}\n", "block", rule.domain, rule.note);
        all.push_back({{"domain", rule.domain}, {"action", "block"}, {"note", rule.note}});
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
    const bool blocks = arguments.action == "block";
    if (!blocks && arguments.action != "remove")
        return Outcome::usage("domain knows block, remove, list.");
    const auto stored =
        blocks ? services::set_domain_rule(app, {.domain = domain, .note = arguments.note})
               : services::remove_domain_rule(app, domain);
    if (!stored) return Outcome::refused(stored.error());
    return Outcome::done(fmt::format("{}: {}\n", domain, blocks ? "block" : "no rule"));
}

}  // namespace outboard::control
