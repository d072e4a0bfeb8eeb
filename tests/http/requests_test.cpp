// SPDX-License-Identifier: Apache-2.0
// Requests that are understood, and the form of their answers.
#include <doctest/doctest.h>

#include <string>

#include "tests/http/support.hpp"

using namespace outboard;
using namespace outboard::http;
using namespace outboard::http::tests;

namespace {

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a request is answered with date, length and an open connection") {
    const Running node(any_port());
    auto client = node.client();
    const auto reply = client.ask(get("/users/ann?page=1"));
    REQUIRE(reply);
    CHECK(reply->status == 200);
    CHECK(reply->head.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(reply->body.starts_with("GET /users/ann?page=1 127.0.0.1 plain\n"));
    CHECK(reply->field("Content-Type") == "text/plain");
    CHECK(reply->field("Content-Length") == std::to_string(reply->body.size()));
    CHECK(reply->field("Date").ends_with(" GMT"));
    CHECK(reply->field("Date").size() == 29);
    CHECK(reply->field("Connection").empty());
    for (int i = 0; i < 50; ++i) REQUIRE(client.ask(get("/again")));
}

TEST_CASE("header names and values reach the handler as sent, in order") {
    const Running node(any_port());
    auto client = node.client();
    const auto reply = client.ask(
        "POST /inbox?x=%0d%0a HTTP/1.1\r\nhOsT:node.example\r\nX-B:  two  words \t\r\nDate: "
        "x%0d%0adigest: y\r\n"
        "X-A: 1\r\nx-a: 2\r\nSignature: keyId=\"k\",headers=\"(request-target) "
        "host\"\r\nX-Empty:\r\n"
        "X-Bytes: caf\xc3\xa9 \xff\r\nContent-Length: 3\r\n\r\nabc"
    );
    REQUIRE(reply);
    CHECK(
        reply->body ==
        "POST /inbox?x=%0d%0a 127.0.0.1 plain\n<hOsT>=<node.example>\n<X-B>=<two  words>\n"
        "<Date>=<x%0d%0adigest: y>\n<X-A>=<1>\n<x-a>=<2>\n"
        "<Signature>=<keyId=\"k\",headers=\"(request-target) host\">\n<X-Empty>=<>\n"
        "<X-Bytes>=<caf\xc3\xa9 \xff>\n<Content-Length>=<3>\n\nabc"
    );
}

TEST_CASE("HEAD is answered as GET, without the body") {
    const Running node(any_port(), [](const Request&) {
        return Response::make(200, "text/plain", "twelve bytes");
    });
    auto client = node.client();
    REQUIRE(client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"));
    const auto reply = client.reply(/*head_only=*/true);
    REQUIRE(reply);
    CHECK(reply->field("Content-Length") == "12");
    CHECK(!client.readable(100ms));
    REQUIRE(client.send("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    CHECK(client.reply(/*head_only=*/true));
    CHECK(client.closes());
    CHECK(client.take_pending().empty());
}

TEST_CASE("pipelined requests are answered in order, one after another") {
    const Running node(any_port(), [](const Request& request) {
        if (request.path() == "/0") std::this_thread::sleep_for(50ms);
        return echo(request);
    });
    auto client = node.client();
    std::string all;
    for (int i = 0; i < 20; ++i) {
        all += i % 2 == 0 ? get("/" + std::to_string(i))
                          : post("/" + std::to_string(i), "body " + std::to_string(i));
    }
    REQUIRE(client.send(all));
    for (int i = 0; i < 20; ++i) {
        const auto reply = client.reply();
        REQUIRE(reply);
        CHECK(has(reply->body, " /" + std::to_string(i) + " "));
        CHECK(reply->body.ends_with(i % 2 == 0 ? "\n" : "body " + std::to_string(i)));
    }
}

TEST_CASE("bodies arrive whole, by length and by chunks, in any slices") {
    const Running node(any_port(), echo, 300'000);
    std::string large(250'000, 'x');
    for (std::size_t i = 0; i < large.size(); i += 7) large[i] = static_cast<char>(i);
    auto client = node.client();
    auto reply = client.ask(post("/large", large));
    REQUIRE(reply);
    CHECK(reply->body.ends_with("\n" + large));

    const std::string chunked =
        "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5;name=\"v\"\r\nhello\r\n1\r\n \r\nA\r\n0123456789\r\n0\r\nX-Trailer: t\r\n\r\n";
    reply = client.ask(chunked + get("/next"));
    REQUIRE(reply);
    CHECK(reply->body.ends_with("\nhello 0123456789"));
    CHECK(!has(reply->body, "X-Trailer"));
    CHECK(client.reply());

    for (const std::string& slow :
         {chunked,
          std::string("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n"),
          post("/p", "abc")}) {
        for (const char byte : slow) REQUIRE(client.send(std::string_view(&byte, 1)));
        reply = client.reply();
        REQUIRE(reply);
        CHECK(reply->status == 200);
    }
}

TEST_CASE("HTTP/1.0 is answered, and kept open only when asked") {
    const Running node(any_port());
    auto client = node.client();
    auto reply = client.ask("GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    REQUIRE(reply);
    CHECK(reply->field("Connection") == "keep-alive");
    reply = client.ask("GET /old HTTP/1.0\r\n\r\n");
    REQUIRE(reply);
    CHECK(reply->field("Connection") == "close");
    CHECK(client.closes());
}

TEST_CASE("Connection: close is honoured, a half-closed client still gets its answer") {
    const Running node(any_port());
    auto client = node.client();
    const auto reply = client.ask(get("/", "Connection: foo, Close\r\n"));
    REQUIRE(reply);
    CHECK(reply->field("Connection") == "close");
    CHECK(client.closes());

    auto half = node.client();
    REQUIRE(half.send(get("/half")));
    half.finish_sending();
    CHECK(half.reply());
    CHECK(half.closes());
}

TEST_CASE("Expect: 100-continue is answered when the size is fine, refused when not") {
    const Running node(any_port(), echo, 1000);
    auto client = node.client();
    REQUIRE(client.send(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
    ));
    auto reply = client.reply();
    REQUIRE(reply);
    CHECK(reply->status == 100);
    reply = client.ask("body");
    REQUIRE(reply);
    CHECK(reply->body.ends_with("\nbody"));
    reply = client.ask(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4000\r\nExpect: 100-continue\r\n\r\n"
    );
    REQUIRE(reply);
    CHECK(reply->status == 413);
    CHECK(client.closes());
    auto other = node.client();
    reply = other.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: more\r\n\r\n");
    REQUIRE(reply);
    CHECK(reply->status == 417);
}

TEST_CASE("what the handler sets cannot break the framing") {
    const Running node(any_port(), [](const Request& request) {
        auto response = Response::make(200, "text/plain", "ok");
        if (request.path() == "/ours") {
            response.set("Content-Length", "7")
                .set("Transfer-Encoding", "chunked")
                .set("Connection", "upgrade");
        }
        if (request.path() == "/split") response.set("Location", "/a\r\nSet-Cookie: b");
        if (request.path() == "/status") response.status = 42;
        if (request.path() == "/throws") throw std::runtime_error("no");
        if (request.path() == "/none") response.status = 204;
        if (request.path() == "/same") response.status = 304;
        return response;
    });
    auto client = node.client();
    auto reply = client.ask(get("/ours"));
    REQUIRE(reply);
    CHECK(reply->body == "ok");
    CHECK(reply->field("Transfer-Encoding").empty());
    for (const auto* path : {"/split", "/status", "/throws"}) {
        reply = client.ask(get(path));
        REQUIRE(reply);
        CHECK(reply->status == 500);
        CHECK(!has(reply->head, "Cookie"));
    }
    for (const auto* path : {"/none", "/same"}) {
        reply = client.ask(get(path));
        REQUIRE(reply);
        CHECK(reply->field("Content-Length").empty());
        CHECK(client.take_pending().empty());
    }
    CHECK(client.ask(get("/")));
}

TEST_CASE("large answers arrive whole, also at a client that reads slowly") {
    const std::string large(3'000'000, 'z');
    const Running node(any_port(), [&](const Request&) {
        return Response::make(200, "text/plain", large);
    });
    Client client(node.server.port(), 4096);
    REQUIRE(client.send(get("/")));
    std::this_thread::sleep_for(100ms);
    const auto reply = client.reply();
    REQUIRE(reply);
    CHECK(reply->body == large);
}

TEST_CASE("forwarded headers count from trusted proxies only") {
    const std::string lines =
        "X-Forwarded-For: 203.0.113.9, 198.51.100.7:4711\r\nX-Forwarded-For: "
        "127.0.0.5\r\nX-Forwarded-Proto: https\r\n"
        "REMOTE_ADDR: 1.1.1.1\r\nForwarded: for=1.1.1.1\r\n";
    const Running behind(any_port());
    auto reply = behind.client().ask(get("/", lines));
    REQUIRE(reply);
    CHECK(reply->body.starts_with("GET / 198.51.100.7 secure\n"));
    CHECK(has(reply->body, "<X-Forwarded-For>=<127.0.0.5>\n"));
    reply = behind.client().ask(get("/", "X-Forwarded-For: 203.0.113.9, nonsense\r\n"));
    REQUIRE(reply);
    CHECK(reply->body.starts_with("GET / 127.0.0.1 plain\n"));

    auto settings = any_port();
    settings.trusted_proxies = {"10.0.0.0/8"};
    Running open(settings);
    auto client = open.client();
    reply = client.ask(get("/", lines));
    REQUIRE(reply);
    CHECK(reply->body.starts_with("GET / 127.0.0.1 plain\n"));
    REQUIRE(open.server.reload({"127.0.0.1"}));
    CHECK(eventually([&] {
        const auto now = client.ask(get("/", lines));
        return now && now->body.starts_with("GET / 127.0.0.5 secure\n");
    }));
    const auto refused = open.server.reload({"10.0.0.0/40"});
    REQUIRE(!refused);
    CHECK(has(refused.error().shown, "10.0.0.0/40"));
}

TEST_CASE("what the front knows by heart needs no worker, and the rest goes on to one") {
    auto settings = any_port();
    settings.quick = [](const Request& request) -> std::optional<Response> {
        if (request.path() != "/known") return std::nullopt;
        return Response::make(200, "text/plain", "by heart");
    };
    const Running node(std::move(settings), [](const Request&) {
        return Response::make(200, "text/plain", "by a worker");
    });
    auto client = node.client();
    for (int i = 0; i < 3; ++i) {
        const auto known = client.ask(get("/known"));
        REQUIRE(known);
        CHECK(known->status == 200);
        CHECK(known->body == "by heart");
        CHECK(known->field("Content-Length") == "8");
        const auto other = client.ask(get("/other"));
        REQUIRE(other);
        CHECK(other->body == "by a worker");
    }
    const auto last = client.ask(get("/known", "Connection: close\r\n"));
    REQUIRE(last);
    CHECK(last->field("Connection") == "close");
    CHECK(client.closes());
}
