// SPDX-License-Identifier: Apache-2.0
#include "src/services/tags.hpp"
#include "tests/api/check.hpp"

namespace outboard::tests {
namespace {

using Ids = std::vector<std::string>;

struct World {
    TestNode node;
    Actor ana = node.person("ana");
    Actor bob = node.person("bob");

    Ids home(const Actor& who) {
        Ids found;
        for (const auto& status : node.get("/api/v1/timelines/home", who.token).json) {
            found.push_back(status["id"]);
        }
        return found;
    }
    Reply follow(const std::string& name) {
        return node.post("/api/v1/tags/" + name + "/follow", ana.token);
    }
};

TEST_CASE("public posts with a followed tag come home, and others do not") {
    World world;
    auto& node = world.node;
    const auto before = node.posts(world.bob, "Earlier #pumps");
    const auto followed = world.follow("Pumps");
    check_entity(followed, "tag");
    CHECK(followed.json["following"] == true);
    CHECK(followed.json["name"] == "pumps");
    const auto open = node.posts(world.bob, "About #PUMPS and #valves");
    node.posts(world.bob, "Not listed #pumps", "unlisted");
    node.posts(world.bob, "For followers #pumps", "private");
    node.posts(world.bob, "Something else #valves");
    CHECK(world.home(world.ana) == Ids{open});
    CHECK(world.home(world.bob).size() == 5);

    SUBCASE("those of muted people stay away") {
        node.post("/api/v1/accounts/" + world.bob.id.str() + "/mute", world.ana.token);
        CHECK(world.home(world.ana).empty());
    }
    SUBCASE("until it is no longer followed") {
        const auto left = node.post("/api/v1/tags/pumps/unfollow", world.ana.token);
        check_entity(left, "tag");
        CHECK(left.json["following"] == false);
        CHECK(world.home(world.ana).empty());
        node.posts(world.bob, "Later #pumps");
        CHECK(world.home(world.ana).empty());
    }
    SUBCASE("but posts of people followed stay when the tag goes") {
        node.post("/api/v1/accounts/" + world.bob.id.str() + "/follow", world.ana.token);
        const auto count = world.home(world.ana).size();
        node.post("/api/v1/tags/pumps/unfollow", world.ana.token);
        CHECK(world.home(world.ana).size() == count);
    }
    CHECK(before != open);
}

TEST_CASE("followed tags are listed to their follower and page") {
    World world;
    for (const std::string name : {"one", "two", "three"}) {
        CHECK(world.follow(name).status == 200);
        CHECK(world.follow(name).status == 200);
    }
    const auto all = world.node.get("/api/v1/followed_tags", world.ana.token);
    check_entity(all, "tag");
    REQUIRE(all.json.size() == 3);
    CHECK(all.json[0]["name"] == "three");
    CHECK(all.json[0]["following"] == true);
    CHECK(world.node.get("/api/v1/followed_tags", world.bob.token).json.empty());
    const auto page = world.node.get("/api/v1/followed_tags?limit=2", world.ana.token);
    CHECK(page.json.size() == 2);
    CHECK(page.header("link").find("max_id=") != std::string::npos);
}

TEST_CASE("a tag has an entity whether or not anybody used it; what is no tag has none") {
    World world;
    const auto open = world.node.get("/api/v1/tags/caf%C3%A9");
    check_entity(open, "tag");
    CHECK(open.json["name"] == "caf\u00e9");
    CHECK_FALSE(open.json.contains("following"));
    CHECK(world.node.get("/api/v1/tags/pumps", world.bob.token).json["following"] == false);
    for (const std::string wrong : {"a%20b", "123", "%3Cb%3E", "a,b"}) {
        CAPTURE(wrong);
        check_error(world.node.get("/api/v1/tags/" + wrong), 404);
        check_error(world.follow(wrong), 404);
    }
}

TEST_CASE("nobody follows tags without end") {
    World world;
    for (std::size_t i = 0; i < limits::kFollowedTags; ++i) {
        const auto tag = "tag" + std::to_string(i);
        REQUIRE(services::follow_tag(world.node.app(), world.ana.id, tag));
    }
    check_error(world.follow("onemore"), 422);
}

}  // namespace
}  // namespace outboard::tests
