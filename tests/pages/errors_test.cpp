// SPDX-License-Identifier: Apache-2.0
#include "tests/pages/markup.hpp"

namespace outboard::tests {
namespace {

TEST_CASE("a profile that is not here is an HTML page that says so") {
    TestNode node(with_pages());
    node.remote("rob", "far.example");
    for (const std::string target :
         {"/@nobody",
          "/@nobody/feed.atom",
          "/@nobody/1",
          "/@rob",
          "/@rob@far.example",
          "/@home.example",
          "/nowhere"}) {
        CAPTURE(target);
        const auto reply = node.get(target);
        check_error_page(reply, 404);
        CHECK(text_of(reply.body, "title") == "There is nothing here");
        CHECK(text_of(reply.body, "h1") == "There is nothing here");
    }
}

TEST_CASE("a post that never was, of somebody else, or without a number is not found") {
    TestNode node(with_pages());
    const auto ana = node.person("ana");
    node.person("ben");
    const auto id = node.posts(ana, "Mine");
    check_error_page(node.get("/@ana/123"), 404);
    check_error_page(node.get("/@ben/" + id), 404);
    check_error_page(node.get("/@ana/pumps"), 404);
    check_error_page(node.get("/@ana/99999999999999999999"), 404);
    check_error_page(node.get("/@ana/-1"), 404);
}

TEST_CASE("a deleted post is gone, from its page and from every list") {
    TestNode node(with_pages());
    const auto ana = node.person("ana");
    const auto id = node.posts(ana, "Regretted #pumps");
    CHECK(node.get("/@ana/" + id).status == 200);
    REQUIRE(node.call("DELETE", "/api/v1/statuses/" + id, ana.token).status == 200);
    const auto reply = node.get("/@ana/" + id);
    check_error_page(reply, 410);
    CHECK(text_of(reply.body, "title") == "This was deleted");
    CHECK(!contains(reply.body, "Regretted"));
    for (const std::string target : {"/", "/@ana", "/@ana/feed.atom", "/tags/pumps"}) {
        CAPTURE(target);
        const auto list = node.get(target);
        CHECK(list.status == 200);
        CHECK(!contains(list.body, "Regretted"));
    }
}

TEST_CASE("nothing of a suspended account is shown") {
    TestNode node(with_pages());
    const auto ana = node.person("ana");
    const auto ben = node.person("ben");
    const auto id = node.posts(ana, "Unwanted #pumps");
    REQUIRE(node.post("/api/v1/statuses/" + id + "/reblog", ben.token).status == 200);
    const auto answer =
        node.post("/api/v1/statuses", ben.token, {{"status", "@ana why?"}, {"in_reply_to_id", id}});
    REQUIRE(answer.status == 200);
    CHECK(contains(node.get("/@ben/" + answer.json["id"].get<std::string>()).body, "Unwanted"));
    node.suspend(ana.id);
    check_error_page(node.get("/@ana"), 404);
    check_error_page(node.get("/@ana/feed.atom"), 404);
    check_error_page(node.get("/@ana/" + id), 404);
    for (const std::string& target :
         {std::string("/"),
          std::string("/@ben"),
          std::string("/@ben/feed.atom"),
          std::string("/tags/pumps"),
          "/@ben/" + answer.json["id"].get<std::string>()}) {
        CAPTURE(target);
        const auto list = node.get(target);
        CHECK(list.status == 200);
        CHECK(!contains(list.body, "Unwanted"));
    }
}

TEST_CASE("a page answers a method it does not know in HTML with the same headers") {
    TestNode node(with_pages());
    node.person("ana");
    const auto refused = node.call("DELETE", "/@ana");
    check_error_page(refused, 405);
    CHECK(text_of(refused.body, "title") == "That cannot be done here");
}

}  // namespace
}  // namespace outboard::tests
