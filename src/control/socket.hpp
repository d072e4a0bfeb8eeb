// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "src/control/verbs.hpp"

namespace outboard::control {

/// What the operator's surface answers besides verbs.
struct Operator {
    std::function<bool()> is_ready;
    std::function<std::string()> metrics;  // Prometheus text
};

/// Serves control.sock (0600): POST /verb, GET /health, /ready, /metrics. cpp-httplib is trusted
/// here only (ADR 0001).
class SocketServer {
public:
    SocketServer(App& app, Operator surface);
    ~SocketServer();
    SocketServer(const SocketServer&) = delete;
    SocketServer& operator=(const SocketServer&) = delete;
    Result<void> start(const std::filesystem::path& socket);
    void stop();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Sends a verb to the node that serves. Errors: Unavailable when nobody listens there (nothing was
/// sent), Internal when the answer was lost.
Result<Outcome> send(const std::filesystem::path& socket, const Verb& verb);

}  // namespace outboard::control
