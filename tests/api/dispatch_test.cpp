// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "src/api/activitypub/routes.hpp"
#include "src/store/keys.hpp"
#include "tests/api/check.hpp"

namespace outboard::tests {
namespace {

TEST_CASE("an unknown address and an unknown record are told apart, both as JSON") {
    TestNode node;
    const auto route = node.get("/api/v1/nowhere");
    const auto record = node.get("/api/v1/statuses/1");
    check_error(route, 404);
    check_error(record, 404, "Record not found");
    CHECK(route.json["error"] != record.json["error"]);
    check_error(node.call("DELETE", "/api/v1/instance"), 405);
}

TEST_CASE("unknown pages are HTML, and problem details for ActivityPub") {
    TestNode node;
    const auto page = node.get("/nowhere");
    CHECK(page.status == 404);
    CHECK(page.header("content-type").starts_with("text/html"));
    const auto document =
        node.call("GET", "/nowhere", {}, nullptr, {{"Accept", "application/activity+json"}});
    CHECK(document.header("content-type") == "application/problem+json");
    CHECK(document.json["status"] == 404);
}

TEST_CASE("what an inbox refuses is a problem whose status is the answer's") {
    TestNodeOptions options;
    options.routes = api::activitypub::routes;
    TestNode node(std::move(options));
    node.person("ana");
    const auto check_problem = [](const Reply& reply, int status) {
        CHECK(reply.status == status);
        CHECK(reply.header("content-type") == "application/problem+json");
        REQUIRE(reply.json.is_object());
        CHECK(reply.json["status"] == status);
        CHECK(reply.json["detail"].get<std::string>().size() > 10);
    };
    for (const auto* inbox : {"/inbox", "/users/ana/inbox"}) {
        CAPTURE(inbox);
        const auto got = node.get(inbox);
        check_problem(got, 405);
        CHECK(got.header("allow") == "POST");
        check_problem(node.call("POST", inbox, {}, "x=1", {{"Content-Type", "text/plain"}}), 415);
    }
    // What the front itself refuses before any of this is asked.
    const auto form = api::refusal_form(node.router());
    const auto at = [&](int status, std::string_view path) {
        const auto response = form(status, "The body is too large", path);
        return std::pair(response.fields.at(0).value, json::parse(response.body, nullptr, false));
    };
    for (const int status : {400, 408, 413, 431, 503}) {
        CAPTURE(status);
        for (const auto* inbox : {"/inbox", "/users/ana/inbox"}) {
            const auto [type, body] = at(status, inbox);
            CHECK(type == "application/problem+json");
            CHECK(body["status"] == status);
            CHECK(body["detail"] == "The body is too large");
        }
        for (const auto* path : {"/api/v1/statuses", "", "/nowhere"}) {
            const auto [type, body] = at(status, path);
            CHECK(type == "application/json; charset=utf-8");
            CHECK(body["error"] == "The body is too large");
        }
        // A web app is to read why, not "network error".
        const auto response = form(status, "The body is too large", "/api/v1/statuses");
        CHECK(std::any_of(response.fields.begin(), response.fields.end(), [](const auto& field) {
            return field.name == "Access-Control-Allow-Origin" && field.value == "*";
        }));
    }
}

TEST_CASE("a dead token is refused on public routes too") {
    TestNode node;
    check_error(node.get("/api/v2/instance", "nonsense"), 401, "The access token is invalid");
    const auto ana = node.person("ana");
    CHECK(node.get("/api/v2/instance", ana.token).status == 200);
    REQUIRE(node.db().write([&](store::Writer& tx) { store::tokens::revoke_all(tx, ana.id); }));
    check_error(node.get("/api/v2/instance", ana.token), 401, "The access token is invalid");
}

TEST_CASE("a token in the query is taken on no route but streaming") {
    TestNode node;
    const auto ana = node.person("ana");
    check_error(
        node.get("/api/v1/accounts/verify_credentials?access_token=" + ana.token),
        401,
        "The access token is invalid"
    );
}

TEST_CASE("a suspended account's token opens nothing") {
    TestNode node;
    const auto ana = node.person("ana");
    node.suspend(ana.id);
    check_error(node.get("/api/v1/timelines/home", ana.token), 403);
    check_error(node.get("/api/v2/instance", ana.token), 403);
}

TEST_CASE("scripts of any site may read answers, refusals too, and ask first") {
    TestNode node;
    for (const auto* path : {"/api/v2/instance", "/api/v1/nowhere", "/api/v1/timelines/home"}) {
        const auto reply = node.get(path);
        CAPTURE(path);
        CHECK(reply.header("access-control-allow-origin") == "*");
        CHECK(reply.header("access-control-expose-headers").find("Link") != std::string::npos);
    }
    const auto asked = node.call("OPTIONS", "/api/v1/statuses");
    CHECK(asked.status == 204);
    CHECK(
        asked.header("access-control-allow-headers") ==
        "Authorization, Content-Type, Idempotency-Key"
    );
    CHECK(asked.header("access-control-allow-methods").find("DELETE") != std::string::npos);
    CHECK(node.get("/nowhere").header("access-control-allow-origin").empty());
}

TEST_CASE("answers carry the rate, and a caller over it is refused") {
    TestNode node;
    const auto first = node.get("/api/v2/instance");
    CHECK(first.header("x-ratelimit-limit") == "300");
    CHECK(first.header("x-ratelimit-remaining") == "299");
    CHECK(
        first.header("x-ratelimit-reset") ==
        format_rfc3339(node.clock.now() + std::chrono::minutes(5))
    );
    for (int i = 0; i < 299; ++i) node.get("/api/v1/custom_emojis");
    const auto over = node.get("/api/v2/instance");
    check_error(over, 429);
    CHECK(over.header("x-ratelimit-remaining") == "0");
    CHECK(over.header("retry-after") == "300");
    const auto ana = node.person("ana");
    CHECK(node.get("/api/v2/instance", ana.token).status == 200);
    node.clock.advance(std::chrono::minutes(5));
    CHECK(node.get("/api/v2/instance").status == 200);
}

TEST_CASE("with rate limits off nobody is refused, and the headers are still sent") {
    TestNode node;
    auto config = node.config;
    config.limits_rate_limit = false;
    node.reconfigure(config);
    for (int i = 0; i < 300; ++i) node.get("/api/v1/custom_emojis");
    const auto reply = node.get("/api/v1/custom_emojis");
    CHECK(reply.status == 200);
    CHECK(reply.header("x-ratelimit-remaining") == "0");
}

TEST_CASE("answers to a login are kept by no cache") {
    TestNode node;
    const auto ana = node.person("ana");
    CHECK(node.get("/api/v2/instance", ana.token).header("cache-control") == "private, no-store");
    CHECK(node.get("/api/v2/instance").header("cache-control") == "no-cache");
    CHECK_FALSE(node.get("/api/v2/instance").header("x-request-id").empty());
}

TEST_CASE("bodies larger than a route takes are refused") {
    TestNode node;
    const auto ana = node.person("ana");
    const auto reply =
        node.post("/api/v1/statuses", ana.token, {{"status", std::string(300'000, 'a')}});
    check_error(reply, 413);
}

}  // namespace
}  // namespace outboard::tests
