// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>

#include "src/config/config.hpp"
#include "src/control/verbs.hpp"

namespace outboard {

/// What every verb of the command line knows: main.cpp fills it.
struct Options {
    std::string data = "./data";
    std::map<std::string, std::string> flags;  // configuration, by key
};

struct InitOptions {
    std::string kind = "person", owner, name, password_file, recovery_out;
};

/// Prints what a verb says and returns its exit code.
int finish(const control::Outcome& outcome);

/// First line of the file; without a file asked twice on a terminal, else empty: then one is made
/// and printed (CONTRACT.md 6).
Result<std::string> read_password(const std::string& file);

/// Makes a node in an empty folder; a refusal leaves nothing half-made.
int run_init(const Options& options, const InitOptions& init);
/// Serves until TERM or INT; HUP reads the configuration anew.
int run_serve(const Options& options, const std::string& role);
/// On the node that serves, or on the store itself when nobody serves (DESIGN.md section 1).
int run_on_node(const Options& options, const control::Verb& verb);
/// Tools read a configuration from variables and flags; a data folder only when it is named.
int run_tool(
    const Options& options, const std::function<control::Outcome(const config::Config&)>& use
);

}  // namespace outboard
