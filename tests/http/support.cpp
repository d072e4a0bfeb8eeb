// SPDX-License-Identifier: Apache-2.0
#include "tests/http/support.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <doctest/doctest.h>
#include <algorithm>
#include <thread>
#include <utility>

#include "src/http/words.hpp"

namespace outboard::http::tests {

namespace {

using Clock = std::chrono::steady_clock;

int left(Clock::time_point until) {
    const auto rest = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    return static_cast<int>(std::max<std::int64_t>(0, rest));
}

}  // namespace

std::string Reply::field(std::string_view name) const {
    std::size_t at = head.find("\r\n");
    while (at != std::string::npos && at + 2 < head.size()) {
        const auto end = head.find("\r\n", at + 2);
        const auto line = std::string_view(head).substr(at + 2, end - at - 2);
        const auto colon = line.find(':');
        if (colon != std::string_view::npos && same_word(line.substr(0, colon), name)) {
            return std::string(trimmed(line.substr(colon + 1)));
        }
        at = end;
    }
    return "";
}

Client::Client(std::uint16_t port, int receive_buffer) {
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_buffer > 0)
        setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    connect_to(port);
}

Client Client::over(int fd, std::uint16_t port) {
    Client client;
    client.fd_ = fd;
    client.connect_to(port);
    return client;
}

void Client::connect_to(std::uint16_t port) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
        close(fd_);
        fd_ = -1;
    }
}

Client::~Client() {
    if (fd_ >= 0) close(fd_);
}

Client::Client(Client&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), pending_(std::move(other.pending_)) {}

bool Client::send(std::string_view bytes) {
    const auto until = Clock::now() + 10s;
    while (!bytes.empty()) {
        const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(sent));
            continue;
        }
        if (errno != EAGAIN && errno != EWOULDBLOCK) return false;
        pollfd wait{fd_, POLLOUT, 0};
        if (poll(&wait, 1, left(until)) <= 0) return false;
    }
    return true;
}

void Client::finish_sending() { shutdown(fd_, SHUT_WR); }

void Client::reset_on_close() {
    const linger hard{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}

bool Client::readable(std::chrono::milliseconds most) {
    pollfd wait{fd_, POLLIN, 0};
    return poll(&wait, 1, static_cast<int>(most.count())) > 0;
}

/// Appends to `pending_`; false at the end of the connection or of the time.
bool Client::more(Clock::time_point until) {
    pollfd wait{fd_, POLLIN, 0};
    if (poll(&wait, 1, left(until)) <= 0) return false;
    char bytes[16 * 1024];
    const auto count = recv(fd_, bytes, sizeof bytes, MSG_DONTWAIT);
    if (count <= 0) return false;
    pending_.append(bytes, static_cast<std::size_t>(count));
    return true;
}

std::optional<Reply> Client::reply(bool head_only, std::chrono::milliseconds most) {
    const auto until = Clock::now() + most;
    std::size_t end = 0;
    while ((end = pending_.find("\r\n\r\n")) == std::string::npos) {
        if (!more(until)) return std::nullopt;
    }
    Reply reply;
    reply.head = pending_.substr(0, end + 2);
    pending_.erase(0, end + 4);
    if (!reply.head.starts_with("HTTP/1.1 ")) return std::nullopt;
    reply.status = std::stoi(reply.head.substr(9, 3));
    const auto length = reply.field("Content-Length");
    if (head_only || length.empty()) return reply;
    const auto size = std::stoul(length);
    while (pending_.size() < size) {
        if (!more(until)) return std::nullopt;
    }
    reply.body = pending_.substr(0, size);
    pending_.erase(0, size);
    return reply;
}

bool Client::closes(std::chrono::milliseconds most) {
    const auto until = Clock::now() + most;
    while (more(until)) pending_.clear();
    return Clock::now() < until;
}

Response echo(const Request& request) {
    std::string text = request.method + " " + request.target + " " + request.peer +
                       (request.secure ? " secure\n" : " plain\n");
    for (const auto& field : request.fields) text += "<" + field.name + ">=<" + field.value + ">\n";
    return Response::make(200, "text/plain", text + "\n" + request.body);
}

Running::Running(ServerSettings settings, Handler handler, std::size_t limit)
    : server(
          std::move(settings),
          std::move(handler),
          [limit](std::string_view, std::string_view) { return limit; },
          workers
      ) {
    const auto started = server.start();
    REQUIRE_MESSAGE(started, (started ? "" : started.error().shown));
}

bool Running::answers() const {
    const auto reply = client().ask(get("/alive"));
    return reply && reply->status == 200;
}

ServerSettings any_port() {
    ServerSettings settings;
    settings.port = 0;
    return settings;
}

std::string get(std::string_view path, std::string_view lines) {
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: node.example\r\n" + std::string(lines) +
           "\r\n";
}

std::string post(std::string_view path, std::string_view body, std::string_view lines) {
    return "POST " + std::string(path) +
           " HTTP/1.1\r\nHost: node.example\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n" + std::string(lines) + "\r\n" + std::string(body);
}

bool eventually(const std::function<bool()>& claim) {
    const auto until = Clock::now() + 10s;
    while (Clock::now() < until) {
        if (claim()) return true;
        std::this_thread::sleep_for(5ms);
    }
    return false;
}

}  // namespace outboard::http::tests
