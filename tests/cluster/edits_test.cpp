// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/cluster/cluster.hpp"

namespace outboard::tests {
namespace {

using nlohmann::json;

constexpr const char* kPublicUri = "https://www.w3.org/ns/activitystreams#Public";

/// Three people of one server, and a server elsewhere whose posts they read.
struct Readers {
    Cluster cluster{{"a.example"}};
    ClusterNode& home = cluster["a.example"];
    Someone ann = cluster.person("a.example", "ann");
    Someone bob = cluster.person("a.example", "bob");
    Peer peer{cluster, "peer.example"};
    const std::string uri = peer.origin() + "/n/1";

    Readers() {
        peer.add_user("pat");
        bob.follows(peer.user("pat"));
        cluster.settle();
        const auto& follow = peer.received.back();
        tells("Accept", follow);
    }
    void tells(const std::string& type, const json& object) {
        cluster.advance(std::chrono::seconds(2));
        CHECK(peer.delivers(home, "pat", "/inbox", peer.activity("pat", type, object)) == 202);
        cluster.settle();
    }
    void creates(const std::string& content, const json& more = json::object()) {
        tells("Create", peer.note("pat", "/n/1", content, more));
    }
    void updates(const std::string& content, const json& more = json::object()) {
        tells("Update", peer.note("pat", "/n/1", content, more));
    }
    /// Addressed to these people alone, all of them mentioned.
    static json only(const std::vector<std::string>& people) {
        json tags = json::array();
        for (const auto& uri : people)
            tags.push_back({{"type", "Mention"}, {"href", uri}, {"name", "@somebody"}});
        return {{"to", people}, {"cc", json::array()}, {"tag", tags}};
    }
    json listed(Someone& reader) { return reader.api("GET", "/api/v1/timelines/public").json; }
    json anybody_reads(const std::string& id) {
        return home.node().call("GET", "/api/v1/statuses/" + id).json;
    }
    static json revisions_of(Someone& reader, const json& status) {
        return reader.api("GET", "/api/v1/statuses/" + status["id"].get<std::string>() + "/history")
            .json;
    }
};

bool says(const json& status, const std::string& text) {
    return status.is_object() && status.dump().find(text) != std::string::npos;
}

TEST_CASE_FIXTURE(
    Readers, "an edit for fewer people is shown to those alone, wherever it was listed"
) {
    bob.follows(ann.uri());  // so that answers to her stand in his home
    const auto question = ann.posts("a question")["uri"].get<std::string>();
    cluster.settle();
    creates("<p>for everybody</p>", {{"inReplyTo", question}});
    REQUIRE(says(ann.sees(uri), "for everybody"));
    const auto id = ann.sees(uri)["id"].get<std::string>();
    REQUIRE(bob.home().size() == 2);
    REQUIRE(listed(bob).size() == 2);
    REQUIRE(ann.sees(question)["replies_count"] == 1);
    REQUIRE(ann.sees(uri)["account"]["statuses_count"] == 1);
    bob.does(uri, "bookmark");
    bob.does(uri, "reblog");

    updates("<p>for ann</p>", only({ann.uri()}));
    const auto shown = ann.sees(uri);
    CHECK(shown["content"] == "<p>for ann</p>");
    CHECK(shown["visibility"] == "direct");
    CHECK(shown["account"]["statuses_count"] == 0);
    CHECK(ann.sees(question)["replies_count"] == 0);
    CHECK(revisions_of(ann, shown).size() == 2);
    CHECK(ann.notifications().front() == "mention");
    CHECK(ann.api("GET", "/api/v1/conversations").json[0]["last_status"]["id"] == id);
    CHECK(bob.sees(uri).is_null());
    CHECK(bob.home() == std::vector<std::string>{question});
    CHECK(bob.api("GET", "/api/v1/bookmarks").json.empty());
    CHECK(bob.api("GET", "/api/v1/statuses/" + id + "/history").status == 404);
    CHECK(listed(bob).size() == 1);
    CHECK(listed(ann).size() == 1);
    CHECK_FALSE(says(anybody_reads(id), "for ann"));

    updates("<p>for everybody again</p>");  // nothing that was narrow is opened
    CHECK(ann.sees(uri)["visibility"] == "direct");
    CHECK(says(ann.sees(uri), "again"));
    CHECK(bob.sees(uri).is_null());
    CHECK(listed(bob).size() == 1);
}

TEST_CASE_FIXTURE(
    Readers, "an edit for followers leaves the public list, and the home where it was"
) {
    const json followers = {{"to", {peer.user("pat") + "/followers"}}, {"cc", json::array()}};
    creates("<p>for everybody</p>");
    SUBCASE("with other words") { updates("<p>among us</p>", followers); }
    SUBCASE("with the same words") { updates("<p>for everybody</p>", followers); }
    SUBCASE("as its activity says alone") {
        cluster.advance(std::chrono::seconds(2));
        const auto note = peer.note("pat", "/n/1", "<p>among us</p>");
        peer.delivers(home, "pat", "/inbox", peer.activity("pat", "Update", note, followers));
        cluster.settle();
    }
    CHECK(bob.home() == std::vector<std::string>{uri});
    CHECK(bob.sees(uri)["visibility"] == "private");
    CHECK(ann.sees(uri).is_null());
    CHECK(listed(bob).empty());
}

TEST_CASE_FIXTURE(Readers, "an edit of what was direct opens it to nobody else") {
    creates("<p>psst</p>", only({ann.uri()}));
    updates("<p>said aloud</p>", {{"to", {kPublicUri}}, {"cc", {peer.user("pat") + "/followers"}}});
    CHECK(says(ann.sees(uri), "said aloud"));
    CHECK(ann.sees(uri)["visibility"] == "direct");
    CHECK(bob.sees(uri).is_null());
    CHECK(bob.home().empty());
    CHECK(listed(bob).empty());
}

TEST_CASE_FIXTURE(Readers, "counts of a poll that its voters are told alone narrow nothing") {
    const auto poll = [&](int votes) {
        const json option = {
            {"type", "Note"}, {"name", "yes"}, {"replies", {{"totalItems", votes}}}
        };
        return json{{"type", "Question"}, {"oneOf", {option}}, {"endTime", "2036-09-21T14:00:00Z"}};
    };
    creates("<p>well?</p>", poll(0));
    auto counted = poll(3);
    counted.update(only({ann.uri()}));
    updates("<p>well?</p>", counted);
    const auto shown = bob.sees(uri);
    CHECK(shown["visibility"] == "public");
    CHECK(shown["edited_at"].is_null());
    CHECK(shown["poll"]["votes_count"] == 3);
}

TEST_CASE_FIXTURE(Readers, "an edit of attachments alone is an edit") {
    const auto image = [&](const std::string& name, const std::string& description) {
        return json{
            {"type", "Image"},
            {"mediaType", "image/png"},
            {"url", peer.origin() + "/" + name},
            {"name", description}
        };
    };
    const auto attached = [](std::vector<json> images) { return json{{"attachment", images}}; };
    creates("<p>look</p>", attached({image("1.png", "a pump")}));
    REQUIRE(bob.sees(uri)["media_attachments"][0]["description"] == "a pump");
    updates("<p>look</p>", attached({image("1.png", "a pump")}));
    CHECK(bob.sees(uri)["edited_at"].is_null());

    SUBCASE("another description") {
        updates("<p>look</p>", attached({image("1.png", "a valve")}));
        CHECK(bob.sees(uri)["media_attachments"][0]["description"] == "a valve");
    }
    SUBCASE("one more") {
        updates("<p>look</p>", attached({image("1.png", "a pump"), image("2.png", "a valve")}));
        CHECK(bob.sees(uri)["media_attachments"].size() == 2);
    }
    SUBCASE("none left") {
        updates("<p>look</p>", attached({}));
        CHECK(bob.sees(uri)["media_attachments"].empty());
    }
    SUBCASE("sensitive") {
        auto more = attached({image("1.png", "a pump")});
        more["sensitive"] = true;
        updates("<p>look</p>", more);
        CHECK(bob.sees(uri)["sensitive"] == true);
    }
    const auto shown = bob.sees(uri);
    CHECK_FALSE(shown["edited_at"].is_null());
    CHECK(revisions_of(bob, shown).size() == 2);
}

TEST_CASE_FIXTURE(
    Readers, "whom an edit names may read it and is told once, whom it drops may not"
) {
    creates("<p>psst</p>", only({ann.uri()}));
    CHECK(bob.sees(uri).is_null());
    CHECK(bob.notifications().empty());

    updates("<p>psst, both</p>", only({ann.uri(), bob.uri()}));
    CHECK(says(bob.sees(uri), "psst, both"));
    CHECK(bob.notifications() == std::vector<std::string>{"mention"});
    CHECK(bob.api("GET", "/api/v1/conversations").json[0]["unread"] == true);
    CHECK(ann.notifications() == std::vector<std::string>{"mention"});
    const auto told = bob.api("GET", "/api/v1/notifications").json[0]["id"].get<std::string>();
    bob.api("POST", "/api/v1/notifications/" + told + "/dismiss");

    updates("<p>psst, you two</p>", only({ann.uri(), bob.uri()}));
    CHECK(says(bob.sees(uri), "psst, you two"));
    CHECK(bob.notifications().empty());

    updates("<p>not for ann</p>", only({bob.uri()}));
    CHECK(ann.sees(uri).is_null());
    CHECK(ann.notifications().empty());
    CHECK(ann.api("GET", "/api/v1/conversations").json.empty());
    CHECK(says(bob.sees(uri), "not for ann"));
}

TEST_CASE_FIXTURE(Readers, "of everybody, whom an edit mentions is told") {
    creates("<p>hello</p>");
    updates(
        "<p>hello @ann</p>",
        {{"cc", {peer.user("pat") + "/followers", ann.uri()}},
         {"tag", {{{"type", "Mention"}, {"href", ann.uri()}, {"name", "@ann"}}}}}
    );
    CHECK(ann.notifications() == std::vector<std::string>{"mention"});
    CHECK(bob.sees(uri)["visibility"] == "public");
    CHECK(bob.sees(uri)["account"]["statuses_count"] == 1);
}

TEST_CASE_FIXTURE(Readers, "whom a direct post's edit names elsewhere can fetch it, and gets it") {
    Peer other(cluster, "other.example");
    other.add_user("oli");
    other.delivers(home, "oli", "/inbox", other.activity("oli", "Follow", ann.uri()));
    cluster.settle();
    const auto mine =
        ann.posts("@pat@peer.example psst", {{"visibility", "direct"}})["uri"].get<std::string>();
    cluster.settle();
    const auto path = mine.substr(std::string("https://a.example").size());
    CHECK(other.reads(home, "oli", path).status == 404);
    CHECK(peer.reads(home, "pat", path).status == 200);

    other.received.clear();
    peer.received.clear();
    cluster.advance(std::chrono::seconds(2));
    ann.edits(mine, "@pat@peer.example @oli@other.example psst");
    cluster.settle();
    CHECK(other.reads(home, "oli", path).status == 200);
    for (const auto* server : {&other, &peer}) {
        REQUIRE(server->received.size() == 1);
        CHECK(server->received[0]["type"] == "Update");
    }

    peer.received.clear();
    cluster.advance(std::chrono::seconds(2));
    ann.edits(mine, "@oli@other.example psst");
    cluster.settle();
    CHECK(peer.reads(home, "pat", path).status == 404);
    CHECK(peer.received.empty());  // what it says now is not for them
    CHECK(other.reads(home, "oli", path).status == 200);
    CHECK(other.received.size() == 2);
}

TEST_CASE("whom an edit names and nobody here has heard of is looked up, told, and let read") {
    Cluster cluster{{"a.example", "b.example"}};
    auto ana = cluster.person("a.example", "ana");
    auto ben = cluster.person("b.example", "ben");
    const auto uri = ana.posts("psst", {{"visibility", "direct"}})["uri"].get<std::string>();
    cluster.settle();
    CHECK(ben.sees(uri).is_null());
    cluster.advance(std::chrono::seconds(2));
    ana.edits(uri, "@ben@b.example psst");
    cluster.settle();
    CHECK(ben.notifications() == std::vector<std::string>{"mention"});
    CHECK(ben.sees(uri)["visibility"] == "direct");
}

}  // namespace
}  // namespace outboard::tests
