// SPDX-License-Identifier: Apache-2.0
#include "src/services/blocks.hpp"
#include "src/store/follows.hpp"
#include "tests/api/check.hpp"

// What an account keeps for itself: bookmarks, favourites, pins, blocks, mutes, notes, markers.

namespace outboard::tests {
namespace {

using nlohmann::json;
using Ids = std::vector<std::string>;

struct World {
    TestNode node;
    Actor ana = node.person("ana");
    Actor bob = node.person("bob");
    Actor eve = node.person("eve");

    void act(const std::string& target, json body = nullptr) {
        const auto reply = node.post(target, ana.token, std::move(body));
        INFO(target << ": " << reply.body);
        REQUIRE(reply.status == 200);
        node.clock.advance(std::chrono::seconds(1));
    }
    Ids ids(const std::string& target) {
        const auto reply = node.get(target, ana.token);
        REQUIRE(reply.status == 200);
        Ids found;
        for (const auto& item : reply.json) found.push_back(item["id"]);
        return found;
    }
    std::vector<std::string> types(const Actor& who) {
        std::vector<std::string> found;
        for (const auto& item : node.get("/api/v1/notifications", who.token).json) {
            found.push_back(item["type"]);
        }
        return found;
    }
};

/// Path and query of the link that has `rel`; "" when there is none.
std::string link_of(const Reply& reply, const std::string& rel) {
    const auto header = reply.header("link");
    const auto at = header.find("; rel=\"" + rel + "\"");
    if (at == std::string::npos) return {};
    const auto start = header.rfind('<', at);
    const auto link = header.substr(start + 1, at - start - 2);
    return link.substr(link.find("/api"));
}

TEST_CASE("bookmarks and favourites come in the order they were made, and page by their own cursors"
) {
    World world;
    const auto one = world.node.posts(world.bob, "one");
    const auto two = world.node.posts(world.bob, "two");
    const auto three = world.node.posts(world.bob, "three");
    for (const std::string verb : {"bookmark", "favourite"}) {
        CAPTURE(verb);
        const auto list = "/api/v1/" + verb + "s";
        for (const auto& id : {three, one, two}) world.act("/api/v1/statuses/" + id + "/" + verb);
        CHECK(world.ids(list) == Ids{two, one, three});
        const auto page = world.node.get(list + "?limit=2", world.ana.token);
        check_entity(page, "status");
        CHECK(page.json.size() == 2);
        const auto next = world.node.get(link_of(page, "next"), world.ana.token);
        REQUIRE(next.json.size() == 1);
        CHECK(next.json[0]["id"] == three);
        CHECK(link_of(next, "next").empty());
        CHECK(world.ids(link_of(next, "prev")) == Ids{two, one});
        CHECK(world.node.get(list, world.bob.token).json.empty());
        world.act("/api/v1/statuses/" + one + "/un" + verb);
        CHECK(world.ids(list) == Ids{two, three});
    }
    world.node.call("DELETE", "/api/v1/statuses/" + two, world.bob.token);
    CHECK(world.ids("/api/v1/bookmarks") == Ids{three});
    CHECK(world.ids("/api/v1/favourites") == Ids{three});
}

TEST_CASE("a mute that ends says when, and is over then") {
    World world;
    world.act("/api/v1/accounts/" + world.bob.id.str() + "/mute", {{"duration", 3600}});
    world.act("/api/v1/accounts/" + world.eve.id.str() + "/mute");
    const auto mutes = world.node.get("/api/v1/mutes", world.ana.token);
    check_entity(mutes, "muted_account");
    REQUIRE(mutes.json.size() == 2);
    CHECK(mutes.json[0]["acct"] == "eve");
    CHECK(mutes.json[0]["mute_expires_at"].is_null());
    CHECK(mutes.json[1]["mute_expires_at"].is_string());
    const auto relation = "/api/v1/accounts/relationships?id=" + world.bob.id.str();
    CHECK(world.node.get(relation, world.ana.token).json[0]["muting_expires_at"].is_string());
    world.node.clock.advance(std::chrono::hours(1));
    CHECK(world.ids("/api/v1/mutes") == Ids{world.eve.id.str()});
    CHECK(world.node.get(relation, world.ana.token).json[0]["muting"] == false);
    CHECK(world.node.get("/api/v1/mutes", world.bob.token).json.empty());
}

TEST_CASE("blocks are listed to who made them, newest first") {
    World world;
    world.act("/api/v1/accounts/" + world.bob.id.str() + "/block");
    world.act("/api/v1/accounts/" + world.eve.id.str() + "/block");
    CHECK(world.ids("/api/v1/blocks") == Ids{world.eve.id.str(), world.bob.id.str()});
    const auto page = world.node.get("/api/v1/blocks?limit=1", world.ana.token);
    CHECK(world.ids(link_of(page, "next")) == Ids{world.bob.id.str()});
    CHECK(world.node.get("/api/v1/blocks", world.bob.token).json.empty());
    world.act("/api/v1/accounts/" + world.bob.id.str() + "/unblock");
    CHECK(world.ids("/api/v1/blocks") == Ids{world.eve.id.str()});
}

TEST_CASE("a blocked domain is gone from sight, and follows with it end") {
    World world;
    const auto far = world.node.remote("far", "loud.example");
    const auto near = world.node.remote("near", "calm.example");
    const auto relation = [&](const Actor& who) {
        return world.node.get("/api/v1/accounts/relationships?id=" + who.id.str(), world.ana.token)
            .json.at(0);
    };
    for (const auto& other : {far, near}) {
        world.act("/api/v1/accounts/" + other.id.str() + "/follow");
        REQUIRE(world.node.db().write([&](store::Writer& tx) {
            store::follows::set_accepted(tx, world.ana.id, other.id);
            store::follows::FollowRow row;
            row.account = other.id;
            row.target = world.ana.id;
            row.accepted = true;
            store::follows::put(tx, row);
        }));
    }
    const auto notify = [&](const Actor& from) {
        REQUIRE(world.node.db().write([&](store::Writer& tx) {
            store::notifications::add(tx, world.ana.id, from.id, "follow", std::nullopt);
        }));
    };
    notify(far);
    CHECK(world.types(world.ana).size() == 1);
    for (const auto* domain : {"loud.example", "LOUD.example", "other.example"}) {
        world.act("/api/v1/domain_blocks", {{"domain", domain}});
    }
    CHECK(
        world.node.get("/api/v1/domain_blocks", world.ana.token).json ==
        json::array({"other.example", "loud.example"})
    );
    CHECK(world.node.get("/api/v1/domain_blocks", world.bob.token).json.empty());
    CHECK(relation(far)["domain_blocking"] == true);
    CHECK(relation(near)["domain_blocking"] == false);
    CHECK(world.types(world.ana).empty());
    notify(near);
    CHECK(world.types(world.ana).size() == 1);

    const auto parted = services::part_from_domain(world.node.app(), world.ana.id, "loud.example");
    REQUIRE(parted);
    CHECK_FALSE(*parted);
    CHECK(relation(far)["following"] == false);
    CHECK(relation(far)["followed_by"] == false);
    CHECK(relation(near)["following"] == true);
    const auto sent = world.node.sent();
    CHECK(sent[sent.size() - 2]["type"] == "Undo");
    CHECK(sent.back()["type"] == "Reject");

    // As forms and in the query too (pitfalls.md 1.6).
    CHECK(
        world.node.call("DELETE", "/api/v1/domain_blocks", world.ana.token, "domain=loud.example")
            .body == "{}"
    );
    CHECK(
        world.node.call("DELETE", "/api/v1/domain_blocks?domain=other.example", world.ana.token)
            .body == "{}"
    );
    CHECK(world.node.get("/api/v1/domain_blocks", world.ana.token).json.empty());
    CHECK(relation(far)["domain_blocking"] == false);
    for (const auto* wrong : {"", "home.example", "no domain", "a.example/path"}) {
        CAPTURE(wrong);
        check_error(
            world.node.post("/api/v1/domain_blocks", world.ana.token, {{"domain", wrong}}), 422
        );
    }
}

TEST_CASE("a pinned post is announced to the followers as part of the featured collection") {
    World world;
    const auto open = world.node.posts(world.ana, "My best");
    const auto closed = world.node.posts(world.ana, "For us", "private");
    const auto before = world.node.sent().size();
    world.act("/api/v1/statuses/" + open + "/pin");
    world.act("/api/v1/statuses/" + open + "/pin");
    world.act("/api/v1/statuses/" + closed + "/pin");
    world.act("/api/v1/statuses/" + open + "/unpin");
    const auto sent = world.node.sent();
    REQUIRE(sent.size() == before + 2);
    const auto& add = sent[before];
    CHECK(add["type"] == "Add");
    CHECK(add["object"] == world.ana.uri + "/statuses/" + open);
    CHECK(add["target"] == world.ana.uri + "/collections/featured");
    CHECK(add.contains("proof"));
    CHECK(world.node.outbox()[before].to_followers);
    CHECK(sent[before + 1]["type"] == "Remove");
    CHECK(sent[before + 1]["target"] == add["target"]);
}

TEST_CASE("a muted thread tells nothing more, and says that it is muted") {
    World world;
    const auto post = world.node.posts(world.ana, "Long story");
    const auto answer = [&](const std::string& text) {
        return world.node
            .post("/api/v1/statuses", world.bob.token, {{"status", text}, {"in_reply_to_id", post}})
            .json["id"]
            .get<std::string>();
    };
    answer("@ana first");
    CHECK(world.types(world.ana).size() == 1);
    world.act("/api/v1/statuses/" + post + "/mute");
    const auto second = answer("@ana second");
    CHECK(world.types(world.ana).size() == 1);
    CHECK(world.node.get("/api/v1/statuses/" + second, world.ana.token).json["muted"] == true);
    CHECK(world.node.get("/api/v1/statuses/" + second, world.bob.token).json["muted"] == false);
    world.act("/api/v1/statuses/" + second + "/unmute");
    answer("@ana third");
    CHECK(world.types(world.ana).size() == 2);
}

TEST_CASE("a note about somebody is the writer's alone") {
    World world;
    const auto path = "/api/v1/accounts/" + world.bob.id.str() + "/note";
    const auto relation = "/api/v1/accounts/relationships?id=" + world.bob.id.str();
    world.act(path, {{"comment", "Met at the fair"}});
    CHECK(world.node.get(relation, world.ana.token).json[0]["note"] == "Met at the fair");
    CHECK(world.node.get(relation, world.eve.token).json[0]["note"] == "");
    world.act(path, {{"comment", ""}});
    CHECK(world.node.get(relation, world.ana.token).json[0]["note"] == "");
    check_error(world.node.post(path, world.ana.token, {{"comment", std::string(2001, 'x')}}), 422);
}

TEST_CASE("markers count up, keep their place, and refuse an older version") {
    World world;
    auto& node = world.node;
    const auto empty = node.get("/api/v1/markers?timeline[]=notifications", world.ana.token);
    check_entity(empty, "markers");
    CHECK(empty.json["notifications"]["last_read_id"] == "0");
    CHECK_FALSE(empty.json.contains("home"));

    const auto form = node.post("/api/v1/markers", world.ana.token, "home%5Blast_read_id%5D=12");
    check_entity(form, "markers");
    CHECK(form.json["home"]["last_read_id"] == "12");
    CHECK(form.json["home"]["version"] == 1);
    const auto again = node.post(
        "/api/v1/markers", world.ana.token, {{"home", {{"last_read_id", "15"}, {"version", 1}}}}
    );
    CHECK(again.json["home"]["version"] == 2);
    check_error(
        node.post(
            "/api/v1/markers", world.ana.token, {{"home", {{"last_read_id", "9"}, {"version", 1}}}}
        ),
        409
    );
    check_error(
        node.post("/api/v1/markers", world.ana.token, {{"home", {{"last_read_id", "x"}}}}), 422
    );
    CHECK(node.get("/api/v1/markers", world.ana.token).json["home"]["last_read_id"] == "15");
    CHECK(node.get("/api/v1/markers", world.bob.token).json["home"]["version"] == 0);
}

TEST_CASE("unread notifications are those above the marker") {
    World world;
    const auto count = [&] {
        return world.node.get("/api/v1/notifications/unread_count", world.ana.token).json["count"];
    };
    CHECK(count() == 0);
    world.node.posts(world.bob, "@ana one");
    world.node.posts(world.bob, "@ana two");
    CHECK(count() == 2);
    const auto newest = world.node.get("/api/v1/notifications", world.ana.token).json[0]["id"];
    world.act("/api/v1/markers", {{"notifications", {{"last_read_id", newest}}}});
    CHECK(count() == 0);
    world.node.posts(world.bob, "@ana three");
    CHECK(count() == 1);
}

TEST_CASE("posts are sensitive when their author says so once and for all") {
    World world;
    const auto set = world.node.call(
        "PATCH", "/api/v1/accounts/update_credentials", world.ana.token, "source%5Bsensitive%5D=1"
    );
    check_entity(set, "credential_account");
    CHECK(set.json["source"]["sensitive"] == true);
    CHECK(
        world.node.get("/api/v1/preferences", world.ana.token).json["posting:default:sensitive"] ==
        true
    );
    const auto post = world.node.posts(world.ana, "Look");
    CHECK(world.node.get("/api/v1/statuses/" + post).json["sensitive"] == true);
    const auto plain = world.node.post(
        "/api/v1/statuses", world.ana.token, {{"status", "Look"}, {"sensitive", false}}
    );
    CHECK(plain.json["sensitive"] == false);
}

}  // namespace
}  // namespace outboard::tests
