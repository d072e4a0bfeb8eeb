// SPDX-License-Identifier: Apache-2.0
#include "src/api/kept_answers.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <string>

namespace outboard::tests {
namespace {

http::Request asks(std::string target, std::vector<http::Field> fields = {}) {
    http::Request request;
    request.method = "GET";
    request.target = std::move(target);
    request.fields = std::move(fields);
    return request;
}

http::Response says(std::string body, std::string cache = "public, max-age=300") {
    auto response = http::Response::make(200, "application/json", std::move(body));
    response.set("Cache-Control", std::move(cache));
    return response;
}

struct World {
    std::atomic<std::uint64_t> commits{1};
    api::KeptAnswers kept{commits};
    int made = 0;
    const http::Request nodeinfo = asks("/nodeinfo/2.1");

    http::Response answer(const http::Request& request, const http::Response& response) {
        return kept.answer(request, [&](const http::Request&) {
            ++made;
            return response;
        });
    }
};

TEST_CASE("a kept answer is given again until something is committed") {
    World world;
    CHECK_FALSE(world.kept.find(world.nodeinfo));
    CHECK(world.answer(world.nodeinfo, says("one")).body == "one");
    REQUIRE(world.kept.find(world.nodeinfo));
    CHECK(world.kept.find(world.nodeinfo)->body == "one");
    CHECK(world.made == 1);
    ++world.commits;
    CHECK_FALSE(world.kept.find(world.nodeinfo));
    world.answer(world.nodeinfo, says("two"));
    CHECK(world.kept.find(world.nodeinfo)->body == "two");
}

TEST_CASE("what was read before a commit is not kept after it") {
    World world;
    world.kept.answer(world.nodeinfo, [&](const http::Request&) {
        ++world.commits;  // while the handler reads
        return says("old");
    });
    CHECK_FALSE(world.kept.find(world.nodeinfo));
}

TEST_CASE("an answer is kept for the same question only, asked by nobody in particular") {
    World world;
    world.answer(world.nodeinfo, says("one"));
    CHECK_FALSE(world.kept.find(asks("/nodeinfo/2.0")));
    CHECK_FALSE(world.kept.find(asks("/nodeinfo/2.1?x=1")));
    CHECK_FALSE(world.kept.find(asks("/nodeinfo/2.1", {{"Accept", "text/html"}})));
    for (const auto* name : {"Authorization", "Cookie", "Signature", "signature-input"}) {
        const auto known = asks("/nodeinfo/2.1", {{name, "x"}});
        CHECK_FALSE(world.kept.find(known));
    }
    auto post = world.nodeinfo;
    post.method = "POST";
    CHECK_FALSE(world.kept.find(post));
}

TEST_CASE("refusals, private answers and other addresses are not kept") {
    World world;
    const auto finger = asks("/.well-known/webfinger?resource=acct:ana@home.example");
    auto refused = says("{}");
    SUBCASE("a 404") {
        refused.status = 404;
        world.answer(finger, refused);
        CHECK_FALSE(world.kept.find(finger));
    }
    SUBCASE("an answer that is not public") {
        world.answer(finger, says("{}", "private, no-store"));
        CHECK_FALSE(world.kept.find(finger));
    }
    SUBCASE("an address that is not discovery's") {
        const auto page = asks("/users/ana");
        world.answer(page, says("{}"));
        CHECK_FALSE(world.kept.find(page));
    }
    SUBCASE("a large one") {
        world.answer(finger, says(std::string(limits::kKeptAnswer, 'x')));
        CHECK_FALSE(world.kept.find(finger));
    }
}

TEST_CASE("strangers who ask for ever new addresses fill no more than the bound") {
    std::atomic<std::uint64_t> commits{1};
    api::KeptAnswers kept(commits, /*most_bytes=*/16 * 1024);
    int there = 0;
    for (int i = 0; i < 1000; ++i) {
        const auto target = "/nodeinfo/2.1?" + std::to_string(i);
        kept.answer(asks(target), [](const http::Request&) { return says(std::string(400, 'x')); });
        REQUIRE(kept.find(asks(target)));
    }
    for (int i = 0; i < 1000; ++i) {
        if (kept.find(asks("/nodeinfo/2.1?" + std::to_string(i)))) ++there;
    }
    CHECK(there < 16 * 1024 / 400);
}

}  // namespace
}  // namespace outboard::tests
