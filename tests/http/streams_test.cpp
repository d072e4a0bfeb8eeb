// SPDX-License-Identifier: Apache-2.0
// Answers that become streams: server-sent events and WebSockets, spoken byte by byte.
#include <doctest/doctest.h>
#include <sys/socket.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "src/base/guarded.hpp"
#include "src/base/limits.hpp"
#include "src/http/stream.hpp"
#include "src/http/words.hpp"
#include "tests/http/support.hpp"
#include "tests/http/tls.hpp"

using namespace outboard;
using namespace outboard::http;
using namespace outboard::http::tests;

namespace {

/// The program's side of all streams of one server.
struct Streams {
    struct Reader final : StreamReader {
        explicit Reader(Streams& streams) : all(streams) {}
        void on_text(const std::string& text) override {
            all.texts.with([&](auto& texts) { texts.push_back(text); });
        }
        void on_closed() override { ++all.closed; }
        Streams& all;
    };

    Response response(Streaming::Kind kind) {
        auto response = Response::make(200, "text/event-stream", "");
        if (kind == Streaming::Kind::WebSocket) {
            response.fields = {{"Sec-WebSocket-Protocol", "a-token"}, {"X-Extra", "here"}};
        }
        auto begin = [this](std::shared_ptr<Stream> stream) -> std::shared_ptr<StreamReader> {
            ++begun;
            if (refuses) return nullptr;
            open.with([&](auto& streams) { streams.push_back(std::move(stream)); });
            return std::make_shared<Reader>(*this);
        };
        response.streaming = std::make_shared<const Streaming>(Streaming{kind, std::move(begin)});
        return response;
    }
    Handler handler() {
        return [this](const Request& request) {
            if (request.path() == "/events") return response(Streaming::Kind::Events);
            if (request.path() == "/socket") return response(Streaming::Kind::WebSocket);
            return echo(request);
        };
    }
    void send(const std::string& bytes) {
        const auto shared = std::make_shared<const std::string>(bytes);
        for (const auto& stream : all()) stream->send(shared);
    }
    std::vector<std::shared_ptr<Stream>> all() {
        return open.with([](auto& streams) { return streams; });
    }
    std::vector<std::string> heard() {
        return texts.with([](auto& heard) { return heard; });
    }

    Guarded<std::vector<std::shared_ptr<Stream>>> open;
    Guarded<std::vector<std::string>> texts;
    std::atomic<int> begun = 0, closed = 0;
    std::atomic<bool> refuses = false;
};

using Read = std::function<int(char*, int)>;

/// Reads until `bytes` ends with or holds `what`; what came, whether or not it did.
std::string read_until(const Read& read, const std::string& what, std::string bytes = "") {
    char part[4096];
    while (bytes.find(what) == std::string::npos) {
        const int count = read(part, sizeof part);
        if (count <= 0) break;
        bytes.append(part, static_cast<std::size_t>(count));
    }
    return bytes;
}

Read plain(const Client& client) {
    const timeval most{10, 0};
    setsockopt(client.fd(), SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
    return [fd = client.fd()](char* to, int room) {
        return static_cast<int>(recv(fd, to, static_cast<std::size_t>(room), 0));
    };
}
Read secure(const TlsClient& client) {
    return [ssl = client.ssl.get()](char* to, int room) { return SSL_read(ssl, to, room); };
}

const std::string kUpgrade =
    "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";  // of RFC 6455 1.3

/// A frame as a client sends it: masked with zeros, which mask nothing.
std::string frame(unsigned char opcode, const std::string& payload) {
    std::string bytes(1, static_cast<char>(0x80 | opcode));
    if (payload.size() < 126) {
        bytes += static_cast<char>(0x80 | payload.size());
    } else {
        bytes += static_cast<char>(0x80 | 126);
        bytes += static_cast<char>(payload.size() >> 8);
        bytes += static_cast<char>(payload.size() & 0xff);
    }
    return bytes + std::string(4, '\0') + payload;
}
std::string close_frame(int code) {
    return frame(8, {static_cast<char>(code >> 8), static_cast<char>(code & 0xff)});
}
/// The beginning of a server's close frame's payload.
std::string code_bytes(int code) {
    return {static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
}

/// A client whose WebSocket is open.
struct Socket {
    explicit Socket(const Running& node) : client(node.client()), read(plain(client)) {
        REQUIRE(client.send(get("/socket", kUpgrade)));
        const auto got = read_until(read, "\r\n\r\n");
        const auto end = got.find("\r\n\r\n");
        REQUIRE(end != std::string::npos);
        head = got.substr(0, end + 2);
        rest = got.substr(end + 4);
    }
    std::string until(const std::string& what) { return rest = read_until(read, what, rest); }

    Client client;
    Read read;
    std::string head, rest;
};

}  // namespace

TEST_CASE("an event stream begins with its head and a comment line, then lasts") {
    Streams streams;
    const Running node(any_port(), streams.handler());
    auto client = node.client();
    REQUIRE(client.send(get("/events")));
    const auto read = plain(client);
    auto got = read_until(read, ":thump\n");
    CHECK(got.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(got.find("Content-Type: text/event-stream\r\n") != std::string::npos);
    CHECK(got.find("Connection: close\r\n") != std::string::npos);
    CHECK(got.find("Content-Length") == std::string::npos);
    CHECK(got.ends_with("\r\n\r\n:thump\n"));  // no empty line after the comment
    REQUIRE(eventually([&] { return streams.all().size() == 1; }));
    for (int i = 0; i < 100; ++i) streams.send("data: " + std::to_string(i) + "\n\n");
    got = read_until(read, "data: 99\n\n");
    for (int i = 1; i < 100; ++i) {
        CHECK(
            got.find("data: " + std::to_string(i - 1) + "\n\ndata: " + std::to_string(i)) !=
            std::string::npos
        );
    }
    CHECK(streams.closed == 0);
    streams.all().front()->close(StreamEnd::Refused);
    CHECK(client.closes());
    CHECK(eventually([&] { return streams.closed == 1; }));
    streams.send("data: late\n\n");  // nothing
    CHECK(streams.begun == 1);
}

TEST_CASE("what is sent before the head has gone arrives after it") {
    Streams streams;
    const Running node(any_port(), [&](const Request&) {
        auto response = Response::make(200, "text/event-stream", "");
        auto begin = [&](const std::shared_ptr<Stream>& stream) {
            stream->send(std::make_shared<const std::string>("data: first\n\n"));
            return std::make_shared<Streams::Reader>(streams);
        };
        response.streaming =
            std::make_shared<const Streaming>(Streaming{Streaming::Kind::Events, begin});
        return response;
    });
    auto client = node.client();
    REQUIRE(client.send(get("/")));
    const auto got = read_until(plain(client), "data: first\n\n");
    CHECK(got.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(got.ends_with(":thump\ndata: first\n\n"));
}

TEST_CASE("HEAD of an event stream is its head and no stream") {
    Streams streams;
    const Running node(any_port(), streams.handler());
    auto client = node.client();
    REQUIRE(client.send("HEAD /events HTTP/1.1\r\nHost: a\r\n\r\n"));
    const auto reply = client.reply(/*head_only=*/true);
    REQUIRE(reply);
    CHECK(reply->status == 200);
    CHECK(streams.begun == 0);
}

TEST_CASE("a WebSocket opens as RFC 6455 says, and carries text both ways") {
    Streams streams;
    const Running node(any_port(), streams.handler());
    Socket socket(node);
    CHECK(socket.head.starts_with("HTTP/1.1 101 "));
    const Reply reply{.status = 101, .head = socket.head, .body = ""};
    CHECK(reply.field("Upgrade") == "websocket");
    CHECK(same_word(reply.field("Connection"), "upgrade"));
    CHECK(reply.field("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    CHECK(reply.field("Sec-WebSocket-Protocol") == "a-token");
    CHECK(reply.field("Sec-WebSocket-Extensions").empty());
    CHECK(reply.field("X-Extra") == "here");
    CHECK(reply.field("Server") == "Outboard");

    for (int i = 0; i < 50; ++i) {
        REQUIRE(socket.client.send(frame(1, "text " + std::to_string(i))));
    }
    REQUIRE(eventually([&] { return streams.heard().size() == 50; }));
    for (int i = 0; i < 50; ++i) CHECK(streams.heard()[i] == "text " + std::to_string(i));
    streams.send("an answer");
    CHECK(socket.until("an answer") == std::string("\x81\x09", 2) + "an answer");
    const std::string large(70'000, 'x');
    streams.send(large);
    streams.send("the end");
    CHECK(socket.until("the end").find(large) != std::string::npos);
    REQUIRE(socket.client.send(frame(9, "are you there")));
    CHECK(socket
              .until("\x8a\x0d"
                     "are you there")
              .ends_with("are you there"));
    REQUIRE(socket.client.send(close_frame(1000)));
    CHECK(socket.until(code_bytes(1000)).ends_with(code_bytes(1000)));
    CHECK(socket.client.closes());
    CHECK(eventually([&] { return streams.closed == 1; }));
}

TEST_CASE("what breaks the protocol of a WebSocket ends it with the code that says so") {
    Streams streams;
    const Running node(any_port(), streams.handler());
    const auto ends_with = [&](const std::string& bytes, int code) {
        Socket socket(node);
        REQUIRE(socket.client.send(bytes));
        const auto got = socket.until(code_bytes(code));
        CHECK(got.size() >= 4);
        CHECK(got.substr(2, 2) == code_bytes(code));
        CHECK(socket.client.closes());
    };
    ends_with(frame(1, std::string(limits::kStreamText + 1, 'a')), 1009);
    ends_with(frame(2, "binary"), 1003);
    ends_with(frame(1, "no \xff utf-8"), 1007);
    ends_with(std::string("\x81\x02", 2) + "hi", 1002);  // not masked
    ends_with(frame(3, "no such opcode"), 1002);
    CHECK(eventually([&] { return streams.closed == 5; }));
    CHECK(streams.heard().empty());
    Socket socket(node);
    REQUIRE(socket.client.send(frame(1, std::string(limits::kStreamText, 'a'))));
    CHECK(eventually([&] { return streams.heard().size() == 1; }));
}

TEST_CASE("only a sound request asks for a WebSocket") {
    const auto asked =
        [](std::vector<Field> fields, std::string method = "GET", std::string body = "") {
            Request request;
            request.method = std::move(method);
            request.body = std::move(body);
            request.fields = std::move(fields);
            return asks_for_websocket(request);
        };
    const Field connection{"Connection", "keep-alive, UPGRADE"}, upgrade{"Upgrade", "WebSocket"},
        version{"Sec-WebSocket-Version", "13"},
        key{"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="};
    CHECK(asked({connection, upgrade, version, key}) == Upgrade::Sound);
    CHECK(asked({}) == Upgrade::None);
    CHECK(asked({connection, {"Upgrade", "h2c"}, version, key}) == Upgrade::None);
    CHECK(asked({upgrade, version, key}) == Upgrade::Unsound);
    CHECK(asked({connection, upgrade, version}) == Upgrade::Unsound);
    CHECK(asked({connection, upgrade, version, key, key}) == Upgrade::Unsound);
    CHECK(
        asked({connection, upgrade, version, {"Sec-WebSocket-Key", "short"}}) == Upgrade::Unsound
    );
    CHECK(asked({connection, upgrade, version, key}, "POST") == Upgrade::Unsound);
    CHECK(asked({connection, upgrade, version, key}, "GET", "body") == Upgrade::Unsound);
    CHECK(asked({connection, upgrade, key}) == Upgrade::OldVersion);
    CHECK(asked({connection, upgrade, {"Sec-WebSocket-Version", "8"}, key}) == Upgrade::OldVersion);
}

TEST_CASE("a reader that does not read is cut, and the others read on") {
    for (const auto* path : {"/events", "/socket"}) {
        Streams streams;
        const Running node(any_port(), streams.handler());
        Client deaf(node.server.port(), /*receive_buffer=*/4096);
        REQUIRE(deaf.send(get(path, kUpgrade)));
        auto good = node.client();
        REQUIRE(good.send(get("/events")));
        REQUIRE(eventually([&] { return streams.all().size() == 2; }));
        const auto read = plain(good);
        // More than the kernel keeps for the deaf one, in steps that the good one reads.
        const std::string part(32 * 1024, 'z');
        for (int i = 0; i < 1000 && streams.closed == 0; ++i) {
            const auto mark = std::to_string(i) + "\n\n";
            streams.send("data: " + part + mark);
            REQUIRE(read_until(read, "z" + mark).ends_with(mark));
        }
        CHECK(eventually([&] { return streams.closed == 1; }));
    }
}

TEST_CASE("stopping tells the streams to come back, and waits for none of them") {
    Streams streams;
    Running node(any_port(), streams.handler());
    Socket socket(node);
    auto client = node.client();
    REQUIRE(client.send(get("/events")));
    const auto read = plain(client);
    read_until(read, ":thump\n");
    Socket silent(node);  // does not answer the close
    const auto begin = std::chrono::steady_clock::now();
    node.server.stop();
    CHECK(std::chrono::steady_clock::now() - begin < limits::kStreamClosing + 2s);
    CHECK(socket.until(code_bytes(1001)).substr(2, 2) == code_bytes(1001));
    CHECK(client.closes());
    CHECK(streams.closed == 3);
    streams.send("late");  // nothing
}

TEST_CASE("a client that leaves is forgotten, at any point") {
    Streams streams;
    const Running node(any_port(), streams.handler());
    {
        const Socket gone(node);
    }
    CHECK(eventually([&] { return streams.closed == 1; }));
    {
        auto client = node.client();
        REQUIRE(client.send(get("/events")));
        read_until(plain(client), ":thump\n");
        client.reset_on_close();
    }
    CHECK(eventually([&] { return streams.closed == 2; }));
    for (int i = 0; i < 50; ++i) {
        auto client = node.client();
        REQUIRE(client.send(get(i % 2 == 0 ? "/socket" : "/events", kUpgrade)));
        client.reset_on_close();
    }
    CHECK(eventually([&] { return streams.closed == streams.begun; }));
    CHECK(node.answers());
}

TEST_CASE("a stream that nobody takes is closed") {
    Streams streams;
    streams.refuses = true;
    const Running node(any_port(), streams.handler());
    auto client = node.client();
    REQUIRE(client.send(get("/events")));
    CHECK(client.closes());
    CHECK(streams.closed == 0);
}

TEST_CASE("a client of an event stream that talks on is cut") {
    Streams streams;
    const Running node(any_port(), streams.handler());
    auto client = node.client();
    REQUIRE(client.send(get("/events")));
    read_until(plain(client), ":thump\n");
    client.send(std::string(64 * 1024, 'a'));
    CHECK(eventually([&] { return streams.closed == 1; }));
}

TEST_CASE("a stream keeps its place among the connections of its address") {
    Streams streams;
    auto settings = any_port();
    settings.trusted_proxies = {};
    settings.connections_per_address = 1;
    const Running node(settings, streams.handler());
    {
        const Socket socket(node);
        auto second = node.client();
        second.send(get("/"));
        CHECK_FALSE(second.reply(false, 500ms));
    }
    CHECK(eventually([&] { return node.answers(); }));
}

TEST_CASE("streams over TLS") {
    const CertificateFiles files;
    auto settings = any_port();
    settings.certificate_file = files.certificate;
    settings.key_file = files.key;
    Streams streams;
    Running node(settings, streams.handler());
    const auto say = [](const TlsClient& client, const std::string& bytes) {
        return SSL_write(client.ssl.get(), bytes.data(), static_cast<int>(bytes.size())) ==
               static_cast<int>(bytes.size());
    };
    const TlsClient events(node.server.port()), socket(node.server.port());
    REQUIRE(events.shaken);
    REQUIRE(socket.shaken);
    REQUIRE(say(events, get("/events")));
    CHECK(read_until(secure(events), ":thump\n").ends_with("\r\n\r\n:thump\n"));
    REQUIRE(say(socket, get("/socket", kUpgrade)));
    CHECK(read_until(secure(socket), "\r\n\r\n").starts_with("HTTP/1.1 101 "));
    REQUIRE(say(socket, frame(1, "hello")));
    CHECK(eventually([&] { return streams.heard() == std::vector<std::string>{"hello"}; }));
    streams.send("data: x\n\n");
    CHECK(read_until(secure(events), "x\n\n").ends_with("data: x\n\n"));
    CHECK(read_until(secure(socket), "x\n\n").ends_with("data: x\n\n"));
    for (const auto& stream : streams.all()) stream->close(StreamEnd::Refused);
    CHECK(read_until(secure(socket), code_bytes(1008)).find(code_bytes(1008)) == 2);
    CHECK(read_until(secure(events), "\n").empty());
    CHECK(SSL_get_shutdown(events.ssl.get()) == SSL_RECEIVED_SHUTDOWN);
    CHECK(eventually([&] { return streams.closed == 2; }));
}
