// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>

#include "src/services/domain_rules.hpp"
#include "src/store/accounts.hpp"
#include "tests/cluster/cluster.hpp"

// What a block means here: of a domain by the owner (R1), of a person by a person (I10).

namespace outboard::tests {
namespace {

using nlohmann::json;

struct World {
    Cluster cluster{{"a.example"}};
    ClusterNode& home = cluster["a.example"];
    Someone ana = cluster.person("a.example", "ana");
    Peer peer{cluster, "peer.example"};
    const std::string note = peer.origin() + "/n/1";

    World() { peer.add_user("pat"); }

    void block(const std::string& domain) {
        REQUIRE(services::set_domain_rule(home.app(), {domain, ""}));
        cluster.settle();
    }
    void lift(const std::string& domain) {
        REQUIRE(services::remove_domain_rule(home.app(), domain));
        cluster.settle();
    }
    std::optional<Account> account(const std::string& uri) {
        return home.node().db().read([&](store::Reader& db) {
            return store::accounts::find_by_uri(db, uri);
        });
    }
    /// A post of pat's that mentions ana, who follows him.
    void pat_writes() {
        ana.follows(peer.user("pat"));
        cluster.settle();
        peer.delivers(
            home, "pat", "/inbox", peer.activity("pat", "Accept", peer.received.at(0)["id"])
        );
        auto post = peer.note("pat", "/n/1", "<p>hello</p>");
        post["tag"] = {{{"type", "Mention"}, {"href", ana.uri()}, {"name", "@ana"}}};
        post["cc"] = {ana.uri(), peer.user("pat") + "/followers"};
        REQUIRE(peer.delivers(home, "pat", "/inbox", peer.activity("pat", "Create", post)) == 202);
        cluster.settle();
    }
    Reply get(const std::string& path) {
        return home.node().call(
            "GET", path, {}, nullptr, {{"Accept", "application/activity+json"}}
        );
    }
};

TEST_CASE_FIXTURE(World, "what came from a domain is hidden while it is blocked, and comes back") {
    pat_writes();
    Peer other(cluster, "other.example");
    other.add_user("tom");
    other.delivers(
        home,
        "tom",
        "/inbox",
        other.activity(
            "tom", "Announce", note, {{"to", {"https://www.w3.org/ns/activitystreams#Public"}}}
        )
    );
    ana.follows(other.user("tom"));
    cluster.settle();
    const auto id = ana.sees(note)["id"].get<std::string>();
    const auto path = "/api/v1/statuses/" + id;
    const auto tom = "/api/v1/accounts/" + ana.looks_up(other.user("tom"))["id"].get<std::string>();
    const auto shown = [&](const std::string& list) {
        return ana.api("GET", list).body.find(note) != std::string::npos;
    };
    const auto shown_to_all = [&](const std::string& list) {
        return home.node().get(list).body.find(note) != std::string::npos;
    };
    const auto is_here = [&](bool here) {
        CHECK(shown_to_all("/api/v1/timelines/public") == here);
        CHECK(shown("/api/v1/timelines/public") == here);
        CHECK(shown("/api/v1/timelines/home") == here);
        CHECK(shown(tom + "/statuses") == here);
        CHECK(shown("/api/v1/notifications") == here);
        CHECK(home.node().get(path).status == (here ? 200 : 404));
        CHECK(ana.api("GET", path).status == (here ? 200 : 404));
        CHECK(ana.sees(note).is_null() != here);
        CHECK(ana.looks_up(peer.user("pat")).is_null() != here);
        CHECK(ana.api("POST", path + "/favourite").status == (here ? 200 : 404));
        CHECK(ana.api("POST", path + "/reblog").status == (here ? 200 : 404));
        CHECK(ana.api("POST", path + "/unreblog").status == (here ? 200 : 404));
    };
    is_here(true);
    block("peer.example");
    is_here(false);
    CHECK_FALSE(ana.looks_up(other.user("tom")).is_null());
    block("peer.example");  // again
    is_here(false);
    lift("peer.example");
    is_here(true);
}

TEST_CASE_FIXTURE(World, "a rule hides subdomains, and nobody who only looks like one") {
    Peer sub(cluster, "sub.peer.example"), like(cluster, "notpeer.example");
    sub.add_user("sam");
    like.add_user("lea");
    for (const auto& uri : {peer.user("pat"), sub.user("sam"), like.user("lea")})
        REQUIRE_FALSE(ana.looks_up(uri).is_null());
    block("peer.example");
    CHECK(account(peer.user("pat"))->suspended_at);
    CHECK(account(sub.user("sam"))->suspended_at);
    CHECK_FALSE(account(like.user("lea"))->suspended_at);
    CHECK_FALSE(account(ana.uri())->suspended_at);
    SUBCASE("a narrower rule stays when the wider one goes") {
        block("sub.peer.example");
        lift("peer.example");
        CHECK_FALSE(account(peer.user("pat"))->suspended_at);
        CHECK(account(sub.user("sam"))->suspended_at);
    }
    SUBCASE("and the wider one when the narrower goes") {
        block("sub.peer.example");
        lift("sub.peer.example");
        CHECK(account(peer.user("pat"))->suspended_at);
        CHECK(account(sub.user("sam"))->suspended_at);
    }
}

TEST_CASE_FIXTURE(World, "whom the owner suspended stays so when the rule goes") {
    REQUIRE_FALSE(ana.looks_up(peer.user("pat")).is_null());
    const auto suspend = [&] { home.node().suspend(account(peer.user("pat"))->id); };
    SUBCASE("suspended before the rule") {
        suspend();
        block("peer.example");
    }
    SUBCASE("suspended while it was there") {
        block("peer.example");
        suspend();
    }
    lift("peer.example");
    CHECK(account(peer.user("pat"))->suspended_at);
}

TEST_CASE_FIXTURE(World, "a rule reaches everybody of a large server") {
    constexpr int kMany = 1'203;
    const auto name = [&](int i) { return peer.user("u" + std::to_string(i)); };
    REQUIRE(home.app().db.write([&](store::Writer& tx) {
        for (int i = 0; i < kMany; ++i) {
            Account one;
            one.uri = name(i);
            one.username = "u" + std::to_string(i);
            one.domain = one.host = "peer.example";
            one.created_at = tx.now() - std::chrono::hours(i);
            store::accounts::insert(tx, one);
        }
    }));
    const auto hidden = [&] {
        int count = 0;
        for (int i = 0; i < kMany; ++i) count += account(name(i))->suspended_at ? 1 : 0;
        return count;
    };
    block("peer.example");
    CHECK(hidden() == kMany);
    lift("peer.example");
    CHECK(hidden() == 0);
}

TEST_CASE_FIXTURE(World, "nobody of a blocked domain arrives, not even while it is being blocked") {
    peer.answers = [&](const federation::Request& request) {
        fetch::Answer answer;
        answer.status = request.target == "/users/pat" ? 200 : 404;
        answer.headers = {{"content-type", "application/activity+json"}};
        answer.body = peer.actor_document("pat").dump();
        REQUIRE(services::set_domain_rule(home.app(), {"peer.example", ""}));
        return answer;
    };
    CHECK(ana.looks_up(peer.user("pat")).is_null());
    cluster.settle();
    CHECK(ana.looks_up(peer.user("pat")).is_null());
    const auto stored = account(peer.user("pat"));
    CHECK((!stored || stored->suspended_at));
}

TEST_CASE_FIXTURE(World, "a Block is taken back by its id alone") {
    REQUIRE_FALSE(ana.looks_up(peer.user("pat")).is_null());
    const auto is_blocked = [&] {
        cluster.settle();
        return ana.relationship(peer.user("pat"))["blocked_by"] == true;
    };
    const auto delivers = [&](const std::string& name, const json& activity) {
        return peer.delivers(home, name, "/inbox", activity);
    };
    const auto block = peer.activity("pat", "Block", ana.uri());
    SUBCASE("when it was heard") {
        CHECK(delivers("pat", block) == 202);
        REQUIRE(is_blocked());
        CHECK(delivers("pat", peer.activity("pat", "Undo", block["id"])) == 202);
        CHECK_FALSE(is_blocked());
    }
    SUBCASE("when it came twice, by the later id") {
        const auto later = peer.activity("pat", "Block", ana.uri());
        CHECK(delivers("pat", block) == 202);
        CHECK(delivers("pat", later) == 202);
        REQUIRE(is_blocked());
        CHECK(delivers("pat", peer.activity("pat", "Undo", later["id"])) == 202);
        CHECK_FALSE(is_blocked());
    }
    SUBCASE("before it comes") {
        CHECK(delivers("pat", peer.activity("pat", "Undo", block["id"])) == 202);
        CHECK_FALSE(is_blocked());
        CHECK(delivers("pat", block) == 202);
        CHECK_FALSE(is_blocked());
    }
    SUBCASE("but not by somebody else") {
        peer.add_user("eve");
        CHECK(delivers("pat", block) == 202);
        REQUIRE(is_blocked());
        CHECK(delivers("eve", peer.activity("eve", "Undo", block["id"])) >= 400);
        CHECK(is_blocked());
    }
}

TEST_CASE_FIXTURE(World, "whom somebody blocks does not read them by name; others and nobody do") {
    peer.add_user("pia");
    const auto post = ana.posts("open");
    REQUIRE(
        ana.api("PATCH", "/api/v1/accounts/update_credentials", {{"discoverable", true}}).status ==
        200
    );
    REQUIRE(
        ana.api("POST", "/api/v1/statuses/" + post["id"].get<std::string>() + "/pin").status == 200
    );
    cluster.settle();
    const auto at = post["uri"].get<std::string>().substr(std::string("https://a.example").size());
    const auto context =
        get(at).json["context"].get<std::string>().substr(std::string("https://a.example").size());
    const std::vector<std::string> open = {
        at,
        at + "/activity",
        at + "/replies",
        at + "/replies?page=true",
        at + "/likes",
        at + "/shares",
        context,
        "/users/ana/outbox",
        "/users/ana/outbox?page=true",
        "/users/ana/followers",
        "/users/ana/followers?page=true",
        "/users/ana/following",
        "/users/ana/collections/featured",
        "/users/ana/collections/tags"
    };
    const auto reads = [&](const std::string& name, int status) {
        for (const auto& path : open) {
            CAPTURE(path);
            CHECK(peer.reads(home, name, path).status == status);
        }
    };
    const auto pat = ana.looks_up(peer.user("pat"))["id"].get<std::string>();
    reads("pat", 200);
    REQUIRE(ana.api("POST", "/api/v1/accounts/" + pat + "/block").status == 200);
    reads("pat", 404);
    CHECK(peer.reads(home, "pat", at).body == peer.reads(home, "pat", at + "0").body);
    CHECK(peer.reads(home, "pat", "/users/ana").status == 200);  // its keys
    reads("pia", 200);
    for (const auto& path : open) CHECK(get(path).status == 200);
    peer.rotate_key("pat");
    home.advance(std::chrono::hours(1));
    reads("pat", 404);
    REQUIRE(ana.api("POST", "/api/v1/accounts/" + pat + "/unblock").status == 200);
    reads("pat", 200);
}

}  // namespace
}  // namespace outboard::tests
