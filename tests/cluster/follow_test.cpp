// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "src/store/accounts.hpp"
#include "tests/cluster/cluster.hpp"

namespace outboard::tests {
namespace {

TEST_CASE("two people on two nodes follow each other") {
    Cluster cluster{{"a.example", "b.example"}};
    auto ana = cluster.person("a.example", "ana");
    auto ben = cluster.person("b.example", "ben");
    CHECK(ana.follows("ben@b.example")["requested"] == true);
    cluster.settle();
    CHECK(ana.relationship(ben.uri())["following"] == true);
    CHECK(ben.notifications() == std::vector<std::string>{"follow"});
    ben.follows(ana.uri());
    cluster.settle();
    CHECK(ben.relationship(ana.uri())["following"] == true);
    CHECK(ana.relationship(ben.uri())["followed_by"] == true);

    SUBCASE("and one stops") {
        ana.unfollows(ben.uri());
        cluster.settle();
        CHECK(ben.relationship(ana.uri())["followed_by"] == false);
        CHECK(ana.relationship(ben.uri())["following"] == false);
        CHECK(ben.relationship(ana.uri())["following"] == true);
    }
    SUBCASE("and one blocks the other, which ends both") {
        const auto account = ana.looks_up(ben.uri());
        CHECK(
            ana.api("POST", "/api/v1/accounts/" + account["id"].get<std::string>() + "/block")
                .status == 200
        );
        cluster.settle();
        CHECK(ben.relationship(ana.uri())["following"] == false);
        CHECK(ana.relationship(ben.uri())["followed_by"] == false);
        const auto post = ben.posts("not for ana");
        cluster.settle();
        CHECK(ana.home().empty());
        CHECK(post["visibility"] == "public");
    }
}

TEST_CASE("a locked account decides who follows it") {
    Cluster cluster{{"a.example", "b.example"}};
    auto ana = cluster.person("a.example", "ana");
    auto bea = cluster.person("b.example", "bea", /*locked=*/true);
    ana.follows("bea@b.example");
    cluster.settle();
    CHECK(ana.relationship(bea.uri())["requested"] == true);
    CHECK(bea.notifications() == std::vector<std::string>{"follow_request"});
    const auto asker = bea.looks_up(ana.uri())["id"].get<std::string>();

    SUBCASE("by accepting") {
        CHECK(bea.api("POST", "/api/v1/follow_requests/" + asker + "/authorize").status == 200);
        cluster.settle();
        CHECK(ana.relationship(bea.uri())["following"] == true);
        const auto post = bea.posts("for those I know", {{"visibility", "private"}});
        cluster.settle();
        CHECK(ana.home() == std::vector<std::string>{post["uri"].get<std::string>()});
    }
    SUBCASE("by refusing") {
        CHECK(bea.api("POST", "/api/v1/follow_requests/" + asker + "/reject").status == 200);
        cluster.settle();
        CHECK(ana.relationship(bea.uri())["requested"] == false);
        CHECK(ana.relationship(bea.uri())["following"] == false);
    }
    SUBCASE("by refusing later what was accepted") {
        CHECK(bea.api("POST", "/api/v1/follow_requests/" + asker + "/authorize").status == 200);
        cluster.settle();
        CHECK(
            bea.api("POST", "/api/v1/accounts/" + asker + "/remove_from_followers").status == 200
        );
        cluster.settle();
        CHECK(ana.relationship(bea.uri())["following"] == false);
    }
}

TEST_CASE("a Follow that comes again is accepted again, at most once an hour") {
    Cluster cluster{{"a.example"}};
    auto ana = cluster.person("a.example", "ana");
    Peer peer(cluster, "peer.example");
    peer.add_user("pat");
    for (int i = 0; i < 20; ++i) {
        CHECK(
            peer.delivers(
                cluster["a.example"],
                "pat",
                "/users/ana/inbox",
                peer.activity("pat", "Follow", ana.uri())
            ) == 202
        );
    }
    cluster.settle();
    REQUIRE(peer.received.size() == 1);
    CHECK(peer.received[0]["type"] == "Accept");
    CHECK(peer.received[0]["actor"] == ana.uri());
    CHECK(peer.received[0]["object"]["actor"] == peer.user("pat"));
    CHECK(ana.notifications() == std::vector<std::string>{"follow"});
    cluster.advance(std::chrono::minutes(61));
    peer.delivers(
        cluster["a.example"], "pat", "/users/ana/inbox", peer.activity("pat", "Follow", ana.uri())
    );
    cluster.settle();
    CHECK(peer.received.size() == 2);
}

TEST_CASE("an Undo is understood by id, as a whole and as a stub, and when it comes first") {
    Cluster cluster{{"a.example"}};
    auto& node = cluster["a.example"];
    auto ana = cluster.person("a.example", "ana");
    Peer peer(cluster, "peer.example");
    peer.add_user("pat");
    const auto follow = peer.activity("pat", "Follow", ana.uri());
    const auto follower = [&] {
        cluster.settle();
        return ana.relationship(peer.user("pat"))["followed_by"].get<bool>();
    };
    SUBCASE("by id") {
        peer.delivers(node, "pat", "/inbox", follow);
        CHECK(follower());
        peer.delivers(node, "pat", "/inbox", peer.activity("pat", "Undo", follow["id"]));
        CHECK_FALSE(follower());
    }
    SUBCASE("as a whole") {
        peer.delivers(node, "pat", "/inbox", follow);
        CHECK(follower());
        peer.delivers(node, "pat", "/inbox", peer.activity("pat", "Undo", follow));
        CHECK_FALSE(follower());
    }
    SUBCASE("as a stub without id") {
        peer.delivers(node, "pat", "/inbox", follow);
        CHECK(follower());
        auto stub = follow;
        stub.erase("id");
        peer.delivers(node, "pat", "/inbox", peer.activity("pat", "Undo", stub));
        CHECK_FALSE(follower());
    }
    SUBCASE("first") {
        peer.delivers(node, "pat", "/inbox", peer.activity("pat", "Undo", follow));
        CHECK_FALSE(follower());
        peer.delivers(node, "pat", "/inbox", follow);
        CHECK_FALSE(follower());
    }
}

TEST_CASE("a move is shown when the new account names the old one, and only then") {
    Cluster cluster{{"a.example"}};
    auto ana = cluster.person("a.example", "ana");
    Peer peer(cluster, "peer.example");
    Peer other(cluster, "other.example");
    peer.add_user("old");
    const auto moves = [&]() -> std::optional<std::string> {
        const auto move =
            peer.activity("old", "Move", peer.user("old"), {{"target", other.user("new")}});
        CHECK(peer.delivers(cluster["a.example"], "old", "/inbox", move) == 202);
        cluster.settle();
        return cluster["a.example"].app().db.read([&](store::Reader& db) {
            return store::accounts::find_by_uri(db, peer.user("old"))->moved_to;
        });
    };
    SUBCASE("named") {
        other.add_user("new", {{"alsoKnownAs", {peer.user("old")}}});
        CHECK(moves() == other.user("new"));
    }
    SUBCASE("named as a plain text") {
        other.add_user("new", {{"alsoKnownAs", peer.user("old")}});
        CHECK(moves() == other.user("new"));
    }
    SUBCASE("not named") {
        other.add_user("new");
        CHECK_FALSE(moves());
    }
    SUBCASE("named once, and no longer") {
        other.add_user("new", {{"alsoKnownAs", {peer.user("old")}}});
        ana.looks_up(other.user("new"));
        other.add_user("new");
        CHECK_FALSE(moves());
    }
}

}  // namespace
}  // namespace outboard::tests
