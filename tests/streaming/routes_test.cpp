// SPDX-License-Identifier: Apache-2.0
// Who may open a stream, and how.
#include <set>

#include "tests/streaming/live.hpp"

namespace outboard::tests {
namespace {

const char* const kEvents[] = {
    "user",
    "user/notification",
    "public",
    "public/local",
    "public/remote",
    "hashtag?tag=a",
    "hashtag/local?tag=a",
    "list?list=1",
    "direct"
};

TEST_CASE("every stream needs a user's token with its scope") {
    Live live;
    auto& node = live.node;
    const auto ana = node.person("ana"), eve = node.person("eve");
    const auto app = node.token(std::nullopt, "read"), other = node.token(ana.id, "write"),
               old = node.token(ana.id, "read");
    node.suspend(eve.id);
    std::set<std::string> patterns;
    for (const std::string path : kEvents) {
        CAPTURE(path);
        const auto target = "/api/v1/streaming/" + path;
        CHECK(live.ask(target).status == 401);
        CHECK(live.ask(target, "nonsense").status == 401);
        CHECK(live.ask(target, app).status == 422);
        CHECK(live.ask(target, other).status == 403);
        CHECK(live.ask(target, eve.token).status == 403);
        CHECK(
            live.ask(
                    target + (path.find('?') == std::string::npos ? "?" : "&") +
                    "access_token=nonsense"
            )
                .status == 401
        );
        for (const auto& refused : {live.ask(target), live.ask(target, other)}) {
            CHECK_FALSE(refused.streaming);
        }
        const auto response = live.ask(target, old);
        CHECK(response.status == 200);
        REQUIRE(response.streaming);
        CHECK(response.streaming->kind == http::Streaming::Kind::Events);
        Reply reply{.status = 200, .fields = response.fields, .body = "", .json = nullptr};
        CHECK(reply.header("content-type") == "text/event-stream");
        CHECK(reply.header("x-accel-buffering") == "no");
        CHECK(reply.header("cache-control").find("no-store") != std::string::npos);
        CHECK(reply.header("access-control-allow-origin") == "*");
        patterns.insert("/api/v1/streaming/" + path.substr(0, path.find('?')));
    }
    patterns.insert("/api/v1/streaming");
    patterns.insert("/api/v1/streaming/health");
    std::size_t routes = 0;
    for (const auto& route : node.router().routes()) {
        if (!route.pattern.starts_with("/api/v1/streaming")) continue;
        ++routes;
        CHECK_MESSAGE(patterns.contains(route.pattern), route.pattern);
    }
    CHECK(routes == patterns.size());

    const auto socket = [&](const std::string& token) {
        return live.ask("/api/v1/streaming?stream=user", token, Live::upgrade()).status;
    };
    CHECK(socket("") == 401);
    CHECK(socket("nonsense") == 401);
    CHECK(socket(app) == 422);
    CHECK(socket(eve.token) == 403);
    CHECK(socket(ana.token) == 200);
    CHECK(live.ask("/api/v1/streaming/hashtag", ana.token).status == 422);  // without a tag
    CHECK(live.ask("/api/v1/streaming/list?list=x", ana.token).status == 422);
    CHECK(live.ask("/api/v1/streaming/nothing", ana.token).status == 404);
    CHECK(live.ask("/api/v1/streaming/user", ana.token, {}, "POST").status == 405);
    CHECK(node.get("/api/v1/streaming/health").body == "OK");
}

TEST_CASE("the token of a socket may stand in the protocol or the query, elsewhere not") {
    Live live;
    const auto ana = live.node.person("ana");
    auto fields = Live::upgrade();
    fields.push_back({"Sec-WebSocket-Protocol", ana.token});
    auto response = live.ask("/api/v1/streaming", "", fields);
    REQUIRE(response.streaming);
    CHECK(response.streaming->kind == http::Streaming::Kind::WebSocket);
    Reply reply{.status = 200, .fields = response.fields, .body = "", .json = nullptr};
    CHECK(reply.header("sec-websocket-protocol") == ana.token);

    fields.back().value = ana.token + ", other";
    response = live.ask("/api/v1/streaming", "", fields);
    REQUIRE(response.streaming);
    reply.fields = response.fields;
    CHECK(reply.header("sec-websocket-protocol") == ana.token);

    fields.back().value = "chat";  // offered beside a token in the query
    response = live.ask("/api/v1/streaming?access_token=" + ana.token, "", fields);
    REQUIRE(response.streaming);
    reply.fields = response.fields;
    CHECK(reply.header("sec-websocket-protocol") == "chat");

    CHECK(live.ask("/api/v1/streaming?access_token=" + ana.token, "", Live::upgrade()).streaming);
    CHECK(live.ask("/api/v1/streaming/?access_token=" + ana.token, "", Live::upgrade()).streaming);
    CHECK(live.ask("/api/v1/streaming/user?access_token=" + ana.token).streaming);
    fields.back().value = "nonsense";
    CHECK(live.ask("/api/v1/streaming", "", fields).status == 401);
    fields.back().value = ana.token;
    CHECK(live.ask("/api/v1/timelines/home", "", fields).status == 401);
    CHECK(live.ask("/api/v1/timelines/home?access_token=" + ana.token).status == 401);
}

TEST_CASE("what asks badly for a socket is told so in an ordinary answer") {
    Live live;
    const auto ana = live.node.person("ana");
    auto response = live.ask("/api/v1/streaming", ana.token);
    CHECK(response.status == 426);
    CHECK_FALSE(response.streaming);
    auto fields = Live::upgrade();
    fields[2].value = "8";
    response = live.ask("/api/v1/streaming", ana.token, fields);
    CHECK(response.status == 426);
    Reply reply{.status = 426, .fields = response.fields, .body = "", .json = nullptr};
    CHECK(reply.header("sec-websocket-version") == "13");
    CHECK(reply.header("upgrade") == "websocket");
    fields = Live::upgrade();
    fields[3].value = "short";
    CHECK(live.ask("/api/v1/streaming", ana.token, fields).status == 400);
    live.node.app().streams = nullptr;  // a process that serves none
    CHECK(live.ask("/api/v1/streaming", ana.token, Live::upgrade()).status == 503);
    CHECK(live.ask("/api/v1/streaming/user", ana.token).status == 503);
}

TEST_CASE("streams leave room for calls") {
    Live live;
    const auto ana = live.node.person("ana");
    auto small = live.node.config;
    small.limits_connections = 4;
    live.node.reconfigure(small);
    std::vector<std::shared_ptr<Ear>> open;
    for (int i = 0; i < 3; ++i) open.push_back(live.socket(ana.token));
    CHECK(live.ask("/api/v1/streaming", ana.token, Live::upgrade()).status == 503);
    open.front()->program->on_closed();
    CHECK(live.ask("/api/v1/streaming", ana.token, Live::upgrade()).streaming);
}

}  // namespace
}  // namespace outboard::tests
