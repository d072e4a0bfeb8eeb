// SPDX-License-Identifier: Apache-2.0
#include "tests/api/check.hpp"

namespace outboard::tests {
namespace {

using nlohmann::json;

json search(TestNode& node, const std::string& query, const std::string& token) {
    const auto reply = node.get("/api/v2/search?" + query, token);
    check_entity(reply, "search");
    return reply.json;
}

TEST_CASE("an address or a handle gives exactly what it names") {
    TestNode node;
    const auto ana = node.person("ana");
    node.person("anatol");
    const auto far = node.remote("far", "far.example");
    const auto id = node.posts(ana, "Find me #Here");
    const auto base = std::string("https%3A%2F%2Fhome.example");
    for (const auto& query :
         {"q=" + base + "%2Fusers%2Fana",
          "q=" + base + "%2F%40ana",
          std::string("q=%40ana%40home.example"),
          std::string("q=ana@home.example&resolve=true")}) {
        CAPTURE(query);
        const auto found = search(node, query, ana.token);
        REQUIRE(found["accounts"].size() == 1);
        CHECK(found["accounts"][0]["acct"] == "ana");
        CHECK(found["statuses"].empty());
    }
    for (const auto& query :
         {"q=" + base + "%2Fusers%2Fana%2Fstatuses%2F" + id,
          "q=" + base + "%2F%40ana%2F" + id + "&resolve=true"}) {
        CAPTURE(query);
        const auto found = search(node, query, ana.token);
        REQUIRE(found["statuses"].size() == 1);
        CHECK(found["statuses"][0]["id"] == id);
        CHECK(found["accounts"].empty());
    }
    CHECK(
        search(node, "q=" + far.uri + "&resolve=true", ana.token)["accounts"][0]["acct"] ==
        "far@far.example"
    );
    CHECK(node.network.asked.empty());
}

TEST_CASE("words find people by the beginning of their handle, and tags by name") {
    TestNode node;
    const auto ana = node.person("ana");
    node.person("anatol");
    node.person("bob");
    node.posts(ana, "About #Pumps");
    CHECK(search(node, "q=ana", ana.token)["accounts"].size() == 2);
    CHECK(search(node, "q=%40ana", ana.token)["accounts"].size() == 2);
    const auto tags = search(node, "q=%23pumps", ana.token);
    REQUIRE(tags["hashtags"].size() == 1);
    CHECK(tags["hashtags"][0]["name"] == "pumps");
    CHECK(tags["hashtags"][0]["url"] == "https://home.example/tags/pumps");
    CHECK(tags["accounts"].empty());
    CHECK(search(node, "q=ana&type=statuses", ana.token)["accounts"].empty());
    CHECK(search(node, "q=ana", "")["accounts"].size() == 2);
}

TEST_CASE(
    "an unknown address is asked for on the network, and one that does not answer gives nothing"
) {
    TestNode node;
    const auto ana = node.person("ana");
    const auto none =
        search(node, "q=https%3A%2F%2Fgone.example%2Fusers%2Fx&resolve=true", ana.token);
    CHECK(none["accounts"].empty());
    CHECK(none["statuses"].empty());
    REQUIRE_FALSE(node.network.asked.empty());
    CHECK(node.network.asked.front() == "https://gone.example/users/x");
    search(node, "q=%40x%40gone.example&resolve=true", ana.token);
    CHECK(
        node.network.asked.back().find("gone.example/.well-known/webfinger") != std::string::npos
    );
    const auto count = node.network.asked.size();
    search(node, "q=https%3A%2F%2Fgone.example%2Fusers%2Fx", ana.token);
    search(node, "q=https%3A%2F%2Fhome.example%2Fusers%2Fnobody&resolve=true", ana.token);
    CHECK(node.network.asked.size() == count);
}

TEST_CASE("a handle that has only begun finds nobody, and is no mistake") {
    TestNode node;
    const auto ana = node.person("ana");
    for (const char* begun : {"%40", "%40%40", "%20%40%20"}) {
        CAPTURE(begun);
        const auto reply = node.get(std::string("/api/v2/search?q=") + begun, ana.token);
        CHECK(reply.status == 200);
        CHECK(reply.json["accounts"].empty());
    }
    check_error(node.get("/api/v2/search?q=%20", ana.token), 422);
}

TEST_CASE("strangers may search, but not make this node ask others") {
    TestNode node;
    node.person("ana");
    check_error(node.get("/api/v2/search?q=ana&resolve=true"), 401);
    check_error(node.get("/api/v2/search?q=ana&offset=20"), 401);
    check_error(node.get("/api/v2/search"), 422);
    CHECK(node.network.asked.empty());
}

TEST_CASE("search gives no post that the searcher may not see") {
    TestNode node;
    const auto ana = node.person("ana");
    const auto bob = node.person("bob");
    const auto id = node.posts(ana, "Among us", "private");
    const auto query =
        "q=https%3A%2F%2Fhome.example%2Fusers%2Fana%2Fstatuses%2F" + id + "&resolve=true";
    CHECK(search(node, query, ana.token)["statuses"].size() == 1);
    CHECK(search(node, query, bob.token)["statuses"].empty());
}

}  // namespace
}  // namespace outboard::tests
