// SPDX-License-Identifier: Apache-2.0
#include "src/store/polls.hpp"
#include "tests/api/check.hpp"

namespace outboard::tests {
namespace {

using nlohmann::json;

struct World {
    TestNode node;
    Actor ana = node.person("ana");
    Actor bob = node.person("bob");
    Actor eve = node.person("eve");

    Reply asks(json poll, const std::string& visibility = "public") {
        return node.post(
            "/api/v1/statuses",
            ana.token,
            {{"status", "Which?"}, {"visibility", visibility}, {"poll", std::move(poll)}}
        );
    }
    std::string poll(json more = json::object()) {
        json poll = {{"options", {"red", "blue", "green"}}, {"expires_in", 3600}};
        poll.update(more);
        const auto reply = asks(poll);
        check_entity(reply, "status");
        return reply.json["id"];
    }
    Reply vote(const Actor& who, const std::string& id, std::vector<int> choices) {
        return node.post("/api/v1/polls/" + id + "/votes", who.token, {{"choices", choices}});
    }
    json shown(const std::string& id, const std::string& token = {}) {
        const auto reply = node.get("/api/v1/polls/" + id, token);
        check_entity(reply, "poll");
        return reply.json;
    }
};

TEST_CASE("a poll stands on its post, and is sent as a Question") {
    World world;
    const auto reply =
        world.asks({{"options", {"red", "blue"}}, {"expires_in", 600}, {"multiple", true}});
    check_entity(reply, "status");
    const auto poll = reply.json["poll"];
    CHECK(poll["multiple"] == true);
    CHECK(poll["expired"] == false);
    CHECK(poll["votes_count"] == 0);
    CHECK(poll["voters_count"] == 0);
    CHECK(poll["options"][1] == json{{"title", "blue"}, {"votes_count", 0}});
    CHECK(poll["own_votes"] == json::array());
    const auto object = world.node.sent().back()["object"];
    CHECK(object["type"] == "Question");
    CHECK(object["anyOf"][0]["name"] == "red");
    CHECK(object["anyOf"][0]["replies"]["totalItems"] == 0);
    CHECK(object.contains("endTime"));
    const auto open = world.shown(reply.json["id"]);
    CHECK_FALSE(open.contains("voted"));
    // As a form, too (pitfalls.md 1.4).
    const auto form = world.node.post(
        "/api/v1/statuses",
        world.ana.token,
        "status=x&poll%5Boptions%5D%5B%5D=a&poll%5Boptions%5D%5B%5D=b&poll%5Bexpires_in%5D=300"
    );
    check_entity(form, "status");
    CHECK(form.json["poll"]["options"].size() == 2);
    CHECK(form.json["poll"]["multiple"] == false);
}

TEST_CASE("each votes once, on what is there, and not on their own poll") {
    World world;
    const auto id = world.poll();
    check_error(
        world.vote(world.ana, id, {0}), 422, "Validation failed: You cannot vote in your own polls"
    );
    for (const auto& wrong : {std::vector<int>{3}, {-1}, {}}) {
        check_error(
            world.vote(world.bob, id, wrong),
            422,
            "Validation failed: The chosen vote option does not exist"
        );
    }
    check_error(
        world.node.post("/api/v1/polls/" + id + "/votes", world.bob.token, "choices[]=red"), 422
    );
    check_error(world.vote(world.bob, id, {0, 1}), 422);
    const auto voted = world.vote(world.bob, id, {1});
    check_entity(voted, "poll");
    CHECK(voted.json["voted"] == true);
    CHECK(voted.json["own_votes"] == json::array({1}));
    CHECK(voted.json["votes_count"] == 1);
    check_error(
        world.vote(world.bob, id, {2}),
        422,
        "Validation failed: You have already voted on this poll"
    );
    CHECK(
        world.node.post("/api/v1/polls/" + id + "/votes", world.eve.token, "choices=1").status ==
        200
    );
    const auto after = world.shown(id, world.ana.token);
    CHECK(after["options"][1]["votes_count"] == 2);
    CHECK(after["voters_count"] == 2);
    CHECK(world.node.get("/api/v1/statuses/" + id, world.bob.token).json["poll"]["voted"] == true);
}

TEST_CASE("several options may be chosen where the author says so") {
    World world;
    const auto id = world.poll({{"multiple", true}});
    const auto voted = world.vote(world.bob, id, {2, 0, 2});
    check_entity(voted, "poll");
    CHECK(voted.json["own_votes"] == json::array({0, 2}));
    CHECK(voted.json["votes_count"] == 2);
    CHECK(voted.json["voters_count"] == 1);
    check_error(world.vote(world.bob, id, {1}), 422);
}

TEST_CASE("hidden totals are told when the poll is over") {
    World world;
    const auto id = world.poll({{"hide_totals", true}});
    world.vote(world.bob, id, {0});
    auto poll = world.shown(id);
    CHECK(poll["options"][0]["votes_count"].is_null());
    CHECK(poll["votes_count"] == 1);
    world.node.clock.advance(std::chrono::hours(1));
    poll = world.shown(id);
    CHECK(poll["expired"] == true);
    CHECK(poll["options"][0]["votes_count"] == 1);
    check_error(
        world.vote(world.eve, id, {0}), 422, "Validation failed: The poll has already ended"
    );
}

TEST_CASE("polls that cannot be are refused, and nothing is posted") {
    World world;
    const auto refused = [&](json poll) { check_error(world.asks(std::move(poll)), 422); };
    refused({{"options", {"only"}}, {"expires_in", 600}});
    refused({{"options", {"a", "b", "c", "d", "e"}}, {"expires_in", 600}});
    refused({{"options", {"a", "a"}}, {"expires_in", 600}});
    refused({{"options", {"a", ""}}, {"expires_in", 600}});
    refused({{"options", {"a", std::string(51, 'x')}}, {"expires_in", 600}});
    refused({{"options", {"a", "b"}}});
    refused({{"options", {"a", "b"}}, {"expires_in", 299}});
    refused({{"options", {"a", "b"}}, {"expires_in", 9'000'000'000'000'000'000}});
    CHECK(world.node.sent().empty());
    CHECK(world.asks(nullptr).status == 200);
    CHECK(world.asks({{"options", json::array()}}).json["poll"].is_null());
}

TEST_CASE("an edit keeps the votes unless it asks something else") {
    World world;
    const auto id = world.poll();
    world.vote(world.bob, id, {0});
    const auto edit = [&](json changes) {
        const auto reply =
            world.node.call("PUT", "/api/v1/statuses/" + id, world.ana.token, std::move(changes));
        check_entity(reply, "status");
        return reply.json["poll"];
    };
    CHECK(edit({{"status", "Which one?"}})["votes_count"] == 1);
    const json same = {{"options", {"red", "blue", "green"}}, {"expires_in", 7200}};
    CHECK(edit({{"status", "Which one?"}, {"poll", same}})["votes_count"] == 1);
    const json other = {{"options", {"red", "white"}}, {"expires_in", 7200}};
    const auto poll = edit({{"status", "Which one?"}, {"poll", other}});
    CHECK(poll["votes_count"] == 0);
    CHECK(poll["options"].size() == 2);
    CHECK(world.vote(world.bob, id, {1}).status == 200);
}

TEST_CASE("a deleted poll is gone with its votes, and its text comes back") {
    World world;
    const auto id = world.poll();
    world.vote(world.bob, id, {0});
    const auto gone = world.node.call("DELETE", "/api/v1/statuses/" + id, world.ana.token);
    check_entity(gone, "status");
    CHECK(gone.json["text"] == "Which?");
    CHECK(gone.json["poll"]["options"].size() == 3);
    check_error(world.node.get("/api/v1/polls/" + id, world.bob.token), 404);
    check_error(world.vote(world.eve, id, {0}), 404);
    CHECK_FALSE(world.node.db().read([&](store::Reader& db) {
        return store::polls::find(db, StatusId{std::stoll(id)}).has_value();
    }));
}

TEST_CASE("a post without a poll has none to show or to vote on") {
    World world;
    const auto id = world.node.posts(world.ana, "Plain");
    check_error(world.node.get("/api/v1/polls/" + id, world.bob.token), 404);
    check_error(world.vote(world.bob, id, {0}), 404);
}

}  // namespace
}  // namespace outboard::tests
