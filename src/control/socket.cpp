// SPDX-License-Identifier: Apache-2.0
#include "src/control/socket.hpp"

#include <httplib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <thread>

#include "src/base/log.hpp"

namespace outboard::control {
namespace {

constexpr auto kVerbDeadline = std::chrono::minutes(10);  // the longest verb on a large node
constexpr std::size_t kVerbBytes = 1024 * 1024;
constexpr std::size_t kThreads = 2;  // one person at a terminal, one monitor

}  // namespace

struct SocketServer::Impl {
    App& app;
    Operator surface;
    httplib::Server server;
    std::filesystem::path path;
    std::thread thread;

    Impl(App& owner, Operator what) : app(owner), surface(std::move(what)) {
        server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
        server.set_payload_max_length(kVerbBytes);
        server.Post("/verb", [this](const httplib::Request& request, httplib::Response& response) {
            auto verb = unpack(request.body);
            const auto outcome = verb ? run_any(app, *verb) : Outcome::refused(verb.error());
            response.set_content(pack(outcome), "application/json");
        });
        server.Get("/health", [](const httplib::Request&, httplib::Response& response) {
            response.set_content("ok\n", "text/plain");
        });
        server.Get("/ready", [this](const httplib::Request&, httplib::Response& response) {
            const bool ready = surface.is_ready();
            response.status = ready ? 200 : 503;
            response.set_content(ready ? "ready\n" : "not ready\n", "text/plain");
        });
        server.Get("/metrics", [this](const httplib::Request&, httplib::Response& response) {
            response.set_content(surface.metrics(), "text/plain; version=0.0.4");
        });
        server.set_exception_handler([](const httplib::Request&,
                                        httplib::Response& response,
                                        const std::exception_ptr& problem) {
            std::string reason = "unknown";
            try {
                std::rethrow_exception(problem);
            } catch (const std::exception& error) {
                reason = error.what();
            } catch (...) {  // NOLINT(bugprone-empty-catch): `reason` says unknown
            }
            log::error("control.failed", {{"problem", reason}});
            response.status = 200;
            response.set_content(
                pack(Outcome::refused("The node could not do this; its log says why.")),
                "application/json"
            );
        });
    }
};

SocketServer::SocketServer(App& app, Operator surface)
    : impl_(std::make_unique<Impl>(app, std::move(surface))) {}
SocketServer::~SocketServer() { stop(); }

Result<void> SocketServer::start(const std::filesystem::path& socket) {
    // sun_path has 108 bytes with its end.
    if (socket.string().size() > 107) {
        return fail(
            Code::Invalid,
            "The path of " + socket.string() + " is too long for a socket; use a shorter --data."
        );
    }
    ::unlink(socket.c_str());  // left by a killed process: the lock says that nobody serves
    impl_->path = socket;
    impl_->server.set_address_family(AF_UNIX);
    const auto old = ::umask(0077);
    const bool bound = impl_->server.bind_to_port(socket.string(), 80);
    ::umask(old);
    if (!bound) return fail(Code::Unavailable, socket.string() + " cannot be opened.");
    ::chmod(socket.c_str(), 0600);
    impl_->thread = std::thread([this] { impl_->server.listen_after_bind(); });
    while (!impl_->server.is_running()) std::this_thread::yield();
    return {};
}

void SocketServer::stop() {
    if (!impl_ || !impl_->thread.joinable()) return;
    impl_->server.stop();
    impl_->thread.join();
    ::unlink(impl_->path.c_str());
}

Result<Outcome> send(const std::filesystem::path& socket, const Verb& verb) {
    httplib::Client client(socket.string());
    client.set_address_family(AF_UNIX);
    client.set_connection_timeout(std::chrono::seconds(5));
    client.set_read_timeout(kVerbDeadline);
    const auto answer = client.Post("/verb", pack(verb), "application/json");
    if (!answer && answer.error() != httplib::Error::Connection) {
        return fail(
            Code::Internal,
            "The node that serves took the command but gave no answer; look whether it was done "
            "before "
            "trying again.",
            httplib::to_string(answer.error())
        );
    }
    if (!answer) {
        return fail(
            Code::Unavailable,
            "Another process works on this folder, but does not answer on " + socket.string() + "."
        );
    }
    return unpack_outcome(answer->body);
}

}  // namespace outboard::control
