// SPDX-License-Identifier: Apache-2.0
#include "src/store/follows.hpp"
#include "tests/api/check.hpp"

namespace outboard::tests {
namespace {

using nlohmann::json;

struct World {
    TestNode node;
    Actor ana = node.person("ana");
    Actor bob = node.person("bob");
    Actor eve = node.person("eve", /*locked=*/true);
    Actor far = node.remote("far", "far.example");

    json act(const Actor& who, const std::string& verb, const Actor& whom, json body = nullptr) {
        const auto reply =
            node.post("/api/v1/accounts/" + whom.id.str() + "/" + verb, who.token, std::move(body));
        check_entity(reply, "relationship");
        return reply.json;
    }
    json relation(const Actor& who, const Actor& whom) {
        const auto reply =
            node.get("/api/v1/accounts/relationships?id=" + whom.id.str(), who.token);
        check_entity(reply, "relationship");
        return reply.json.at(0);
    }
    void accepts(const Actor& remote, const Actor& local) {
        REQUIRE(node.db().write([&](store::Writer& tx) {
            store::follows::set_accepted(tx, local.id, remote.id);
        }));
    }
    void follows_us(const Actor& remote, const Actor& local, bool accepted) {
        store::follows::FollowRow row;
        row.account = remote.id;
        row.target = local.id;
        row.accepted = accepted;
        row.uri = remote.uri + "#follows/1";
        row.created_at = node.clock.now();
        REQUIRE(node.db().write([&](store::Writer& tx) {
            row.id = {tx.next_id()};
            store::follows::put(tx, row);
            store::notifications::add(tx, local.id, remote.id, "follow_request", std::nullopt);
        }));
    }
};

TEST_CASE("an unlocked local account is followed at once, and its posts come home") {
    World world;
    const auto before = world.node.posts(world.bob, "Before");
    CHECK(world.act(world.ana, "follow", world.bob)["following"] == true);
    CHECK(world.relation(world.bob, world.ana)["followed_by"] == true);
    CHECK(world.node.get("/api/v1/notifications", world.bob.token).json[0]["type"] == "follow");
    const auto after = world.node.posts(world.bob, "After");
    const auto home = world.node.get("/api/v1/timelines/home", world.ana.token).json;
    REQUIRE(home.size() == 2);
    CHECK(home[0]["id"] == after);
    CHECK(home[1]["id"] == before);
    CHECK(world.node.outbox().size() == 2);  // two posts, and nothing for the follow
    CHECK(world.node.get("/api/v1/accounts/" + world.bob.id.str()).json["followers_count"] == 1);

    CHECK(world.act(world.ana, "unfollow", world.bob)["following"] == false);
    CHECK(world.node.get("/api/v1/timelines/home", world.ana.token).json.empty());
    CHECK(world.node.get("/api/v1/accounts/" + world.bob.id.str()).json["followers_count"] == 0);
}

TEST_CASE("familiar followers are those one follows oneself") {
    World world;
    world.act(world.eve, "follow", world.bob);
    const auto ask = [&](const Actor& who) {
        const auto reply = world.node.get(
            "/api/v1/accounts/familiar_followers?id[]=" + world.bob.id.str() + "&id[]=1", who.token
        );
        check_entity(reply, "familiar_followers");
        REQUIRE(reply.json.size() == 1);
        return reply.json[0]["accounts"];
    };
    CHECK(ask(world.ana).empty());
    world.act(world.ana, "follow", world.eve);
    CHECK(ask(world.ana).empty());  // asked, not answered
    world.accepts(world.eve, world.ana);
    REQUIRE(ask(world.ana).size() == 1);
    CHECK(ask(world.ana)[0]["acct"] == "eve");
    CHECK(ask(world.bob).empty());
}

TEST_CASE("who wants to be told of each post is told, and of answers to others not") {
    World world;
    const json told = {{"notify", true}};
    CHECK(world.act(world.ana, "follow", world.bob, told)["notifying"] == true);
    const auto post = world.node.posts(world.bob, "News");
    const auto own = world.node.posts(world.eve, "Question");
    for (const auto& [parent, text] : {std::pair(post, "More"), std::pair(own, "Answer")}) {
        world.node.clock.advance(std::chrono::seconds(1));
        world.node.post(
            "/api/v1/statuses", world.bob.token, {{"status", text}, {"in_reply_to_id", parent}}
        );
    }
    world.node.posts(world.bob, "Psst @eve", "direct");
    const auto list = world.node.get("/api/v1/notifications?types[]=status", world.ana.token);
    check_entity(list, "notification");
    REQUIRE(list.json.size() == 2);
    CHECK(list.json[1]["status"]["id"] == post);
    world.act(world.ana, "follow", world.bob, {{"notify", false}});
    world.node.posts(world.bob, "More news");
    CHECK(world.node.get("/api/v1/notifications?types[]=status", world.ana.token).json.size() == 2);
}

TEST_CASE("a locked account is asked, and answers") {
    World world;
    const auto asked = world.act(world.ana, "follow", world.eve);
    CHECK(asked["requested"] == true);
    CHECK(asked["following"] == false);
    CHECK(world.relation(world.eve, world.ana)["requested_by"] == true);
    const auto requests = world.node.get("/api/v1/follow_requests", world.eve.token);
    check_entity(requests, "account");
    CHECK(requests.json[0]["acct"] == "ana");
    const auto answer = [&](const std::string& verb) {
        const auto reply = world.node.post(
            "/api/v1/follow_requests/" + world.ana.id.str() + "/" + verb, world.eve.token
        );
        check_entity(reply, "relationship");
        return reply.json;
    };
    SUBCASE("yes") {
        CHECK(answer("authorize")["followed_by"] == true);
        CHECK(world.relation(world.ana, world.eve)["following"] == true);
        CHECK(world.node.get("/api/v1/notifications", world.eve.token).json[0]["type"] == "follow");
        // Another app of hers still shows the request: a late "no" ends no follow.
        const auto request = "/api/v1/follow_requests/" + world.ana.id.str() + "/reject";
        check_error(world.node.post(request, world.eve.token), 404);
        CHECK(world.relation(world.ana, world.eve)["following"] == true);
        CHECK(world.act(world.eve, "remove_from_followers", world.ana)["followed_by"] == false);
    }
    SUBCASE("no") {
        CHECK(answer("reject")["requested_by"] == false);
        CHECK(world.relation(world.ana, world.eve)["requested"] == false);
    }
    CHECK(world.node.get("/api/v1/follow_requests", world.eve.token).json.empty());
    check_error(
        world.node.post(
            "/api/v1/follow_requests/" + world.bob.id.str() + "/authorize", world.eve.token
        ),
        404
    );
}

TEST_CASE("a remote account is asked by Follow and stays requested until it accepts") {
    World world;
    CHECK(world.act(world.ana, "follow", world.far)["requested"] == true);
    CHECK(world.act(world.ana, "follow", world.far)["requested"] == true);
    auto sent = world.node.sent();
    REQUIRE(sent.size() == 1);
    const auto follow = sent[0];
    CHECK(follow["type"] == "Follow");
    CHECK(follow["object"] == world.far.uri);
    CHECK(world.node.outbox()[0].to_accounts == std::vector<AccountId>{world.far.id});
    world.accepts(world.far, world.ana);
    CHECK(world.relation(world.ana, world.far)["following"] == true);
    world.act(world.ana, "unfollow", world.far);
    sent = world.node.sent();
    REQUIRE(sent.size() == 2);
    CHECK(sent[1]["type"] == "Undo");
    CHECK(sent[1]["object"]["type"] == "Follow");
    CHECK(sent[1]["object"]["id"] == follow["id"]);
}

TEST_CASE("a remote request is answered with the Follow inside") {
    World world;
    world.follows_us(world.far, world.eve, /*accepted=*/false);
    const auto target = "/api/v1/follow_requests/" + world.far.id.str();
    std::string type;
    SUBCASE("Accept") {
        check_entity(world.node.post(target + "/authorize", world.eve.token), "relationship");
        type = "Accept";
    }
    SUBCASE("Reject") {
        check_entity(world.node.post(target + "/reject", world.eve.token), "relationship");
        type = "Reject";
    }
    const auto sent = world.node.sent();
    REQUIRE(sent.size() == 1);
    CHECK(sent[0]["type"] == type);
    CHECK(sent[0]["actor"] == world.eve.uri);
    CHECK(sent[0]["object"]["id"] == world.far.uri + "#follows/1");
    CHECK(sent[0]["object"]["actor"] == world.far.uri);
    CHECK(world.node.outbox()[0].to_accounts == std::vector<AccountId>{world.far.id});
}

TEST_CASE("following again changes what is shown, and sends nothing") {
    World world;
    world.act(world.ana, "follow", world.far);
    const auto changed =
        world.act(world.ana, "follow", world.far, {{"reblogs", false}, {"notify", true}});
    CHECK(changed["showing_reblogs"] == false);
    CHECK(changed["notifying"] == true);
    CHECK(world.node.sent().size() == 1);
}

TEST_CASE("nobody follows themselves, across a block, or somebody who is not there") {
    World world;
    const auto follow = [&](const Actor& who, const std::string& id) {
        return world.node.post("/api/v1/accounts/" + id + "/follow", who.token);
    };
    check_error(follow(world.ana, world.ana.id.str()), 403);
    check_error(follow(world.ana, "1"), 404, "Record not found");
    world.act(world.bob, "block", world.ana);
    check_error(follow(world.ana, world.bob.id.str()), 403);
    check_error(follow(world.bob, world.ana.id.str()), 403);
}

TEST_CASE("a block ends follows both ways, hides both from each other, and is told to a remote node"
) {
    World world;
    world.act(world.ana, "follow", world.bob);
    world.act(world.bob, "follow", world.ana);
    const auto post = world.node.posts(world.bob, "Hello");
    const auto blocked = world.act(world.ana, "block", world.bob);
    CHECK(blocked["blocking"] == true);
    CHECK(blocked["following"] == false);
    CHECK(blocked["followed_by"] == false);
    CHECK(world.relation(world.bob, world.ana)["blocked_by"] == true);
    check_error(world.node.get("/api/v1/statuses/" + post, world.ana.token), 404);
    const auto own = world.node.posts(world.ana, "Mine");
    check_error(world.node.get("/api/v1/statuses/" + own, world.bob.token), 404);
    CHECK(world.act(world.ana, "unblock", world.bob)["blocking"] == false);

    world.act(world.ana, "follow", world.far);
    world.follows_us(world.far, world.ana, /*accepted=*/true);
    const auto before = world.node.sent().size();
    world.act(world.ana, "block", world.far);
    auto sent = world.node.sent();
    std::vector<std::string> types;
    for (auto i = before; i < sent.size(); ++i) types.push_back(sent[i]["type"]);
    CHECK(types == std::vector<std::string>{"Undo", "Reject", "Block"});
    world.act(world.ana, "unblock", world.far);
    const auto undo = world.node.sent().back();
    CHECK(undo["type"] == "Undo");
    CHECK(undo["object"]["id"] == sent.back()["id"]);
}

TEST_CASE("a mute hides here, ends when it was to end, and is told to nobody") {
    World world;
    world.act(world.ana, "follow", world.bob);
    world.node.posts(world.bob, "Loud");
    const auto muted = world.act(world.ana, "mute", world.bob, {{"duration", 3600}});
    CHECK(muted["muting"] == true);
    CHECK(muted["muting_notifications"] == true);
    CHECK(world.node.get("/api/v1/timelines/home", world.ana.token).json.empty());
    world.node.clock.advance(std::chrono::hours(2));
    CHECK(world.relation(world.ana, world.bob)["muting"] == false);
    CHECK(world.node.get("/api/v1/timelines/home", world.ana.token).json.size() == 1);
    world.act(world.ana, "mute", world.bob, {{"notifications", false}});
    CHECK(world.relation(world.ana, world.bob)["muting_notifications"] == false);
    CHECK(world.act(world.ana, "unmute", world.bob)["muting"] == false);
    CHECK(world.node.sent().size() == 1);
}

TEST_CASE("relationships come in the order asked, without unknown ids") {
    World world;
    const auto reply = world.node.get(
        "/api/v1/accounts/relationships?id[]=" + world.far.id.str() +
            "&id[]=1&id[]=" + world.bob.id.str(),
        world.ana.token
    );
    check_entity(reply, "relationship");
    REQUIRE(reply.json.size() == 2);
    CHECK(reply.json[0]["id"] == world.far.id.str());
    CHECK(reply.json[1]["id"] == world.bob.id.str());
}

TEST_CASE("followers and following are paged by cursors of their own") {
    World world;
    std::vector<Actor> fans;
    for (int i = 0; i < 3; ++i) {
        fans.push_back(world.node.person("fan" + std::to_string(i)));
        world.act(fans.back(), "follow", world.bob);
        world.node.clock.advance(std::chrono::seconds(1));
    }
    const auto base = "/api/v1/accounts/" + world.bob.id.str() + "/followers";
    const auto first = world.node.get(base + "?limit=2");
    check_entity(first, "account");
    REQUIRE(first.json.size() == 2);
    CHECK(first.json[0]["acct"] == "fan2");
    const auto link = first.header("link");
    REQUIRE(link.starts_with("<https://home.example" + base + "?limit=2&max_id="));
    const auto next = link.substr(link.find("/api"), link.find('>') - link.find("/api"));
    const auto second = world.node.get(next);
    REQUIRE(second.json.size() == 1);
    CHECK(second.json[0]["acct"] == "fan0");
    CHECK(
        world.node.get("/api/v1/accounts/" + fans[0].id.str() + "/following").json[0]["acct"] ==
        "bob"
    );
}

}  // namespace
}  // namespace outboard::tests
