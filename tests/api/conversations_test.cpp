// SPDX-License-Identifier: Apache-2.0
#include "src/store/statuses.hpp"
#include "tests/api/check.hpp"

namespace outboard::tests {
namespace {

using nlohmann::json;

struct World {
    TestNode node;
    Actor ana = node.person("ana");
    Actor bob = node.person("bob");
    Actor eve = node.person("eve");

    std::string says(const Actor& who, const std::string& text, const std::string& to = {}) {
        node.clock.advance(std::chrono::seconds(1));
        json draft = {{"status", text}, {"visibility", "direct"}};
        if (!to.empty()) draft["in_reply_to_id"] = to;
        const auto reply = node.post("/api/v1/statuses", who.token, draft);
        REQUIRE(reply.status == 200);
        return reply.json["id"];
    }
    json talks(const Actor& who) {
        const auto reply = node.get("/api/v1/conversations", who.token);
        check_entity(reply, "conversation");
        return reply.json;
    }
};

std::vector<std::string> names(const json& conversation) {
    std::vector<std::string> found;
    for (const auto& account : conversation["accounts"]) found.push_back(account["acct"]);
    return found;
}

TEST_CASE("direct posts of one thread are one conversation of each who takes part") {
    World world;
    const auto first = world.says(world.bob, "@ana shall we?");
    auto mine = world.talks(world.ana);
    REQUIRE(mine.size() == 1);
    CHECK(mine[0]["unread"] == true);
    CHECK(mine[0]["last_status"]["id"] == first);
    CHECK(names(mine[0]) == std::vector<std::string>{"bob"});
    CHECK(world.talks(world.bob)[0]["unread"] == false);
    CHECK(names(world.talks(world.bob)[0]) == std::vector<std::string>{"ana"});
    CHECK(world.talks(world.eve).empty());

    const auto answer = world.says(world.ana, "@bob yes", first);
    mine = world.talks(world.ana);
    REQUIRE(mine.size() == 1);
    CHECK(mine[0]["unread"] == false);
    CHECK(mine[0]["last_status"]["id"] == answer);
    CHECK(world.talks(world.bob)[0]["unread"] == true);

    world.says(world.eve, "@ana psst");
    CHECK(world.talks(world.ana).size() == 2);
    CHECK(names(world.talks(world.ana)[0]) == std::vector<std::string>{"eve"});
    world.node.posts(world.bob, "@ana for everybody");
    CHECK(world.talks(world.ana).size() == 2);
}

TEST_CASE("a conversation is read and removed by its own account, for itself") {
    World world;
    const auto first = world.says(world.bob, "@ana hello");
    const auto id = world.talks(world.ana)[0]["id"].get<std::string>();
    const auto path = "/api/v1/conversations/" + id;
    check_error(world.node.post(path + "/read", world.bob.token), 404, "Record not found");
    check_error(world.node.call("DELETE", path, world.bob.token), 404, "Record not found");
    const auto read = world.node.post(path + "/read", world.ana.token);
    check_entity(read, "conversation");
    CHECK(read.json["unread"] == false);
    CHECK(world.node.call("DELETE", path, world.ana.token).body == "{}");
    CHECK(world.talks(world.ana).empty());
    CHECK(world.talks(world.bob).size() == 1);
    world.says(world.bob, "@ana still there?", first);
    CHECK(world.talks(world.ana).size() == 1);
}

TEST_CASE("what is deleted is no longer the last word, and the last deletion ends it") {
    World world;
    const auto first = world.says(world.bob, "@ana one");
    const auto second = world.says(world.ana, "@bob two", first);
    world.node.call("DELETE", "/api/v1/statuses/" + second, world.ana.token);
    CHECK(world.talks(world.bob)[0]["last_status"]["id"] == first);
    world.node.call("DELETE", "/api/v1/statuses/" + first, world.bob.token);
    CHECK(world.talks(world.bob).empty());
    CHECK(world.talks(world.ana).empty());
}

TEST_CASE("whom an edit names joins the conversation and is told once, whom it drops leaves it") {
    World world;
    const auto id = world.says(world.bob, "@ana shall we?");
    const auto edits = [&](const std::string& text) {
        world.node.clock.advance(std::chrono::seconds(1));
        const auto reply =
            world.node.call("PUT", "/api/v1/statuses/" + id, world.bob.token, {{"status", text}});
        check_entity(reply, "status");
    };
    const auto reads = [&](const Actor& who) {
        return world.node.get("/api/v1/statuses/" + id, who.token).status;
    };
    const auto told = [&](const Actor& who) {
        return world.node.get("/api/v1/notifications", who.token).json.size();
    };
    check_error(world.node.get("/api/v1/statuses/" + id, world.eve.token), 404);
    world.node.post(
        "/api/v1/conversations/" + world.talks(world.ana)[0]["id"].get<std::string>() + "/read",
        world.ana.token
    );

    edits("@ana @eve shall we?");
    CHECK(reads(world.eve) == 200);
    CHECK(told(world.eve) == 1);
    CHECK(world.talks(world.eve)[0]["unread"] == true);
    CHECK(world.talks(world.ana)[0]["unread"] == false);
    CHECK(told(world.ana) == 1);
    edits("@ana @eve shall we now?");
    CHECK(told(world.eve) == 1);

    edits("@eve shall we two?");
    CHECK(reads(world.ana) == 404);
    CHECK(told(world.ana) == 0);
    CHECK(world.talks(world.ana).empty());
    CHECK(reads(world.eve) == 200);
    CHECK(reads(world.bob) == 200);
    CHECK(world.talks(world.bob).size() == 1);
    CHECK(names(world.talks(world.bob)[0]) == std::vector<std::string>{"eve"});
}

TEST_CASE("conversations page by their last posts, and a blocked author's are not shown") {
    World world;
    world.says(world.bob, "@ana one");
    world.says(world.eve, "@ana two");
    const auto page = world.node.get("/api/v1/conversations/?limit=1", world.ana.token);
    check_entity(page, "conversation");
    CHECK(names(page.json[0]) == std::vector<std::string>{"eve"});
    CHECK(page.header("link").find("max_id=") != std::string::npos);
    world.node.post("/api/v1/accounts/" + world.eve.id.str() + "/block", world.ana.token);
    CHECK(world.talks(world.ana).size() == 1);
}

TEST_CASE("answers that come before what they answer join its conversation") {
    World world;
    const auto far = world.node.remote("far", "far.example");
    const auto message = [&](const std::string& name, const std::string& parent) {
        world.node.clock.advance(std::chrono::seconds(1));
        store::statuses::NewStatus fresh;
        auto& status = fresh.status;
        status.uri = far.uri + "/statuses/" + name;
        status.account = far.id;
        status.visibility = Visibility::Direct;
        status.created_at = status.received_at = world.node.clock.now();
        if (!parent.empty()) status.reply_to_uri = far.uri + "/statuses/" + parent;
        fresh.audience = {{AudienceKind::Actor, world.ana.id}};
        fresh.mentions = {world.ana.id};
        REQUIRE(world.node.db().write([&](store::Writer& tx) { store::statuses::insert(tx, fresh); }
        ));
    };
    message("2", "1");
    message("3", "1");
    CHECK(world.talks(world.ana).size() == 2);
    message("1", "");
    CHECK(world.talks(world.ana).size() == 1);
}

}  // namespace
}  // namespace outboard::tests
