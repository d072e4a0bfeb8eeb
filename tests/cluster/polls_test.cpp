// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/cluster/cluster.hpp"

// Polls between servers (N6): a Question both ways, votes both ways, and counts that follow.

namespace outboard::tests {
namespace {

using nlohmann::json;

constexpr const char* kPublicUri = "https://www.w3.org/ns/activitystreams#Public";

struct World {
    Cluster cluster{{"a.example", "b.example"}};
    Someone ana = cluster.person("a.example", "ana");
    Someone ben = cluster.person("b.example", "ben");
    Peer peer{cluster, "peer.example"};
    ClusterNode& home = cluster["a.example"];

    World() {
        ben.follows(ana.uri());
        peer.add_user("pat");
        peer.add_user("pam");
        cluster.settle();
    }
    std::string asks(json more = json::object()) {
        json poll = {{"options", {"red", "blue"}}, {"expires_in", 3600}};
        poll.update(more);
        const auto uri = ana.posts("Which pump?", {{"poll", poll}})["uri"].get<std::string>();
        cluster.settle();
        return uri;
    }
    Reply votes(Someone& who, const std::string& uri, std::vector<int> choices) {
        const auto id = who.sees(uri)["id"].get<std::string>();
        const auto reply =
            who.api("POST", "/api/v1/polls/" + id + "/votes", {{"choices", choices}});
        cluster.settle();
        return reply;
    }
    json note_of_vote(const std::string& name, const std::string& poll, const std::string& option) {
        static int next = 1;
        auto note = peer.note(name, "/v/" + std::to_string(next++), "");
        for (const auto* key : {"content", "cc", "published"}) note.erase(key);
        note["name"] = option;
        note["inReplyTo"] = poll;
        note["to"] = ana.uri();  // a bare string, as Mastodon sends it
        return note;
    }
    void peer_votes(const std::string& name, const std::string& poll, const std::string& option) {
        const auto note = note_of_vote(name, poll, option);
        CHECK(
            peer.delivers(
                home, name, "/inbox", peer.activity(name, "Create", note, {{"to", ana.uri()}})
            ) == 202
        );
        cluster.settle();
    }
    std::vector<int> counts(Someone& who, const std::string& uri) {
        std::vector<int> found;
        const auto seen = who.sees(uri);  // kept: a range-for would outlive it
        for (const auto& option : seen["poll"]["options"]) {
            found.push_back(option["votes_count"].get<int>());
        }
        return found;
    }
    json question(const std::string& id, json options, json more = json::object()) {
        auto object = peer.note("pat", id, "<p>Tea or coffee?</p>");
        object["type"] = "Question";
        object["oneOf"] = std::move(options);
        object["endTime"] = format_rfc3339(home.app().clock.now() + std::chrono::hours(1));
        object["votersCount"] = 5;
        object.update(more);
        return object;
    }
    json option(const std::string& name, int votes) {
        return {
            {"type", "Note"},
            {"name", name},
            {"replies", {{"type", "Collection"}, {"totalItems", votes}}}
        };
    }
};

using Counts = std::vector<int>;

TEST_CASE_FIXTURE(World, "a poll is seen on another node, voted on there, and counted for both") {
    const auto uri = asks();
    const auto seen = ben.sees(uri);
    CHECK(seen["poll"]["options"][1]["title"] == "blue");
    CHECK(seen["poll"]["multiple"] == false);
    CHECK(seen["poll"]["voted"] == false);
    CHECK(seen["content"].get<std::string>().find("blue") == std::string::npos);

    CHECK(votes(ben, uri, {1}).status == 200);
    CHECK(ben.sees(uri)["poll"]["own_votes"] == json::array({1}));
    CHECK(counts(ana, uri) == Counts{0, 1});
    CHECK(ana.sees(uri)["poll"]["voters_count"] == 1);
    CHECK(ana.sees(uri)["replies_count"] == 0);
    CHECK(ana.notifications() == std::vector<std::string>{"follow"});
    CHECK(votes(ben, uri, {0}).status == 422);

    // Counts travel at most once a minute.
    peer_votes("pat", uri, "blue");
    CHECK(counts(ben, uri) == Counts{0, 1});
    cluster.advance(std::chrono::minutes(2));
    cluster.settle();
    CHECK(counts(ben, uri) == Counts{0, 2});
    CHECK(ben.sees(uri)["poll"]["voters_count"] == 2);
    CHECK(ben.sees(uri)["edited_at"].is_null());
    const auto id = ana.sees(uri)["id"].get<std::string>();
    CHECK(ana.api("GET", "/api/v1/statuses/" + id + "/history").json.size() == 1);
}

TEST_CASE_FIXTURE(World, "when a poll ends its author and voters are told, once") {
    const auto uri = asks();
    votes(ben, uri, {0});
    cluster.advance(std::chrono::hours(2));
    cluster.settle();
    CHECK(ana.notifications().front() == "poll");
    CHECK(ben.notifications() == std::vector<std::string>{"poll"});
    CHECK(ben.sees(uri)["poll"]["expired"] == true);
    cluster.advance(std::chrono::hours(2));
    cluster.settle();
    CHECK(ben.notifications() == std::vector<std::string>{"poll"});
}

TEST_CASE_FIXTURE(
    World, "one vote each: again, too late, by strangers and for what is not there do not count"
) {
    const auto uri = asks();
    peer_votes("pat", uri, "red");
    CHECK(counts(ana, uri) == Counts{1, 0});
    peer_votes("pat", uri, "red");
    peer_votes("pat", uri, "blue");
    peer_votes("pam", uri, "green");
    CHECK(counts(ana, uri) == Counts{1, 0});
    // In the name of somebody else.
    const auto forged = note_of_vote("pat", uri, "blue");
    peer.delivers(home, "pam", "/inbox", peer.activity("pam", "Create", forged));
    cluster.settle();
    CHECK(counts(ana, uri) == Counts{1, 0});

    const auto hidden = ana.posts(
                               "Among us",
                               {{"visibility", "private"},
                                {"poll", {{"options", {"red", "blue"}}, {"expires_in", 3600}}}}
    )["uri"]
                            .get<std::string>();
    peer_votes("pat", hidden, "red");
    CHECK(counts(ana, hidden) == Counts{0, 0});

    cluster.advance(std::chrono::hours(2));
    cluster.settle();
    peer_votes("pam", uri, "blue");
    CHECK(counts(ana, uri) == Counts{1, 0});
    CHECK(ana.sees(uri)["replies_count"] == 0);
}

TEST_CASE_FIXTURE(World, "several choices come one by one or all in one activity") {
    const auto uri = asks({{"multiple", true}});
    peer_votes("pat", uri, "red");
    peer_votes("pat", uri, "blue");
    CHECK(counts(ana, uri) == Counts{1, 1});
    CHECK(ana.sees(uri)["poll"]["voters_count"] == 1);
    const json both =
        json::array({note_of_vote("pam", uri, "red"), note_of_vote("pam", uri, "blue")});
    CHECK(peer.delivers(home, "pam", "/inbox", peer.activity("pam", "Create", both)) == 202);
    cluster.settle();
    CHECK(counts(ana, uri) == Counts{2, 2});
    CHECK(ana.sees(uri)["poll"]["voters_count"] == 2);
}

TEST_CASE_FIXTURE(World, "another server's Question is a poll; our vote reaches its author alone") {
    const auto object = question("/q/1", {option("Tea", 2), option("Coffee", 3)});
    peer.delivers(
        home, "pat", "/inbox", peer.activity("pat", "Create", object, {{"to", {kPublicUri}}})
    );
    cluster.settle();
    const auto uri = object["id"].get<std::string>();
    CHECK(counts(ana, uri) == Counts{2, 3});
    CHECK(ana.sees(uri)["poll"]["voters_count"] == 5);
    peer.received.clear();
    CHECK(votes(ana, uri, {0}).status == 200);
    REQUIRE(peer.received.size() == 1);
    const auto create = peer.received[0];
    CHECK(create["type"] == "Create");
    CHECK(create["object"]["name"] == "Tea");
    CHECK(create["object"]["inReplyTo"] == uri);
    CHECK(create["object"]["to"] == json::array({peer.user("pat")}));
    CHECK_FALSE(create["object"].contains("content"));
    CHECK(create.dump().find("#Public") == std::string::npos);
    CHECK(counts(ana, uri) == Counts{3, 3});

    SUBCASE("its counts follow the author's") {
        auto later = question("/q/1", {option("Tea", 7), option("Coffee", 4)});
        later["endTime"] = object["endTime"];
        later["votersCount"] = 11;
        peer.delivers(
            home, "pat", "/inbox", peer.activity("pat", "Update", later, {{"to", {kPublicUri}}})
        );
        cluster.settle();
        CHECK(counts(ana, uri) == Counts{7, 4});
        CHECK(ana.sees(uri)["poll"]["own_votes"] == json::array({0}));
        CHECK(ana.sees(uri)["edited_at"].is_null());
        cluster.advance(std::chrono::hours(2));
        cluster.settle();
        CHECK(ana.notifications().front() == "poll");
    }
    SUBCASE("and nobody else's") {
        auto forged = question("/q/1", {option("Tea", 0), option("Coffee", 999)});
        forged["attributedTo"] = peer.user("pam");
        peer.delivers(home, "pam", "/inbox", peer.activity("pam", "Update", forged));
        cluster.settle();
        CHECK(counts(ana, uri) == Counts{3, 3});
    }
    SUBCASE("other options are another poll") {
        auto other = question("/q/1", {option("Milk", 0), option("Water", 0)});
        other["updated"] = format_rfc3339(home.app().clock.now() + std::chrono::minutes(5));
        cluster.advance(std::chrono::minutes(10));
        peer.delivers(home, "pat", "/inbox", peer.activity("pat", "Update", other));
        cluster.settle();
        CHECK(ana.sees(uri)["poll"]["options"][0]["title"] == "Milk");
        CHECK(ana.sees(uri)["poll"]["voted"] == false);
    }
}

TEST_CASE_FIXTURE(World, "a hostile Question stays within bounds") {
    json many = json::array();
    for (int i = 0; i < 100; ++i) many.push_back(option("option " + std::to_string(i % 50), -5));
    many.push_back(option("<script>alert(1)</script>", 1));
    auto object = question("/q/2", many);
    object["votersCount"] = -3;
    object.erase("endTime");
    peer.delivers(
        home, "pat", "/inbox", peer.activity("pat", "Create", object, {{"to", {kPublicUri}}})
    );
    cluster.settle();
    const auto poll = ana.sees(object["id"])["poll"];
    REQUIRE(poll.is_object());
    CHECK(poll["options"].size() <= 20);
    CHECK(poll["expires_at"].is_null());
    CHECK(poll["votes_count"].get<int>() >= 0);
    CHECK(poll["voters_count"].get<int>() >= 0);
}

}  // namespace
}  // namespace outboard::tests
