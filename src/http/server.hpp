// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "federation/base/result.hpp"
#include "src/base/limits.hpp"
#include "src/base/workers.hpp"
#include "src/http/message.hpp"

namespace outboard::http {

struct ServerSettings {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;  // 0: any free one
    std::string certificate_file,
        key_file;  // both or neither; PEM; watched (REQUIREMENTS R4: TLS 1.2 and later)
    std::vector<std::string> trusted_proxies = {"127.0.0.0/8", "::1/128"};
    std::size_t connections = limits::kConnections;
    std::size_t connections_per_address = limits::kConnectionsPerAddress;
    std::size_t bodies_in_flight = limits::kBodiesInFlight;    // bytes; then 503
    std::size_t answers_in_flight = limits::kAnswersInFlight;  // bytes; then 503
    int io_threads = 2;
    std::chrono::milliseconds header_deadline = limits::kHeaderDeadline;
    std::chrono::milliseconds body_deadline = limits::kBodyDeadline;
    std::chrono::milliseconds idle = limits::kIdle;
    std::chrono::milliseconds write_deadline = limits::kWriteDeadline;
    std::chrono::milliseconds pending_deadline =
        std::chrono::seconds(30);  // a request's whole wait for the network
    std::chrono::milliseconds drain = limits::kDrain;
    RefusalForm refusal = {};  // none: `{"error": why}`
    QuickHandler quick = {};   // none: every request goes to a worker
};

/// The HTTP front (Boost.Beast behind the implementation): sockets, limits, deadlines (THREATS 25,
/// 113, 114).
///
/// Refuses with 400 and closes: repeated Host or Content-Length, Content-Length with
/// Transfer-Encoding, obs-fold, bare CR or LF, control characters in values, unknown transfer
/// codings; 413, 414, 415 (Content-Encoding), 431 for what is too large. Header values reach
/// handlers byte for byte. 503 also when all large bodies, or all large answers, hold as much as
/// they may together. HEAD reaches them as HEAD; the body of the answer is left out here.
/// Handlers run on `workers`; when it is full the answer is 503 with Retry-After. A Pending not
/// resumed in time becomes 504. A body or an answer that moves at less than 512 bytes a second is
/// cut before its deadline. Threads: `start`, `stop` and `reload` from one thread. `workers`
/// outlives the server; what the handler refers to must outlive the functions it runs.
class Server {
public:
    Server(ServerSettings settings, Handler handler, BodyLimit body_limit, Executor& workers);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Raises the limit of open files, binds and begins to accept. Errors: Unavailable with the
    /// reason (address in use, unreadable certificate), Invalid (an address or network that is
    /// none).
    Result<void> start();
    std::uint16_t port() const;
    /// Bytes that large bodies, and large answers, hold now. Threads: any.
    struct Held {
        std::size_t bodies = 0, answers = 0;
    };
    Held held() const;
    /// Re-reads certificate files and takes the new proxy list. Errors leave the old ones in force.
    Result<void> reload(const std::vector<std::string>& trusted_proxies);
    /// Stops accepting, closes idle connections, lets running requests end within `drain`, then
    /// closes everything. Again: nothing.
    void stop();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace outboard::http
