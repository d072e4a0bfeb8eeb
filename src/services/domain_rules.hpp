// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "src/services/app.hpp"
#include "src/store/keys.hpp"

namespace outboard::services {

/// Blocks a domain with its subdomains for everybody here (R1): nothing more comes from there, and
/// what came before is hidden chunk by chunk (job `domain_rules.apply`). Twice changes the note.
Result<void> set_domain_rule(App& app, const store::domain_rules::Rule& rule);
/// What the rule had hidden is shown again, likewise.
Result<void> remove_domain_rule(App& app, const std::string& domain);

/// Whether the rules refuse an account of that handle's domain, or of that id's host.
bool is_ruled_out(const App& app, std::string_view domain, std::string_view host);

/// Suspends and lets back what the rules say now, of the next remote accounts by id. Returns where
/// to go on; nothing at the end. May run twice.
Result<std::optional<AccountId>> apply_domain_rules(App& app, AccountId after);

}  // namespace outboard::services
