// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "federation/ports.hpp"
#include "src/fetch/client.hpp"
#include "src/fetch/guard.hpp"
#include "src/fetch/hosts.hpp"
#include "src/fetch/resolver.hpp"

namespace outboard::fetch {

struct ClientSettings {
    GuardSettings guard;
    std::string user_agent;  // software, version and our base URL (R3): "Outboard/0.1
                             // (+https://ana.example/)"
    std::string ca_file;     // certificates trusted beside the system's; empty: none
    std::chrono::milliseconds connect_deadline = limits::kConnectDeadline;
    HostLimits hosts;
    std::size_t queue = limits::kFetchQueue;  // requests that wait or are under way
    std::size_t resolver_threads = 8;  // DNS blocks; a slow name server holds two of them at most
    std::shared_ptr<Resolver>
        resolver;  // shared with lookups that outlive the client; empty: the system's
    /// Asked before a socket is opened; false refuses the address. For tests and counters; empty:
    /// yes.
    std::function<bool(const Address&)> on_connect;
};

/// The client on libcurl: one loop thread, a few threads for DNS and signing.
///
/// Each hop is resolved once, checked, and connected to the checked addresses only; it is signed
/// anew for its own host, and Authorization and Cookie headers do not leave the first origin. A
/// deadline counts from `send`, waiting included. Destruction calls every `done` that is left with
/// Unavailable, then returns. A `done` must not throw.
class CurlClient final : public Client {
public:
    /// `clock` must outlive this. Throws std::runtime_error when `ca_file` cannot be used.
    CurlClient(ClientSettings settings, const Clock& clock);
    ~CurlClient() override;
    CurlClient(const CurlClient&) = delete;
    CurlClient& operator=(const CurlClient&) = delete;

    void send(Untrusted request, Done done) override;
    void send(Operator request, Done done) override;
    const Guard& guard() const;

private:
    class Loop;
    std::unique_ptr<Loop> loop_;
};

}  // namespace outboard::fetch
