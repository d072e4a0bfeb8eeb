// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>

#include "src/store/statuses.hpp"
#include "tests/cluster/cluster.hpp"

// Our own table of what must not work, and what odd things still mean. The shared corpus has more.

namespace outboard::tests {
namespace {

using nlohmann::json;

constexpr const char* kPublicUri = "https://www.w3.org/ns/activitystreams#Public";

struct World {
    Cluster cluster{{"a.example"}};
    ClusterNode& home = cluster["a.example"];
    Someone ana = cluster.person("a.example", "ana");
    Someone bea = cluster.person("a.example", "bea");
    Peer peer{cluster, "peer.example"};
    Peer evil{cluster, "evil.example"};
    std::string ana_post, ana_secret;

    World() {
        peer.add_user("pat");
        peer.add_user("pam");
        evil.add_user("eve");
        ana_post = ana.posts("a post")["uri"].get<std::string>();
        ana_secret = ana.posts("a secret", {{"visibility", "private"}})["uri"].get<std::string>();
        tells(peer, "pat", "Follow", ana.uri());
        tells(peer, "pam", "Follow", ana.uri());
        tells(peer, "pat", "Create", peer.note("pat", "/n/1", "<p>pat's words</p>"));
        tells(evil, "eve", "Create", evil.note("eve", "/n/1", "<p>eve's words</p>"));
    }
    int tells(
        Peer& from,
        const std::string& name,
        const std::string& type,
        json object,
        json changes = json::object()
    ) {
        const auto status = from.delivers(
            home,
            name,
            "/users/ana/inbox",
            from.activity(name, type, std::move(object), std::move(changes))
        );
        cluster.settle();
        return status;
    }
    std::string pat_post() const { return peer.origin() + "/n/1"; }
    std::optional<Status> status(const std::string& uri) {
        return home.app().db.read([&](store::Reader& db) {
            return store::statuses::find_by_uri(db, uri);
        });
    }
};

struct Case {
    const char* title;
    std::vector<int> answers;
    std::function<int(World&)> act;
};

std::vector<Case> forbidden_cases() {
    return {
        {"a neighbour edits",
         {403},
         [](World& w) {
             return w.tells(w.peer, "pam", "Update", w.peer.note("pam", "/n/1", "<p>changed</p>"));
         }},
        {"a neighbour deletes by id",
         {403},
         [](World& w) { return w.tells(w.peer, "pam", "Delete", w.pat_post()); }},
        {"a neighbour deletes by tombstone",
         {403},
         [](World& w) {
             return w.tells(
                 w.peer, "pam", "Delete", json{{"type", "Tombstone"}, {"id", w.pat_post()}}
             );
         }},
        {"a neighbour deletes the account",
         {403},
         [](World& w) { return w.tells(w.peer, "pam", "Delete", w.peer.user("pat")); }},
        {"a stranger deletes a post of ours",
         {401, 403},
         [](World& w) { return w.tells(w.evil, "eve", "Delete", w.ana_post); }},
        {"a stranger makes a post of ours",
         {400, 403},
         [](World& w) {
             auto note = w.evil.note("eve", "/n/2", "<p>x</p>");
             note["id"] = "https://a.example/users/ana/statuses/77";
             return w.tells(w.evil, "eve", "Create", note);
         }},
        {"somebody else's name",
         {400, 401, 403},
         [](World& w) {
             return w.tells(
                 w.evil,
                 "eve",
                 "Create",
                 w.evil.note("eve", "/n/2", "<p>x</p>", {{"attributedTo", w.peer.user("pat")}})
             );
         }},
        {"a follow in another's name",
         {401},
         [](World& w) {
             return w.tells(
                 w.evil,
                 "eve",
                 "Follow",
                 w.bea.uri(),
                 {{"actor", w.peer.user("pat")}, {"id", w.peer.user("pat") + "/f"}}
             );
         }},
        {"an activity id of another server",
         {400, 403},
         [](World& w) {
             return w.tells(
                 w.evil, "eve", "Like", w.ana_post, {{"id", w.peer.user("pat") + "/likes/1"}}
             );
         }},
        {"a move of somebody else",
         {400, 403},
         [](World& w) {
             return w.tells(
                 w.evil, "eve", "Move", w.peer.user("pat"), {{"target", w.evil.user("eve")}}
             );
         }},
        {"an accept nobody asked for",
         {202},
         [](World& w) {
             return w.tells(
                 w.evil,
                 "eve",
                 "Accept",
                 json{
                     {"type", "Follow"},
                     {"id", "https://a.example/users/ana#follows/1"},
                     {"actor", w.ana.uri()},
                     {"object", w.evil.user("eve")}
                 }
             );
         }},
        {"a boost of a secret of ours",
         {202},
         [](World& w) {
             return w.tells(w.evil, "eve", "Announce", w.ana_secret, {{"to", {kPublicUri}}});
         }},
        {"a like of a secret of ours",
         {202},
         [](World& w) { return w.tells(w.evil, "eve", "Like", w.ana_secret); }},
        {"a pin on another's list",
         {202, 400, 403},
         [](World& w) {
             return w.tells(
                 w.peer, "pam", "Add", w.pat_post(), {{"target", w.peer.user("pat") + "/featured"}}
             );
         }},
        {"a type nobody knows",
         {202},
         [](World& w) {
             return w.tells(w.evil, "eve", "Frobnicate", w.evil.note("eve", "/n/3", "<p>x</p>"));
         }},
        {"a follow of nobody",
         {202},
         [](World& w) { return w.tells(w.evil, "eve", "Follow", "https://a.example/users/nobody"); }
        },
        {"a follow of the node",
         {202},
         [](World& w) { return w.tells(w.evil, "eve", "Follow", "https://a.example/actor"); }},
        {"a vote",
         {202},
         [](World& w) {
             return w.tells(
                 w.evil,
                 "eve",
                 "Create",
                 w.evil.note(
                     "eve",
                     "/v/1",
                     "",
                     {{"content", nullptr},
                      {"name", "Yes"},
                      {"inReplyTo", w.ana_post},
                      {"to", {w.ana.uri()}},
                      {"cc", nullptr}}
                 )
             );
         }},
        {"a group's copy of another's post",
         {202},
         [](World& w) {
             const json inner = {
                 {"type", "Create"},
                 {"id", w.peer.user("pat") + "/c"},
                 {"actor", w.peer.user("pat")},
                 {"object", w.peer.note("pat", "/n/9", "<p>invented</p>")}
             };
             return w.tells(w.evil, "eve", "Announce", inner);
         }},
    };
}

TEST_CASE(
    "what is not one's own cannot be made, changed or removed, and nothing is left behind by trying"
) {
    for (const auto& test : forbidden_cases()) {
        CAPTURE(test.title);
        World world;
        const auto before = world.home.state();
        const auto answer = test.act(world);
        CAPTURE(answer);
        CHECK(std::find(test.answers.begin(), test.answers.end(), answer) != test.answers.end());
        CHECK(world.home.state() == before);
    }
}

TEST_CASE("a reaction is a favourite, and is taken back as one") {
    World world;
    const auto react =
        world.peer.activity("pat", "EmojiReact", world.ana_post, {{"content", "🎉"}});
    CHECK(world.peer.delivers(world.home, "pat", "/inbox", react) == 202);
    world.cluster.settle();
    CHECK(world.status(world.ana_post)->favourites_count == 1);
    CHECK(world.tells(world.peer, "pat", "Undo", react) == 202);
    CHECK(world.status(world.ana_post)->favourites_count == 0);
}

TEST_CASE("a follower may favourite and boost what followers see, as far as it may go") {
    World world;
    world.tells(world.peer, "pat", "Like", world.ana_secret);
    CHECK(world.status(world.ana_secret)->favourites_count == 1);
    world.tells(
        world.peer,
        "pat",
        "Announce",
        world.ana_secret,
        {{"to", {world.peer.user("pat") + "/followers"}}}
    );
    CHECK(world.status(world.ana_secret)->boosts_count == 0);
}

TEST_CASE("a boost brings in the post from its own server, and goes with it") {
    World world;
    world.bea.follows(world.evil.user("eve"));
    world.cluster.settle();
    for (const auto& one : world.evil.received) {
        if (one["type"] == "Follow") world.tells(world.evil, "eve", "Accept", one["id"]);
    }
    REQUIRE(world.bea.relationship(world.evil.user("eve"))["following"] == true);
    const auto note = world.peer.note("pat", "/n/5", "<p>true words</p>");
    world.peer.serve("/n/5", note);
    auto invented = note;
    invented["content"] = "<p>invented</p>";
    world.tells(
        world.evil,
        "eve",
        "Announce",
        invented,
        {{"to", {kPublicUri}}, {"cc", {world.evil.user("eve") + "/followers"}}}
    );
    REQUIRE(world.status(world.peer.origin() + "/n/5"));
    CHECK(world.status(world.peer.origin() + "/n/5")->content.str() == "<p>true words</p>");
    const auto home = world.bea.home();
    CHECK(std::count(home.begin(), home.end(), world.peer.origin() + "/n/5") == 1);
    world.tells(world.peer, "pat", "Delete", note["id"]);
    CHECK(world.bea.home().size() == home.size() - 1);
}

TEST_CASE("pins are the owner's to set") {
    World world;
    const json target = {{"target", world.peer.user("pat") + "/featured"}};
    world.tells(world.peer, "pat", "Add", world.pat_post(), target);
    const auto pinned = [&] {
        const auto account = world.status(world.pat_post())->account;
        return world.home.app().db.read([&](store::Reader& db) {
            return store::statuses::list_pinned(db, account).size();
        });
    };
    CHECK(pinned() == 1);
    world.tells(world.peer, "pat", "Remove", world.pat_post(), target);
    CHECK(pinned() == 0);
}

TEST_CASE("a block by somebody else ends both follows and looks the same to a stranger") {
    World world;
    CHECK(world.ana.relationship(world.peer.user("pat"))["followed_by"] == true);
    CHECK(world.tells(world.peer, "pat", "Block", world.ana.uri()) == 202);
    CHECK(world.ana.relationship(world.peer.user("pat"))["followed_by"] == false);
    CHECK(world.tells(world.evil, "eve", "Block", world.bea.uri()) == 202);
    CHECK(world.tells(world.evil, "eve", "Block", "https://a.example/users/nobody") == 202);
}

TEST_CASE("an actor's changes are read from its own server, whatever the Update says") {
    World world;
    auto embedded = world.peer.actor_document("pat");
    embedded["name"] = "Embedded";
    world.peer.add_user("pat", {{"name", "Served"}, {"summary", "<p>new</p>"}});
    CHECK(
        world.peer.delivers(
            world.home, "pat", "/inbox", world.peer.activity("pat", "Update", embedded)
        ) == 202
    );
    world.cluster.settle();
    CHECK(world.ana.looks_up(world.peer.user("pat"))["display_name"] == "Served");
}

TEST_CASE("a report is taken") {
    World world;
    CHECK(
        world.tells(
            world.peer,
            "pat",
            "Flag",
            json::array({world.ana.uri(), world.ana_post}),
            {{"content", "spam"}}
        ) == 202
    );
}

TEST_CASE("one bad activity among many is put aside, and the others have their effect") {
    World world;
    for (int i = 0; i < 30; ++i) {
        const auto id = "/m/" + std::to_string(i);
        world.peer.delivers(
            world.home,
            "pat",
            "/inbox",
            world.peer.activity("pat", "Create", world.peer.note("pat", id, "<p>x</p>"))
        );
    }
    // As if the disk or an older version had left it so.
    static constexpr store::Query kSpoil{
        "test.spoil",
        "UPDATE inbox SET document = NULL WHERE id = (SELECT max(id) - 0 FROM inbox WHERE state = "
        "'waiting' AND id < (SELECT max(id) FROM inbox))"
    };
    REQUIRE(
        world.home.app().db.write([&](store::Writer& tx) { return tx.execute(kSpoil); }).value() ==
        1
    );
    world.cluster.settle();
    int here = 0;
    for (int i = 0; i < 30; ++i)
        here += world.status(world.peer.origin() + "/m/" + std::to_string(i)) ? 1 : 0;
    CHECK(here == 29);
    static constexpr store::Query kDead{
        "test.dead", "SELECT count(*) FROM inbox WHERE state = 'dead'"
    };
    CHECK(world.home.app().db.read([](store::Reader& db) { return db.count(kDead); }) == 1);
}

}  // namespace
}  // namespace outboard::tests
