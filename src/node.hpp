// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "federation/base/result.hpp"
#include "src/config/config.hpp"
#include "src/config/data_folder.hpp"
#include "src/services/app.hpp"

namespace outboard {

/// One node: builds every part, owns every lifetime, starts and stops in order.
class Node {
public:
    /// Opens the store of a data folder whose lock is held. Nothing listens or runs yet.
    /// Errors: Unavailable with what to do; Conflict when the configured domain is not the recorded
    /// one.
    static Result<std::unique_ptr<Node>> open(
        const config::DataFolder& folder, config::Config config
    );
    /// The same for a fresh folder: records the identity first.
    static Result<std::unique_ptr<Node>> create(
        const config::DataFolder& folder, config::Config config, Identity identity
    );
    ~Node();
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    App& app();
    /// Starts the loops, control.sock and the HTTP front; returns the address it listens on, e.g.
    /// "http://127.0.0.1:8080".
    Result<std::string> start();
    /// Takes what SIGHUP takes from `fresh` and returns the names of what needs a restart.
    Result<std::vector<std::string>> reload(const config::Config& fresh);
    /// Once a minute, while serving: takes renewed certificate files, and starts the nightly walk
    /// when it is due.
    void tick();
    /// Refuses new work, lets running work finish or persist (at most 10 s), stops everything.
    /// Twice is once.
    void stop();

private:
    Node();
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// The identity of CONTRACT.md 1. Errors: Invalid, naming what is wrong with the domain.
Result<Identity> make_identity(const config::Config& config, std::string_view kind);
/// A node on a loopback name with a port: http ids, no federation beyond loopback.
bool is_trial(const Identity& identity);

}  // namespace outboard
