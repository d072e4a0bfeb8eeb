// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "src/api/router.hpp"

namespace outboard::api {
namespace {

Result<http::Response> nothing(App&, const Call&) { return ok_empty(); }

Router make_router() {
    Router router;
    auto accounts = router.group("/api/v1/accounts");
    accounts.get("/:id", nothing);
    accounts.get("/lookup", nothing);
    accounts.get("/:id/statuses", nothing);
    accounts.patch("/update_credentials", nothing, {.body_limit = 1234});
    router.group("").get("/", nothing);
    router.group("").get("/@:name", nothing);
    router.group("").get("/@:name/:id", nothing);
    router.group("/assets").get("/*file", nothing);
    router.group("/users").get("/:name/statuses/:id/activity", nothing);
    return router;
}

std::string matched(const Router& router, std::string_view method, std::string_view path) {
    const auto found = router.match(method, path);
    std::string text = found.route ? found.route->pattern : found.path_known ? "405" : "404";
    for (const auto& [name, value] : found.parameters) text += " " + name + "=" + value;
    return text;
}

TEST_CASE("routes match by segments, and literal ones win over parameters") {
    const auto router = make_router();
    CHECK(matched(router, "GET", "/api/v1/accounts/lookup") == "/api/v1/accounts/lookup");
    CHECK(matched(router, "GET", "/api/v1/accounts/12") == "/api/v1/accounts/:id id=12");
    CHECK(
        matched(router, "GET", "/api/v1/accounts/12/statuses") ==
        "/api/v1/accounts/:id/statuses id=12"
    );
    CHECK(matched(router, "GET", "/") == "/");
    CHECK(matched(router, "GET", "/@ana") == "/@:name name=ana");
    CHECK(matched(router, "GET", "/@ana/5") == "/@:name/:id name=ana id=5");
    CHECK(matched(router, "GET", "/assets/a/b.css") == "/assets/*file file=a/b.css");
    CHECK(
        matched(router, "GET", "/users/ana/statuses/5/activity") ==
        "/users/:name/statuses/:id/activity name=ana id=5"
    );
}

TEST_CASE("a trailing slash is the same path") {
    const auto router = make_router();
    CHECK(matched(router, "GET", "/api/v1/accounts/12/") == "/api/v1/accounts/:id id=12");
    CHECK(matched(router, "GET", "/@ana/") == "/@:name name=ana");
}

TEST_CASE("HEAD is answered as GET, and PUT and PATCH stand for each other") {
    const auto router = make_router();
    CHECK(matched(router, "HEAD", "/api/v1/accounts/12") == "/api/v1/accounts/:id id=12");
    CHECK(
        matched(router, "PUT", "/api/v1/accounts/update_credentials") ==
        "/api/v1/accounts/update_credentials"
    );
    CHECK(matched(router, "POST", "/api/v1/accounts/12") == "405");
}

TEST_CASE("path parameters are decoded once, and what is no text matches nothing") {
    const auto router = make_router();
    CHECK(matched(router, "GET", "/@caf%C3%A9") == "/@:name name=café");
    CHECK(matched(router, "GET", "/@a%2Fb") == "/@:name name=a/b");
    CHECK(matched(router, "GET", "/@a%252Fb") == "/@:name name=a%2Fb");
    CHECK(matched(router, "GET", "/@%FF") == "404");
    CHECK(matched(router, "GET", "/@%00") == "404");
}

TEST_CASE("paths with empty segments, dots or nothing match nothing") {
    const auto router = make_router();
    for (const auto* path :
         {"", "x", "//", "/api//v1/accounts/12", "/api/v1/accounts//", "/@", "/assets"}) {
        CAPTURE(path);
        CHECK(matched(router, "GET", path) == "404");
    }
}

TEST_CASE("the transport learns a route's body limit before the body comes") {
    const auto router = make_router();
    const auto limit = body_limits(router);
    CHECK(limit("PATCH", "/api/v1/accounts/update_credentials") == 1234);
    CHECK(limit("POST", "/nowhere") == limits::kApiBody);
}

TEST_CASE("scopes: broad ones cover granular ones, follow covers three, profile opens one") {
    CHECK(covers("read", Scope::ReadStatuses));
    CHECK(covers("write:statuses", Scope::WriteStatuses));
    CHECK(covers("read+write", Scope::WriteFollows));
    CHECK(covers("follow", Scope::WriteBlocks));
    CHECK(covers("follow", Scope::ReadMutes));
    CHECK_FALSE(covers("follow", Scope::ReadStatuses));
    CHECK_FALSE(covers("read:statuses", Scope::ReadAccounts));
    CHECK_FALSE(covers("write", Scope::ReadAccounts));
    CHECK_FALSE(covers("", Scope::ReadAccounts));
    CHECK_FALSE(covers("readonly", Scope::ReadAccounts));
    CHECK_FALSE(covers("read write", Scope::AdminRead));
    CHECK(covers("profile", Scope::Profile));
    CHECK(covers("read:accounts", Scope::Profile));
    CHECK_FALSE(covers("profile", Scope::ReadAccounts));
    CHECK(covers("", Scope::None));
}

TEST_CASE("rates are counted per caller and bucket, and begin anew when the window ends") {
    RateLimits rates;
    const auto start = from_ms(1'790'000'000'000);
    for (int i = 0; i < 300; ++i) CHECK_FALSE(rates.count("a", "default", start).refused);
    const auto over = rates.count("a", "default", start);
    CHECK(over.refused);
    CHECK(over.remaining == 0);
    CHECK(over.reset == start + std::chrono::minutes(5));
    CHECK_FALSE(rates.count("b", "default", start).refused);
    CHECK(rates.count("a", "delete", start).remaining == 29);
    CHECK(rates.count("a", "default", start + std::chrono::minutes(5)).remaining == 299);
}

TEST_CASE("filling the table of rates gives nobody a fresh count") {
    RateLimits rates;
    const auto now = from_ms(1'790'000'000'000);
    for (std::size_t i = 0; i < limits::kRateEntries; ++i) {
        rates.count("caller " + std::to_string(i), "default", now);
    }
    for (int i = 0; i < 300; ++i) rates.count("late", "default", now);
    CHECK(rates.count("late", "default", now).refused);
    CHECK(rates.count("caller 0", "default", now).remaining == 298);
}

TEST_CASE("an IPv6 subscriber is one caller") {
    CHECK(rate_address("2001:db8:1:2:3:4:5:6") == rate_address("2001:db8:1:2:ffff::1"));
    CHECK(rate_address("2001:db8:1:2::1") != rate_address("2001:db8:1:3::1"));
    CHECK(rate_address("192.0.2.1") == "192.0.2.1");
}

}  // namespace
}  // namespace outboard::api
