// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "src/domain/redirect_uri.hpp"
#include "src/domain/scopes.hpp"

namespace outboard {
namespace {

TEST_CASE("lists of scopes are read with spaces or plus signs, each once, in order") {
    CHECK(*scopes::parse("read write") == "read write");
    CHECK(*scopes::parse(" write+read:accounts  write\n push ") == "write read:accounts push");
    for (const auto* wrong :
         {"", " ", "+", "Read", "read:", ":read", "write:everything", "admin"}) {
        CAPTURE(wrong);
        CHECK_FALSE(scopes::parse(wrong));
    }
    for (const auto scope : scopes::all()) CHECK(*scopes::parse(scope) == scope);
}

TEST_CASE("whole scopes cover their parts, and follow is six of them") {
    CHECK(scopes::covers("read", "read:statuses"));
    CHECK_FALSE(scopes::covers("read:statuses", "read"));
    CHECK_FALSE(scopes::covers("read", "write:statuses"));
    CHECK_FALSE(scopes::covers("read write", "admin:read"));
    CHECK_FALSE(scopes::covers("read write", "push"));
    CHECK(scopes::covers("admin:read", "admin:read:reports"));
    CHECK_FALSE(scopes::covers("admin:read", "admin:write:reports"));
    CHECK_FALSE(scopes::covers("admin:read", "read"));
    CHECK(scopes::covers("follow", "write:blocks"));
    CHECK_FALSE(scopes::covers("follow", "read:statuses"));
    CHECK(scopes::covers("read write", "follow"));
    CHECK_FALSE(scopes::covers("read", "follow"));
    CHECK(scopes::covers("read:accounts", "profile"));
    CHECK(scopes::covers("profile", "profile"));
    CHECK_FALSE(scopes::covers("profile", "read:accounts"));
    CHECK(scopes::covers_all("read write push", "read:lists push write"));
    CHECK_FALSE(scopes::covers_all("read write", "read push"));
    CHECK(scopes::has_admin("read admin:read:reports"));
    CHECK_FALSE(scopes::has_admin("read write"));
}

TEST_CASE("a redirect URI is the registered one; on a loopback address the port is free") {
    using redirect_uri::matches;
    CHECK(matches("https://a.example/x", "https://a.example/x"));
    CHECK_FALSE(matches("https://a.example/x", "https://a.example/x?"));
    CHECK_FALSE(matches("https://127.0.0.1:1/x", "https://127.0.0.1:2/x"));
    CHECK(matches("http://127.0.0.1/x", "http://127.0.0.1:4000/x"));
    CHECK(matches("http://[::1]:1/x?y=1", "http://[::1]:2/x?y=1"));
    CHECK(matches("http://127.0.0.1", "http://127.0.0.1:4000"));
    for (const auto* asked :
         {"http://127.0.0.1:4000/y",
          "http://127.0.0.1:4000",
          "http://127.0.0.1:/x",
          "http://127.0.0.1:65536/x",
          "http://127.0.0.1:1@evil.example/x",
          "http://127.0.0.1.evil.example/x",
          "http://127.0.0.10/x",
          "http://[::1]/x",
          "http://localhost:4000/x"}) {
        CAPTURE(asked);
        CHECK_FALSE(matches("http://127.0.0.1/x", asked));
    }
}

TEST_CASE("answers are appended to the query that a redirect URI has") {
    using redirect_uri::with_parameters;
    CHECK(with_parameters("a://", {{"code", "1"}}) == "a://?code=1");
    CHECK(
        with_parameters("a:/b?x=1", {{"code", "1"}, {"state", "s t&"}}) ==
        "a:/b?x=1&code=1&state=s%20t%26"
    );
    CHECK(with_parameters("a:/b?", {{"code", "1"}}) == "a:/b?code=1");
    CHECK(with_parameters("a:/b", {}) == "a:/b");
}

TEST_CASE("a page's policy names the one place its form may lead to") {
    using redirect_uri::policy_source;
    CHECK(policy_source("https://A.example/x?y") == "https://a.example");
    CHECK(policy_source("https://a.example:8443/x") == "https://a.example:8443");
    CHECK(policy_source("Tusk://x") == "tusk:");
    CHECK(policy_source("com.tapbots.Ivory.10217:/request_token") == "com.tapbots.ivory.10217:");
    CHECK(policy_source("http://[::1]:80/") == "http:");
    CHECK(policy_source(redirect_uri::kOutOfBand).empty());
    CHECK(redirect_uri::shown("https://a.example/x") == "a.example");
    CHECK(redirect_uri::shown("tusk://x") == "tusk:");
}

}  // namespace
}  // namespace outboard
