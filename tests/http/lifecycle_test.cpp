// SPDX-License-Identifier: Apache-2.0
// Workers that are busy, answers that wait, TLS, and the end.
#include <doctest/doctest.h>
#include <unistd.h>

#include <sys/resource.h>
#include <sys/wait.h>

#include <atomic>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "src/base/guarded.hpp"
#include "src/http/connections.hpp"
#include "tests/http/support.hpp"
#include "tests/http/tls.hpp"

using namespace outboard;
using namespace outboard::http;
using namespace outboard::http::tests;

namespace {

using Resume = std::function<void(std::function<Response()>)>;

/// Answers that wait until the test resumes them.
struct Waits {
    Guarded<std::vector<Resume>> resumes;

    Response response(std::string host) {
        Response response;
        response.pending =
            std::make_shared<const Pending>(Pending{std::move(host), [this](Resume resume) {
                                                        resumes.with([&](auto& all) {
                                                            all.push_back(std::move(resume));
                                                        });
                                                    }});
        return response;
    }
    std::size_t count() {
        return resumes.with([](auto& all) { return all.size(); });
    }
    Resume take() {
        return resumes.with([](auto& all) {
            auto resume = std::move(all.back());
            all.pop_back();
            return resume;
        });
    }
};

Response ok() { return Response::make(200, "text/plain", "ok"); }

}  // namespace

TEST_CASE("a Pending answers when it is resumed, and may wait again") {
    Waits waits;
    const Running node(any_port(), [&](const Request&) { return waits.response("far.example"); });
    auto client = node.client();
    REQUIRE(client.send(get("/")));
    REQUIRE(eventually([&] { return waits.count() == 1; }));
    const auto first = waits.take();
    first([&] { return waits.response("further.example"); });
    REQUIRE(eventually([&] { return waits.count() == 1; }));
    CHECK_FALSE(client.readable(50ms));
    const auto second = waits.take();
    second(ok);
    const auto reply = client.reply();
    REQUIRE(reply);
    CHECK(reply->body == "ok");
    first(ok);  // late calls are nothing
    second(ok);
    CHECK_FALSE(client.readable(100ms));
}

TEST_CASE("a Pending resumed at once, on the same thread, answers too") {
    const Running node(any_port(), [](const Request&) {
        Response response;
        response.pending =
            std::make_shared<const Pending>(Pending{"a", [](const Resume& resume) { resume(ok); }});
        return response;
    });
    auto client = node.client();
    for (int i = 0; i < 200; ++i) REQUIRE(client.ask(get("/")));
}

TEST_CASE("at most 64 answers wait for one host, others still may") {
    Waits waits;
    const Running node(any_port(), [&](const Request& request) {
        return waits.response(std::string(request.path()));
    });
    std::vector<Client> clients;
    for (int i = 0; i < 64; ++i) {
        clients.push_back(node.client());
        REQUIRE(clients.back().send(get("/slow")));
    }
    REQUIRE(eventually([&] { return waits.count() == 64; }));
    auto refused = node.client();
    const auto reply = refused.ask(get("/slow"));
    REQUIRE(reply);
    CHECK(reply->status == 503);
    CHECK(!reply->field("Retry-After").empty());
    auto other = node.client();
    REQUIRE(other.send(get("/other")));
    REQUIRE(eventually([&] { return waits.count() == 65; }));
    while (waits.count() > 0) waits.take()(ok);
    for (auto& client : clients) CHECK(client.reply());
    CHECK(other.reply());
    REQUIRE(refused.send(get("/slow")));  // places were given back
    REQUIRE(eventually([&] { return waits.count() == 1; }));
    waits.take()(ok);
    CHECK(refused.reply());
}

TEST_CASE("a Pending that is never resumed becomes 504, and its place is free again") {
    Waits waits;
    auto settings = any_port();
    settings.pending_deadline = 200ms;
    const Running node(settings, [&](const Request&) { return waits.response("silent.example"); });
    for (int round = 0; round < 2; ++round) {
        std::vector<Client> clients;
        for (int i = 0; i < 64; ++i) {
            clients.push_back(node.client());
            REQUIRE(clients.back().send(get("/")));
        }
        for (auto& client : clients) {
            const auto reply = client.reply();
            REQUIRE(reply);
            CHECK(reply->status == 504);
        }
    }
    while (waits.count() > 0) waits.take()(ok);  // late
}

TEST_CASE("a client that left while its answer waited is harmless") {
    Waits waits;
    const Running node(any_port(), [&](const Request& request) {
        return request.path() == "/alive" ? ok() : waits.response("far.example");
    });
    for (int i = 0; i < 10; ++i) {
        auto client = node.client();
        client.reset_on_close();
        REQUIRE(client.send(get("/")));
        REQUIRE(eventually([&] { return waits.count() == 1; }));
        {
            const Client gone = std::move(client);
        }
        waits.take()(ok);
    }
    CHECK(node.answers());
}

TEST_CASE("when the workers are full the answer is 503 with Retry-After") {
    struct Full : Executor {
        bool post(std::function<void()>) override { return false; }
    } full;
    Server server(any_port(), echo, [](auto, auto) { return std::size_t{100}; }, full);
    REQUIRE(server.start());
    Client client(server.port());
    const auto reply = client.ask(get("/"));
    REQUIRE(reply);
    CHECK(reply->status == 503);
    CHECK(!reply->field("Retry-After").empty());
    CHECK(client.ask(get("/")));
}

TEST_CASE("stopping closes idle connections, lets running requests end, and refuses new ones") {
    std::atomic<bool> running = false, release = false;
    Running node(any_port(), [&](const Request& request) {
        if (request.path() == "/slow") {
            running = true;
            eventually([&] { return release.load(); });
        }
        return ok();
    });
    auto idle = node.client();
    REQUIRE(idle.ask(get("/")));
    auto slow = node.client();
    REQUIRE(slow.send(get("/slow")));
    REQUIRE(eventually([&] { return running.load(); }));
    const auto port = node.server.port();
    std::thread stopper([&] { node.server.stop(); });
    CHECK(idle.closes(5s));
    CHECK(eventually([&] { return !Client(port).connected(); }));
    release = true;
    const auto reply = slow.reply();
    stopper.join();
    REQUIRE(reply);
    CHECK(reply->body == "ok");
    CHECK(reply->field("Connection") == "close");
    CHECK(slow.closes());
    node.server.stop();
}

TEST_CASE("what does not end within the drain is cut, and its late answer is nothing") {
    Waits waits;
    auto settings = any_port();
    settings.drain = 200ms;
    Running node(settings, [&](const Request&) { return waits.response("silent.example"); });
    auto client = node.client();
    REQUIRE(client.send(get("/")));
    auto half = node.client();
    REQUIRE(half.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"));
    REQUIRE(eventually([&] { return waits.count() == 1; }));
    const auto begin = std::chrono::steady_clock::now();
    node.server.stop();
    CHECK(std::chrono::steady_clock::now() - begin < 5s);
    CHECK(client.closes());
    CHECK(half.closes());
    waits.take()(ok);
}

TEST_CASE("a start that fails says why, and may be repeated") {
    const Running first(any_port());
    auto settings = any_port();
    settings.port = first.server.port();
    WorkerPool workers;
    const auto start = [&](const ServerSettings& wanted) {
        Server server(wanted, echo, [](auto, auto) { return std::size_t{100}; }, workers);
        const auto started = server.start();
        REQUIRE(!started);
        CHECK_FALSE(server.start());
        return started.error();
    };
    CHECK(start(settings).code == Code::Unavailable);
    settings = any_port();
    settings.address = "nowhere";
    CHECK(start(settings).shown.find("nowhere") != std::string::npos);
    settings = any_port();
    settings.trusted_proxies = {"10.0.0.0/99"};
    CHECK(start(settings).shown.find("10.0.0.0/99") != std::string::npos);
    settings = any_port();
    settings.certificate_file = "/nonexistent/cert.pem";
    CHECK(start(settings).code == Code::Invalid);
    settings.key_file = "/nonexistent/key.pem";
    const auto error = start(settings);
    CHECK(error.code == Code::Unavailable);
    CHECK(error.shown.find("/nonexistent/cert.pem") != std::string::npos);
}

TEST_CASE("TLS serves requests, speaks 1.2 and later, and takes a renewed certificate") {
    const CertificateFiles files;
    auto settings = any_port();
    settings.certificate_file = files.certificate;
    settings.key_file = files.key;
    settings.header_deadline = 500ms;
    const std::string large(200'000, 'q');
    Running node(
        settings,
        [&](const Request& request) {
            auto response = echo(request);
            if (request.path() == "/large") response.body += large;
            return response;
        },
        300'000
    );
    const auto port = node.server.port();
    {
        TlsClient client(port);
        REQUIRE(client.shaken);
        CHECK(client.serial() == 1);
        const unsigned char* protocol = nullptr;
        unsigned length = 0;
        SSL_get0_alpn_selected(client.ssl.get(), &protocol, &length);
        CHECK(std::string(reinterpret_cast<const char*>(protocol), length) == "http/1.1");
        const auto answer = client.ask(
            get("/first") + post("/second", large) + get("/large", "Connection: close\r\n")
        );
        CHECK(answer.find("GET /first 127.0.0.1 secure\n") != std::string::npos);
        CHECK(answer.find("\n\n" + large + "HTTP/1.1 200 OK") != std::string::npos);
        CHECK(answer.ends_with(large));
        CHECK(client.clean_end);
    }
    CHECK(TlsClient(port, TLS1_2_VERSION).shaken);
    CHECK_FALSE(TlsClient(port, TLS1_1_VERSION).shaken);
    Client plain(port);
    REQUIRE(plain.send(get("/")));
    CHECK(plain.closes());
    Client silent(port);
    CHECK(silent.closes(5s));
    {
        TlsClient mute(port);  // the handshake is part of the header deadline
        REQUIRE(mute.shaken);
        CHECK(mute.raw.closes(5s));
    }
    files.renew(2);
    REQUIRE(node.server.reload({}));
    CHECK(eventually([&] { return TlsClient(port).serial() == 2; }));
    std::ofstream(files.certificate) << "no certificate";
    CHECK_FALSE(node.server.reload({}));
    CHECK(TlsClient(port).serial() == 2);
}

TEST_CASE("the limit of open files is raised, and leaves descriptors for others") {
    const auto allowed = [](rlim_t soft, rlim_t hard) {
        const pid_t child = fork();  // limits are of the process
        if (child == 0) {
            const rlimit limit{soft, hard};
            if (setrlimit(RLIMIT_NOFILE, &limit) != 0) _exit(255);
            _exit(static_cast<int>(connections_allowed(12'000) / 10));
        }
        int status = 0;
        REQUIRE(waitpid(child, &status, 0) == child);
        REQUIRE(WIFEXITED(status));
        return WEXITSTATUS(status) * 10;
    };
    CHECK(allowed(100, 264) == 200);
    CHECK(allowed(1'200, 1'520) == 1'200);
    CHECK(allowed(64, 64) == 0);  // one, in tens
}
