// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>

#include "src/store/keys.hpp"
#include "src/store/queues.hpp"
#include "tests/cluster/cluster.hpp"

namespace outboard::tests {
namespace {

using nlohmann::json;

bool holds(const std::vector<std::string>& list, const std::string& item) {
    return std::find(list.begin(), list.end(), item) != list.end();
}

struct Friends {
    Cluster cluster{{"a.example", "b.example"}};
    Someone ana = cluster.person("a.example", "ana");
    Someone ben = cluster.person("b.example", "ben");
    Friends() {
        ana.follows(ben.uri());
        ben.follows(ana.uri());
        cluster.settle();
    }
    std::string ana_posts(const std::string& text, json more = json::object()) {
        cluster.advance(std::chrono::seconds(2));
        auto uri = ana.posts(text, std::move(more))["uri"].get<std::string>();
        cluster.settle();
        return uri;
    }
};

TEST_CASE_FIXTURE(
    Friends,
    "a post reaches the follower's home, and what the follower does with it reaches the author"
) {
    const auto uri = ana_posts("Notes on pumps #work");
    CHECK(ben.home() == std::vector<std::string>{uri});
    CHECK(ben.sees(uri)["account"]["acct"] == "ana@a.example");
    CHECK(ben.sees(uri)["content"].get<std::string>().find("Notes on pumps") != std::string::npos);
    CHECK(ben.sees(uri)["tags"][0]["name"] == "work");

    ben.does(uri, "favourite");
    ben.does(uri, "reblog");
    const auto reply = ben.replies(uri, "@ana@a.example and on valves?")["uri"].get<std::string>();
    cluster.settle();
    CHECK(ana.sees(uri)["favourites_count"] == 1);
    CHECK(ana.sees(uri)["reblogs_count"] == 1);
    CHECK(ana.sees(uri)["replies_count"] == 1);
    const auto told = ana.notifications();
    CHECK(holds(told, "favourite"));
    CHECK(holds(told, "reblog"));
    CHECK(holds(told, "mention"));
    CHECK(ana.sees(reply)["in_reply_to_id"] == ana.sees(uri)["id"]);

    ben.does(uri, "unfavourite");
    ben.does(uri, "unreblog");
    ben.deletes(reply);
    cluster.settle();
    CHECK(ana.sees(uri)["favourites_count"] == 0);
    CHECK(ana.sees(uri)["reblogs_count"] == 0);
    CHECK(ana.sees(uri)["replies_count"] == 0);
    CHECK(ana.sees(reply).is_null());
}

TEST_CASE_FIXTURE(Friends, "an edit and a deletion reach whoever had the post") {
    const auto uri = ana_posts("first words");
    cluster.advance(std::chrono::seconds(5));
    ana.edits(uri, "better words");
    cluster.settle();
    CHECK(ben.sees(uri)["content"].get<std::string>().find("better words") != std::string::npos);
    CHECK_FALSE(ben.sees(uri)["edited_at"].is_null());
    ana.deletes(uri);
    cluster.settle();
    CHECK(ben.home().empty());
    CHECK(ben.sees(uri).is_null());
    const auto path = uri.substr(std::string("https://a.example").size());
    const auto gone = cluster["a.example"].node().call(
        "GET", path, {}, nullptr, {{"Accept", "application/activity+json"}}
    );
    CHECK(gone.status == 410);
    CHECK(gone.json["type"] == "Tombstone");
}

TEST_CASE_FIXTURE(
    Friends,
    "a post for followers is theirs, and a stranger's server gets what it would get for nothing"
) {
    auto eve = cluster.person("b.example", "eve");
    const auto uri = ana_posts("among us", {{"visibility", "private"}});
    CHECK(ben.home() == std::vector<std::string>{uri});
    CHECK(eve.sees(uri).is_null());

    Peer peer(cluster, "peer.example");
    peer.add_user("pat");
    auto& home = cluster["a.example"];
    const auto path = uri.substr(std::string("https://a.example").size());
    const auto refused = peer.reads(home, "pat", path);
    const auto unknown = peer.reads(home, "pat", "/users/ana/statuses/1");
    CHECK(refused.status == 404);
    CHECK(refused.body == unknown.body);
    CHECK(refused.header("cache-control") == "private, no-store");
    CHECK(unknown.header("cache-control") == "private, no-store");
    const auto unsigned_read =
        home.node().call("GET", path, {}, nullptr, {{"Accept", "application/activity+json"}});
    CHECK(unsigned_read.status == 404);
    CHECK(unsigned_read.body == unknown.body);

    peer.delivers(home, "pat", "/inbox", peer.activity("pat", "Follow", ana.uri()));
    cluster.settle();
    const auto given = peer.reads(home, "pat", path);
    CHECK(given.status == 200);
    CHECK(given.json["id"] == uri);
    CHECK_FALSE(given.json.contains("proof"));
    CHECK(given.header("cache-control") == "private, no-store");
    CHECK(given.header("vary").find("Signature") != std::string::npos);
}

TEST_CASE_FIXTURE(Friends, "a direct post reaches whom it names and nobody else") {
    auto cem = cluster.person("b.example", "cem");
    cem.follows(ana.uri());
    cluster.settle();
    const auto uri = ana_posts("@ben@b.example between us", {{"visibility", "direct"}});
    CHECK(holds(ben.notifications(), "mention"));
    CHECK(ben.sees(uri)["visibility"] == "direct");
    CHECK(cem.sees(uri).is_null());
    CHECK(cem.home().empty());
}

TEST_CASE_FIXTURE(Friends, "a thread is fetched upwards when only its last answer arrives") {
    auto cem = cluster.person("a.example", "cem");
    const auto first = cem.posts("one")["uri"].get<std::string>();
    cluster.advance(std::chrono::seconds(2));
    const auto second = cem.replies(first, "two")["uri"].get<std::string>();
    cluster.advance(std::chrono::seconds(2));
    const auto third = ana.replies(second, "three")["uri"].get<std::string>();
    cluster.settle();
    const auto shown = ben.sees(third);
    REQUIRE_FALSE(shown.is_null());
    const auto context =
        ben.api("GET", "/api/v1/statuses/" + shown["id"].get<std::string>() + "/context").json;
    REQUIRE(context["ancestors"].size() == 2);
    CHECK(context["ancestors"][0]["uri"] == first);
    CHECK(context["ancestors"][1]["uri"] == second);
}

TEST_CASE_FIXTURE(Friends, "the same activity twice is once") {
    Peer peer(cluster, "peer.example");
    peer.add_user("pat");
    auto& home = cluster["a.example"];
    const auto create = peer.activity("pat", "Create", peer.note("pat", "/n/1", "<p>hello</p>"));
    for (int i = 0; i < 5; ++i) {
        CHECK(
            peer.delivers(home, "pat", i % 2 == 0 ? "/inbox" : "/users/ana/inbox", create) == 202
        );
        cluster.settle();
    }
    CHECK(ana.sees(peer.origin() + "/n/1")["account"]["statuses_count"] == 1);
}

TEST_CASE_FIXTURE(Friends, "what was deleted does not come back, in whatever order things arrive") {
    Peer peer(cluster, "peer.example");
    peer.add_user("pat");
    auto& home = cluster["a.example"];
    const auto note = peer.note("pat", "/n/1", "<p>hello</p>");
    const auto create = peer.activity("pat", "Create", note);
    const auto remove = peer.activity("pat", "Delete", note["id"]);
    SUBCASE("deletion first") {
        peer.delivers(home, "pat", "/inbox", remove);
        cluster.settle();
        peer.delivers(home, "pat", "/inbox", create);
    }
    SUBCASE("and again") {
        peer.delivers(home, "pat", "/inbox", create);
        peer.delivers(home, "pat", "/inbox", remove);
        cluster.settle();
        peer.delivers(home, "pat", "/inbox", peer.activity("pat", "Create", note));
        peer.delivers(home, "pat", "/inbox", peer.activity("pat", "Update", note));
        peer.delivers(home, "pat", "/inbox", peer.activity("pat", "Undo", remove));
    }
    cluster.settle();
    peer.serve("/n/1", note);  // not even when its server shows it again
    CHECK(ana.sees(peer.origin() + "/n/1").is_null());
}

TEST_CASE_FIXTURE(Friends, "of a deleted post no bytes are left, at home nor where it arrived") {
    const auto keeps = [](ClusterNode& node, const std::string& marker) {
        static constexpr store::Query kHashes{"test.hashes", "SELECT hash FROM documents"};
        return node.app().db.read([&](store::Reader& db) {
            const auto hashes = db.all(kHashes, [](const store::Row& row) { return row.bytes(0); });
            return std::any_of(hashes.begin(), hashes.end(), [&](const std::string& hash) {
                const auto bytes = store::documents::find(db, hash);
                return bytes && bytes->find(marker) != std::string::npos;
            });
        });
    };
    const auto uri = ana.posts("zanzibar one")["uri"].get<std::string>();
    cluster.settle();
    ana.edits(uri, "zanzibar two");
    cluster.settle();
    REQUIRE_FALSE(ben.sees(uri).is_null());
    CHECK(keeps(cluster["a.example"], "zanzibar"));
    CHECK(keeps(cluster["b.example"], "zanzibar one"));
    CHECK(keeps(cluster["b.example"], "zanzibar two"));
    ana.deletes(uri);
    cluster.settle();
    CHECK(ben.sees(uri).is_null());
    CHECK_FALSE(keeps(cluster["a.example"], "zanzibar"));
    CHECK_FALSE(keeps(cluster["b.example"], "zanzibar"));
}

TEST_CASE_FIXTURE(Friends, "what was deleted before it was sent goes nowhere any more") {
    cluster.network.down.insert("b.example");
    const auto uri = ana.posts("never mind")["uri"].get<std::string>();
    cluster.settle();
    ana.deletes(uri);
    cluster.settle();
    cluster.network.down.clear();
    cluster.advance(std::chrono::minutes(10));
    cluster.settle();
    CHECK(ben.sees(uri).is_null());
    CHECK(cluster["a.example"].app().db.read([](store::Reader& db) {
        return store::deliveries::count(db, Instant::max()).waiting;
    }) == 0);
}

TEST_CASE_FIXTURE(
    Friends, "an edit that comes before its post is the post, and an old edit changes nothing"
) {
    Peer peer(cluster, "peer.example");
    peer.add_user("pat");
    auto& home = cluster["a.example"];
    const auto uri = peer.origin() + "/n/1";
    peer.delivers(
        home,
        "pat",
        "/inbox",
        peer.activity(
            "pat",
            "Update",
            peer.note("pat", "/n/1", "<p>new</p>", {{"updated", "2026-09-21T14:05:00Z"}})
        )
    );
    cluster.settle();
    peer.delivers(
        home,
        "pat",
        "/inbox",
        peer.activity("pat", "Create", peer.note("pat", "/n/1", "<p>old</p>"))
    );
    peer.delivers(
        home,
        "pat",
        "/inbox",
        peer.activity(
            "pat",
            "Update",
            peer.note("pat", "/n/1", "<p>older</p>", {{"updated", "2026-09-21T14:01:00Z"}})
        )
    );
    cluster.settle();
    CHECK(ana.sees(uri)["content"] == "<p>new</p>");
}

TEST_CASE_FIXTURE(Friends, "an account that deletes itself takes its posts and follows along") {
    Peer peer(cluster, "peer.example");
    peer.add_user("pat");
    auto& home = cluster["a.example"];
    peer.delivers(home, "pat", "/inbox", peer.activity("pat", "Follow", ana.uri()));
    peer.delivers(
        home,
        "pat",
        "/inbox",
        peer.activity("pat", "Create", peer.note("pat", "/n/1", "<p>hello</p>"))
    );
    cluster.settle();
    CHECK(ana.relationship(peer.user("pat"))["followed_by"] == true);
    CHECK(
        peer.delivers(home, "pat", "/inbox", peer.activity("pat", "Delete", peer.user("pat"))) ==
        202
    );
    cluster.settle();
    peer.serve_error("/users/pat", 410);
    CHECK(ana.sees(peer.origin() + "/n/1").is_null());
    CHECK(ana.looks_up(peer.user("pat")).is_null());
    const auto me = ana.api("GET", "/api/v1/accounts/verify_credentials").json;
    CHECK(me["followers_count"] == 1);  // ben
}

TEST_CASE_FIXTURE(Friends, "an answer for the author's followers is passed on to them unchanged") {
    Peer peer(cluster, "peer.example");
    peer.add_user("pat");
    Peer third(cluster, "third.example");
    third.add_user("tom");
    auto& home = cluster["a.example"];
    third.delivers(home, "tom", "/inbox", third.activity("tom", "Follow", ana.uri()));
    const auto uri = ana_posts("a question");
    third.received.clear();
    const json more = {{"inReplyTo", uri}, {"cc", {ana.uri() + "/followers", ana.uri()}}};
    const auto answer =
        peer.activity("pat", "Create", peer.note("pat", "/n/1", "<p>an answer</p>", more));
    peer.delivers(home, "pat", "/inbox", answer);
    cluster.settle();
    REQUIRE(third.received.size() == 1);
    CHECK(third.received[0] == answer);
    CHECK(peer.received.empty());  // it has it already
}

}  // namespace
}  // namespace outboard::tests
