// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "src/base/worker_pool.hpp"
#include "src/http/message.hpp"
#include "src/http/server.hpp"

/// Clients that say what they like, byte for byte, and a server to say it to. Every wait is
/// bounded.
namespace outboard::http::tests {

using namespace std::chrono_literals;

/// What a client read: one answer, taken apart.
struct Reply {
    int status = 0;
    std::string head;  // with the status line
    std::string body;

    /// Value of a field; empty when it is not there.
    std::string field(std::string_view name) const;
};

/// A raw TCP client on 127.0.0.1.
class Client {
public:
    explicit Client(std::uint16_t port, int receive_buffer = 0);
    /// Connects a socket that is there already.
    static Client over(int fd, std::uint16_t port);
    ~Client();
    Client(Client&& other) noexcept;
    Client& operator=(Client&&) = delete;

    bool connected() const { return fd_ >= 0; }
    int fd() const { return fd_; }
    /// False when the other side does not take it.
    bool send(std::string_view bytes);
    void finish_sending();
    /// Reads one answer, `head_only` for HEAD. Nothing when it is not whole within `most` or the
    /// connection ended before.
    std::optional<Reply> reply(bool head_only = false, std::chrono::milliseconds most = 10s);
    /// Sends and reads.
    std::optional<Reply> ask(std::string_view bytes) {
        return send(bytes) ? reply() : std::nullopt;
    }
    /// True when the other side closes within `most`; what it still sends is dropped.
    bool closes(std::chrono::milliseconds most = 10s);
    /// True when something can be read, or the end, within `most`.
    bool readable(std::chrono::milliseconds most);
    std::string take_pending() { return std::move(pending_); }
    void reset_on_close();

private:
    Client() = default;
    void connect_to(std::uint16_t port);
    bool more(std::chrono::steady_clock::time_point until);
    int fd_ = -1;
    std::string pending_;
};

/// Answers with what it got: first line method, target, peer and secure; then the fields; an empty
/// line; the body.
Response echo(const Request& request);

/// A server on any free port with its own workers.
struct Running {
    explicit Running(
        ServerSettings settings = {}, Handler handler = echo, std::size_t limit = 64 * 1024
    );

    WorkerPool workers;
    Server server;
    Client client() const { return Client(server.port()); }
    /// One good request on a connection of its own.
    bool answers() const;
};

ServerSettings any_port();

/// `GET path` with a Host and the lines given.
std::string get(std::string_view path, std::string_view lines = "");
std::string post(std::string_view path, std::string_view body, std::string_view lines = "");

/// Waits until it is true, 10 s at most.
bool eventually(const std::function<bool()>& claim);

}  // namespace outboard::http::tests
