// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "federation/ports.hpp"
#include "src/config/config.hpp"
#include "src/control/outcome.hpp"
#include "src/fetch/guard.hpp"

/// Verbs that need no node: they read what they are given.
namespace outboard::control {

/// The guard a configuration asks for. `own` is host[:port] of this node, empty for none; a trial
/// node reaches only its allowed addresses.
Result<fetch::GuardSettings> guard_settings(
    const config::Config& config, std::string_view own, bool is_trial
);

struct InspectArguments {
    std::string what;                 // FILE or URL
    std::optional<std::string> from;  // where a file's document came from
    bool as_json = false;
};
/// CONTRACT.md 8. A URL is fetched unsigned through the guarded client.
Outcome inspect(
    const config::Config& config, const InspectArguments& arguments, const Clock& clock
);

/// CONTRACT.md 9 and 10. `input` is html, markdown or plain (for `html`).
Outcome debug(
    const config::Config& config,
    std::string_view what,
    std::string_view input,
    std::string_view text
);

Outcome version(bool with_dependencies, bool as_json);
/// Every setting with its variable, flag, range and meaning.
Outcome help_config();

}  // namespace outboard::control
