// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "src/config/config.hpp"

namespace outboard::config {

/// Where values come from, weakest first: defaults, file, variables, flags (CONTRACT.md 2).
struct Sources {
    std::filesystem::path file;                    // may be absent
    std::map<std::string, std::string> variables;  // the environment's OUTBOARD_*
    std::map<std::string, std::string> flags;      // by key
};

/// Reads everything and checks it. All mistakes come back at once, a line each, saying where and
/// what would be right.
Result<Config> load(const Sources& sources);

/// The process's OUTBOARD_* variables.
std::map<std::string, std::string> environment();

/// OUTBOARD_* variables that are no setting, each with the setting's variable that is most like it
/// (empty when none is): a misspelt one would be ignored in silence. Those that only tests read
/// (OUTBOARD_TEST_…) are left out.
struct UnknownVariable {
    std::string name, nearest;
};
std::vector<UnknownVariable> find_unknown(const std::map<std::string, std::string>& variables);

/// Text of a fresh outboard.toml.
std::string initial_file(const Config& config);

/// Keys that differ and need a restart; those that SIGHUP takes are copied into `running`.
std::vector<std::string> reload(Config& running, const Config& fresh);

}  // namespace outboard::config
