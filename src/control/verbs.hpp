// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "src/config/data_folder.hpp"
#include "src/control/outcome.hpp"
#include "src/services/app.hpp"

/// Verbs that work on a node's store: the same arguments run here on an opened node, or are sent to
/// the one that serves.
namespace outboard::control {

struct InitArguments {
    std::string kind = "person";  // or organization
    std::string owner;            // empty: no account yet
    std::string name;             // display name
    std::string password;         // empty: made and printed once
    bool shows_recovery = true;   // false: the words go to a file, the caller writes it
};
/// Makes the node actor and the owner's account on a fresh store. `out` ends with the words unless
/// they go to a file.
struct InitOutcome {
    Outcome outcome;
    std::string recovery_words;
};
InitOutcome run(App& app, const InitArguments& arguments);

struct AccountArguments {
    std::string action;  // create, list, show, password, suspend, unsuspend, delete
    std::string user, role = "member", email, name, password;
    bool as_json = false;
};
Outcome run(App& app, const AccountArguments& arguments);

struct TokenArguments {
    std::string user, scopes = "read write follow push", app_name = "Command line";
};
Outcome run(App& app, const TokenArguments& arguments);

struct DoctorArguments {
    std::string data;
    bool as_json = false;
};
Outcome run(App& app, const DoctorArguments& arguments);

struct DomainArguments {
    std::string action;  // block, remove, list
    std::string domain, note;
    bool as_json = false;
};
Outcome run(App& app, const DomainArguments& arguments);

struct QueueArguments {
    std::string action;  // list
    bool as_json = false;
};
Outcome run(App& app, const QueueArguments& arguments);

/// Those that may travel over control.sock.
using Verb = std::
    variant<AccountArguments, TokenArguments, DoctorArguments, DomainArguments, QueueArguments>;

/// JSON text of a verb and back (the body of a POST to /verb on control.sock).
std::string pack(const Verb& verb);
Result<Verb> unpack(std::string_view text);
std::string pack(const Outcome& outcome);
Result<Outcome> unpack_outcome(std::string_view text);

inline Outcome run_any(App& app, const Verb& verb) {
    return std::visit([&](const auto& arguments) { return run(app, arguments); }, verb);
}

}  // namespace outboard::control
