// SPDX-License-Identifier: Apache-2.0
#include "tests/api/check.hpp"

namespace outboard::tests {
namespace {

using nlohmann::json;

struct World {
    TestNode node;
    Actor ana = node.person("ana");
    Actor bob = node.person("bob");
    std::string post = node.posts(ana, "Hello");

    std::vector<std::string> types(const std::string& query = {}) {
        const auto reply = node.get("/api/v1/notifications" + query, ana.token);
        check_entity(reply, "notification");
        std::vector<std::string> found;
        for (const auto& item : reply.json) found.push_back(item["type"]);
        return found;
    }
    void happen() {
        const auto step = [&] { node.clock.advance(std::chrono::seconds(1)); };
        node.post("/api/v1/accounts/" + ana.id.str() + "/follow", bob.token);
        step();
        node.post("/api/v1/statuses/" + post + "/favourite", bob.token);
        step();
        node.post("/api/v1/statuses/" + post + "/reblog", bob.token);
        step();
        node.posts(bob, "Hi @ana");
    }
};

using Types = std::vector<std::string>;

TEST_CASE("notifications come newest first, and are filtered by type") {
    World world;
    world.happen();
    CHECK(world.types() == Types{"mention", "reblog", "favourite", "follow"});
    CHECK(world.types("?types[]=mention&types[]=follow") == Types{"mention", "follow"});
    CHECK(world.types("?exclude_types[]=mention") == Types{"reblog", "favourite", "follow"});
    CHECK(world.types("?account_id=" + world.ana.id.str()).empty());
    CHECK(world.types("?limit=1") == Types{"mention"});
    const auto all = world.node.get("/api/v1/notifications", world.ana.token).json;
    CHECK(all[0].contains("status"));
    CHECK_FALSE(all[3].contains("status"));
    CHECK(all[1]["status"]["id"] == world.post);
}

TEST_CASE("doing it twice, or to oneself, notifies once or not at all") {
    World world;
    for (int i = 0; i < 2; ++i)
        world.node.post("/api/v1/statuses/" + world.post + "/favourite", world.bob.token);
    world.node.post("/api/v1/statuses/" + world.post + "/favourite", world.ana.token);
    world.node.posts(world.ana, "To myself @ana");
    CHECK(world.types() == Types{"favourite"});
}

TEST_CASE("a notification is dismissed alone, or all are cleared") {
    World world;
    world.happen();
    const auto first =
        world.node.get("/api/v1/notifications", world.ana.token).json[0]["id"].get<std::string>();
    check_entity(world.node.get("/api/v1/notifications/" + first, world.ana.token), "notification");
    const auto dismissed =
        world.node.post("/api/v1/notifications/" + first + "/dismiss", world.ana.token);
    CHECK(dismissed.status == 200);
    CHECK(dismissed.body == "{}");
    check_error(world.node.get("/api/v1/notifications/" + first, world.ana.token), 404);
    CHECK(world.types() == Types{"reblog", "favourite", "follow"});
    CHECK(world.node.post("/api/v1/notifications/clear", world.ana.token).body == "{}");
    CHECK(world.types().empty());
}

TEST_CASE("nothing comes from people who are blocked or muted") {
    World world;
    SUBCASE("blocked") {
        world.node.post("/api/v1/accounts/" + world.bob.id.str() + "/block", world.ana.token);
    }
    SUBCASE("muted") {
        world.node.post("/api/v1/accounts/" + world.bob.id.str() + "/mute", world.ana.token);
    }
    world.node.posts(world.bob, "Hi @ana");
    CHECK(world.types().empty());
}

TEST_CASE("what was about a post goes with it") {
    World world;
    world.happen();
    world.node.call("DELETE", "/api/v1/statuses/" + world.post, world.ana.token);
    CHECK(world.types() == Types{"mention", "follow"});
}

}  // namespace
}  // namespace outboard::tests
