// SPDX-License-Identifier: Apache-2.0
// Clients of ill will: each is refused or cut, and others are served meanwhile.
#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/http/support.hpp"

using namespace outboard;
using namespace outboard::http;
using namespace outboard::http::tests;

namespace {

ServerSettings short_deadlines() {
    auto settings = any_port();
    settings.header_deadline = 400ms;
    settings.body_deadline = 900ms;
    settings.idle = 400ms;
    settings.write_deadline = 900ms;
    return settings;
}

std::chrono::milliseconds since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - begin
    );
}

constexpr std::string_view kChunked =
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

}  // namespace

TEST_CASE("ambiguous requests get 400 with the reason, and the connection ends") {
    const Running node(any_port());
    for (const std::string bytes :
         {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
          "GET / HTTP/1.1\r\n\r\n",
          "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabcGET "
          "/smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
          "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: "
          "chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: a\r\nDate: x\r\n folded\r\n\r\n",
          "GET / HTTP/1.1\nHost: a\n\n",
          "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
          "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
          "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
          "\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: a\r\nConnection: @ bad;\r\n\r\n"}) {
        CAPTURE(bytes);
        auto client = node.client();
        const auto reply = client.ask(bytes);
        REQUIRE(reply);
        CHECK(reply->status == 400);
        CHECK(reply->field("Connection") == "close");
        CHECK(reply->body.starts_with("{\"error\":\""));
        CHECK(client.closes());
        CHECK(client.take_pending().empty());
    }
    CHECK(node.client().ask("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    CHECK(node.answers());
}

TEST_CASE("malformed chunks are refused") {
    const Running node(any_port());
    for (const std::string body :
         {"x\r\n\r\n",
          "-1\r\n\r\n\r\n",
          "5\nhello\n0\n\n\r\n",
          "5\r\nhelloX\r\n0\r\n\r\n",
          "5;\x01=1\r\nhello\r\n0\r\n\r\n",
          "FFFFFFFFFFFFFFFFF\r\nx\r\n",
          "0\r\nno colon\r\n\r\n",
          "0\r\nContent-Length: 5\r\n\r\n",
          "\r\n0\r\n\r\n"}) {
        CAPTURE(body);
        auto client = node.client();
        const auto reply = client.ask(std::string(kChunked) + body);
        REQUIRE(reply);
        CHECK((reply->status == 400 || reply->status == 413));
        CHECK(client.closes());
    }
}

TEST_CASE("what the front refuses has the form that its path asks for") {
    auto settings = any_port();
    settings.header_deadline = std::chrono::milliseconds(300);
    settings.refusal = [](int status, std::string_view why, std::string_view path) {
        return Response::make(
            status, "text/plain", std::string(path) + " " + (why.empty() ? "" : "refused")
        );
    };
    const Running node(settings, echo, 100);
    const auto refused = [&](const std::string& bytes, int status) {
        CAPTURE(bytes.substr(0, 200));
        auto client = node.client();
        const auto reply = client.ask(bytes);
        REQUIRE(reply);
        CHECK(reply->status == status);
        return reply->body;
    };
    CHECK(refused(post("/inbox?x=1", std::string(200, 'x')), 413) == "/inbox refused");
    CHECK(
        refused(get("/inbox", "X: " + std::string(17'000, 'a') + "\r\n"), 431) == "/inbox refused"
    );
    CHECK(refused("POST /inbox HTTP/1.1\r\nHost: a", 408) == "/inbox refused");
    CHECK(refused("POST /inbox HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400) == "/inbox refused");
    CHECK(refused(std::string(20'000, 'a'), 414) == " refused");
}

TEST_CASE("bodies over their limit get 413, by length at once and by chunks while they come") {
    const Running node(any_port(), echo, 10'000);
    auto client = node.client();
    auto reply = client.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10001\r\n\r\n");
    REQUIRE(reply);
    CHECK(reply->status == 413);
    CHECK(client.closes());

    for (const std::size_t piece : {1000U, 1U}) {
        const std::string chunk =
            (piece == 1 ? "1" : "3e8") + std::string("\r\n") + std::string(piece, 'x') + "\r\n";
        auto endless = node.client();
        REQUIRE(endless.send(kChunked));
        std::size_t sent = 0;
        while (sent < 200'000 && !endless.readable(0ms) && endless.send(chunk)) sent += piece;
        reply = endless.reply();
        REQUIRE(reply);
        CHECK(reply->status == 413);
        CHECK(endless.closes());
    }
    auto exact = node.client();
    reply = exact.ask(post("/", std::string(10'000, 'x')));
    REQUIRE(reply);
    CHECK(reply->status == 200);
    auto announced = node.client();
    reply = announced.ask(std::string(kChunked) + "2711\r\n");
    REQUIRE(reply);
    CHECK(reply->status == 413);
}

TEST_CASE("large bodies that are still coming hold no more than their share together") {
    auto settings = any_port();
    settings.bodies_in_flight = 300'000;
    const Running node(settings, echo, 200'000);
    const std::string large = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n";
    {
        auto first = node.client();
        REQUIRE(first.send(large + std::string(190'000, 'x')));
        REQUIRE(eventually([&] { return node.server.held().bodies >= 190'000; }));
        CHECK(eventually([&] {
            auto second = node.client();
            const auto reply = second.ask(large + std::string(200'000, 'y'));
            return reply && reply->status == 503 && second.closes();
        }));
        REQUIRE(eventually([&] { return node.server.held().bodies >= 190'000; }));
        CHECK(node.client().ask(post("/", std::string(60'000, 'z')))->status == 200);  // small
        const auto whole = first.ask(std::string(10'000, 'x'));
        REQUIRE(whole);
        CHECK(whole->status == 200);
    }
    CHECK(eventually([&] {
        const auto reply = node.client().ask(large + std::string(200'000, 'y'));
        return reply && reply->status == 200;
    }));
}

TEST_CASE("large answers that nobody reads hold no more than their share together") {
    auto settings = any_port();
    settings.answers_in_flight = 30'000'000;
    const std::string large(20'000'000, 'z');
    const Running node(settings, [&](const Request& request) {
        return request.path() == "/large" ? Response::make(200, "text/plain", large)
                                          : echo(request);
    });
    {
        Client unread(node.server.port(), 4096);
        REQUIRE(unread.send(get("/large")));
        REQUIRE(eventually([&] { return node.server.held().answers >= large.size(); }));
        CHECK(eventually([&] {
            const auto reply = node.client().ask(get("/large"));
            return reply && reply->status == 503;
        }));
        CHECK(node.answers());
    }
    CHECK(eventually([&] {
        const auto reply = node.client().ask(get("/large"));
        return reply && reply->status == 200;
    }));
}

TEST_CASE("a refusal reaches a client that is still sending a large body") {
    const Running node(any_port(), echo, 10'000);
    auto client = node.client();
    REQUIRE(client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n"));
    std::thread sender([&] { client.send(std::string(2'000'000, 'x')); });
    const auto reply = client.reply();
    sender.join();
    REQUIRE(reply);
    CHECK(reply->status == 413);
}

TEST_CASE("heads, targets, trailers and chunk headers have bounds") {
    const Running node(any_port());
    const auto status = [&](const std::string& bytes) {
        const auto reply = node.client().ask(bytes);
        return reply ? reply->status : 0;
    };
    CHECK(status(get("/" + std::string(8'100, 'a'))) == 200);
    CHECK(status(get("/" + std::string(9'000, 'a'))) == 414);
    CHECK(status(get("/", "X: " + std::string(16'000, 'a') + "\r\n")) == 200);
    CHECK(status(get("/", "X: " + std::string(17'000, 'a') + "\r\n")) == 431);
    std::string many;
    for (int i = 0; i < 64; ++i) many += "X: 1\r\n";
    CHECK(status(get("/", many)) == 431);
    CHECK(status(post("/", "x", "Content-Encoding: gzip\r\n")) == 415);
    std::string trailers;
    for (int i = 0; i < 100; ++i) trailers += "X: 1\r\n";
    CHECK(status(std::string(kChunked) + "0\r\n" + trailers + "\r\n") == 400);
    CHECK(status(std::string(kChunked) + "0\r\nX: " + std::string(50'000, 'a')) == 431);
    CHECK(status(std::string(kChunked) + "5;" + std::string(50'000, 'a')) == 431);
    CHECK(status(std::string(kChunked) + std::string(50'000, '0')) == 431);
}

TEST_CASE("what follows a body is a request of its own, judged on its own") {
    const Running node(any_port());
    auto client = node.client();
    REQUIRE(
        client.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" + get("/admin"))
    );
    auto reply = client.reply();
    REQUIRE(reply);
    CHECK(reply->body.ends_with("\n\nabc"));
    reply = client.reply();
    REQUIRE(reply);
    CHECK(reply->body.starts_with("GET /admin 127.0.0.1"));
    REQUIRE(client.send(
        "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcdef / HTTP/1.1\r\n\r\n"
    ));
    REQUIRE(client.reply());
    reply = client.reply();
    REQUIRE(reply);
    CHECK(reply->status == 400);
    CHECK(client.closes());
}

TEST_CASE("silent and dripping clients are cut at the deadline, which no byte moves") {
    const Running node(short_deadlines());
    const auto begin = std::chrono::steady_clock::now();
    auto silent = node.client();
    CHECK(silent.closes(5s));
    CHECK(since(begin) >= 300ms);

    const auto drips = [&](std::string_view start, const char* drop, int status) {
        CAPTURE(start);
        auto client = node.client();
        REQUIRE(client.send(start));
        const auto from = std::chrono::steady_clock::now();
        while (since(from) < 5s && !client.readable(20ms)) client.send(drop);
        CHECK(since(from) < 5s);
        const auto reply = client.reply();
        if (reply) CHECK(reply->status == status);
        CHECK(client.closes(5s));
    };
    drips("GET / HTTP/1.1\r\nHost: a\r\nX: ", "a", 408);
    drips("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n", "a", 408);
    drips(kChunked, "1\r\na\r\n", 408);

    auto idle = node.client();
    REQUIRE(idle.ask(get("/")));
    const auto from = std::chrono::steady_clock::now();
    CHECK(idle.closes(5s));
    CHECK(since(from) >= 300ms);
    CHECK(node.answers());
}

TEST_CASE("a client that does not read its answer is cut") {
    const std::string large(20'000'000, 'z');
    const Running node(short_deadlines(), [&](const Request& request) {
        return request.path() == "/large" ? Response::make(200, "text/plain", large)
                                          : echo(request);
    });
    Client client(node.server.port(), 4096);
    REQUIRE(client.send(get("/large")));
    CHECK(eventually([&] {  // what it has not read is dropped with a reset
        char byte = 0;
        std::this_thread::sleep_for(20ms);
        return ::send(client.fd(), &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno != EAGAIN;
    }));
    CHECK(node.answers());
}

TEST_CASE("600 dripping connections delay nobody") {
    auto settings = any_port();
    settings.header_deadline = 3s;
    const Running node(settings);
    std::vector<Client> drips;
    for (int i = 0; i < 600; ++i) {
        drips.push_back(node.client());
        REQUIRE(drips.back().send("GET / HT"));
    }
    for (int i = 0; i < 20; ++i) {
        for (auto& drip : drips) drip.send("X");
        const auto begin = std::chrono::steady_clock::now();
        CHECK(node.answers());
        CHECK(since(begin) < 2s);
    }
    for (auto& drip : drips) REQUIRE(drip.closes());
}

TEST_CASE("one address has at most its share of connections, unless it is a trusted proxy") {
    auto settings = any_port();
    settings.trusted_proxies = {};
    const Running node(settings);
    std::vector<Client> clients;
    int served = 0;
    for (int i = 0; i < 300; ++i) {
        clients.push_back(node.client());
        if (clients.back().ask(get("/"))) ++served;
    }
    CHECK(served == 256);
    clients.clear();
    CHECK(eventually([&] { return node.answers(); }));

    const Running behind(any_port());
    for (int i = 0; i < 300; ++i) {
        clients.push_back(behind.client());
        REQUIRE(clients.back().ask(get("/")));
    }
}

TEST_CASE("at the cap of all connections accepting pauses, idle ones make room, and it resumes") {
    auto settings = any_port();
    settings.connections = 20;
    const Running node(settings);
    std::vector<Client> clients;
    for (int i = 0; i < 20; ++i) {
        clients.push_back(node.client());
        REQUIRE(clients.back().ask(get("/")));
    }
    auto late = node.client();
    REQUIRE(late.send(get("/late")));
    CHECK_FALSE(late.readable(300ms));
    SUBCASE("when one closes") {
        clients.pop_back();
        CHECK(late.reply());
    }
    SUBCASE("when idle ones are shed") { CHECK(late.reply()); }
}

TEST_CASE("without descriptors accepting pauses without spinning, and resumes") {
    const Running node(any_port());
    auto early = node.client();
    REQUIRE(early.ask(get("/")));
    rlimit limit{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    const rlimit none{3, limit.rlim_max};
    // The descriptor of the client is there before they run out.
    const int late = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
    const auto cpu = std::clock();
    Client client = Client::over(late, node.server.port());
    CHECK(client.send(get("/late")));
    CHECK_FALSE(client.readable(500ms));
    CHECK(early.ask(get("/")));
    const auto spent = std::clock() - cpu;
    REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    CHECK(spent < CLOCKS_PER_SEC / 5);
    CHECK(client.reply());
    CHECK(node.answers());
}

TEST_CASE("clients that vanish at any point are forgotten") {
    const Running node(any_port(), [](const Request& request) {
        std::this_thread::sleep_for(5ms);
        return Response::make(
            200, "text/plain", std::string(request.path() == "/l" ? 1'000'000 : 10, 'x')
        );
    });
    for (int i = 0; i < 100; ++i) {
        for (const std::string bytes :
             {"",
              "GET",
              "GET / HTTP/1.1\r\nHost: a\r\n",
              "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"}) {
            auto client = node.client();
            client.send(bytes);
            if (i % 2 == 0) client.reset_on_close();
        }
        auto client = node.client();
        client.send(get("/l"));
        if (i % 2 == 0) client.reset_on_close();
    }
    CHECK(node.answers());
}

TEST_CASE("3,000 mutated requests leave the server answering") {
    auto settings = any_port();
    settings.header_deadline = 150ms;
    settings.body_deadline = 150ms;
    settings.idle = 150ms;
    const Running node(settings, echo, 5'000);
    const std::vector<std::string> seeds{
        get("/users/ann",
            "Accept: application/activity+json\r\nX-Forwarded-For: 1.2.3.4, [::1]:4\r\n"),
        post(
            "/inbox", "{\"type\":\"Follow\"}", "Signature: keyId=\"k\"\r\nExpect: 100-continue\r\n"
        ),
        std::string(kChunked) + "5;a=\"b\"\r\nhello\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n" +
            get("/next"),
        "HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + get("/"),
    };
    const std::array<std::string_view, 14> bits{
        "\r\n",
        "\r",
        "\n",
        ":",
        " ",
        "\t",
        "0\r\n\r\n",
        "Content-Length: 5\r\n",
        "Transfer-Encoding: chunked\r\n",
        "ffffffffffffffff",
        "Host: a\r\n",
        ",",
        ";",
        "\xff"
    };
    std::mt19937 random(20260101);  // NOLINT(cert-msc51-cpp): the same mutations every time
    const auto below = [&](std::size_t most) {
        return std::uniform_int_distribution<std::size_t>(0, most - 1)(random);
    };
    std::vector<Client> open;
    for (int i = 0; i < 3'000; ++i) {
        std::string bytes = seeds[below(seeds.size())];
        for (auto changes = 1 + below(4); changes-- > 0;) {
            if (bytes.empty()) bytes = "G";
            const auto at = below(bytes.size());
            switch (below(5)) {
                case 0:
                    bytes[at] = static_cast<char>(below(256));
                    break;
                case 1:
                    bytes.erase(at, 1 + below(8));
                    break;
                case 2:
                    bytes.insert(at, bits[below(bits.size())]);
                    break;
                case 3:
                    bytes.resize(at + 1);
                    break;
                case 4:
                    bytes.insert(at, bytes.substr(below(bytes.size()), below(40)));
                    break;
            }
        }
        open.push_back(node.client());
        const auto cut = below(bytes.size() + 1);
        open.back().send(std::string_view(bytes).substr(0, cut));
        open.back().send(std::string_view(bytes).substr(cut));
        if (open.size() == 100) {
            for (auto& client : open) CHECK(client.closes());
            open.clear();
            REQUIRE(node.answers());
        }
    }
    CHECK(node.answers());
}
