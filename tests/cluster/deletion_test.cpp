// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>

#include "federation/base/time.hpp"
#include "src/services/key_ring.hpp"
#include "src/services/local_accounts.hpp"
#include "src/store/accounts.hpp"
#include "src/store/keys.hpp"
#include "src/store/statuses.hpp"
#include "tests/cluster/cluster.hpp"

/// What becomes of an account of ours that is deleted: who hears of it, what goes, what stays.
namespace outboard::tests {
namespace {

using nlohmann::json;

std::vector<std::string> deletions_of(const Peer& peer, const std::string& actor) {
    std::vector<std::string> inboxes;
    for (const auto& one : peer.received) {
        if (one["type"] == "Delete" && one["object"] == actor) inboxes.push_back(one["id"]);
    }
    return inboxes;
}

struct Leaving {
    Cluster cluster{{"a.example", "b.example"}};
    Someone ana = cluster.person("a.example", "ana");
    Someone ben = cluster.person("b.example", "ben");
    ClusterNode& home = cluster["a.example"];

    std::string posts(const std::string& text, json more = json::object()) {
        cluster.advance(std::chrono::seconds(2));
        auto uri = ana.posts(text, std::move(more))["uri"].get<std::string>();
        cluster.settle();
        return uri;
    }
    void deletes_ana() {
        REQUIRE(services::delete_local_account(home.app(), "ana"));
        cluster.settle();
    }
    void passes(std::chrono::hours time) {
        for (std::chrono::hours hour(0); hour < time; hour += std::chrono::hours(6)) {
            cluster.advance(std::chrono::hours(6));
            cluster.settle();
        }
    }
    std::int64_t rows(const store::Query& query) {
        return home.app().db.read([&](store::Reader& db) { return db.count(query, ana.actor().id); }
        );
    }
    Reply reads(const std::string& path) {
        return home.node().call(
            "GET", path, {}, nullptr, {{"Accept", "application/activity+json"}}
        );
    }
};

constexpr store::Query kKeys{"test.keys_of", "SELECT count(*) FROM keys WHERE account = $1"};
constexpr store::Query kUsers{"test.users_of", "SELECT count(*) FROM users WHERE account = $1"};
constexpr store::Query kTokens{"test.tokens_of", "SELECT count(*) FROM tokens WHERE account = $1"};
constexpr store::Query kPosts{
    "test.posts_of",
    "SELECT count(*) FROM statuses WHERE account = $1 AND (state <> 'deleted' OR content <> '' OR "
    "source <> '' OR document IS NOT NULL)"
};
constexpr store::Query kMedia{"test.media_of", "SELECT count(*) FROM media WHERE account = $1"};
constexpr store::Query kFollows{
    "test.follows_of", "SELECT count(*) FROM follows WHERE account = $1 OR target = $1"
};
constexpr store::Query kLists{
    "test.lists_of",
    "SELECT (SELECT count(*) FROM favourites WHERE account = $1)"
    " + (SELECT count(*) FROM bookmarks WHERE account = $1)"
    " + (SELECT count(*) FROM home WHERE account = $1)"
    " + (SELECT count(*) FROM notifications WHERE account = $1)"
    " + (SELECT count(*) FROM mutes WHERE account = $1)"
    " + (SELECT count(*) FROM blocks WHERE account = $1)"
    " + (SELECT count(*) FROM idempotency WHERE account = $1)"
};
constexpr store::Query kOutbox{"test.outbox_of", "SELECT count(*) FROM outbox WHERE account = $1"};
// Of the bytes we made, those about an own post or activity.
constexpr store::Query kOwnBytes{
    "test.own_bytes",
    "SELECT count(*) FROM documents WHERE verified_how = 'own' AND uri <> 'https://a.example/actor'"
    " AND $1 <> 0"
};

TEST_CASE_FIXTURE(
    Leaving, "a deleted account is taken leave of once at every server that had to do with it"
) {
    Peer follower(cluster, "follows.example"), mentioned(cluster, "mentioned.example"),
        booster(cluster, "boosts.example"), liker(cluster, "likes.example"),
        answerer(cluster, "answers.example"), followed(cluster, "followed.example"),
        stranger(cluster, "stranger.example");
    for (auto* peer : {&follower, &mentioned, &booster, &liker, &answerer, &followed, &stranger}) {
        peer->add_user("pat");
        peer->add_user("sue");
    }
    const auto uri = posts("hello");
    follower.delivers(home, "pat", "/inbox", follower.activity("pat", "Follow", ana.uri()));
    follower.delivers(home, "sue", "/inbox", follower.activity("sue", "Like", uri));
    booster.delivers(home, "pat", "/inbox", booster.activity("pat", "Announce", uri));
    liker.delivers(home, "pat", "/inbox", liker.activity("pat", "Like", uri));
    const json reply = {{"inReplyTo", uri}, {"cc", {ana.uri()}}};
    answerer.delivers(
        home,
        "pat",
        "/inbox",
        answerer.activity("pat", "Create", answerer.note("pat", "/n/1", "<p>so?</p>", reply))
    );
    for (const auto* name : {"pat", "sue"}) {  // two people, one server
        const auto note = std::string("/n/") + name;
        const json to_ana = {{"to", {ana.uri()}}, {"cc", json::array()}};
        mentioned.delivers(
            home,
            name,
            "/inbox",
            mentioned.activity(name, "Create", mentioned.note(name, note, "<p>psst</p>", to_ana))
        );
        cluster.settle();
        ana.replies(mentioned.origin() + note, "yes", {{"visibility", "direct"}});
    }
    ana.follows(followed.user("pat"));
    stranger.delivers(
        home,
        "pat",
        "/inbox",
        stranger.activity("pat", "Create", stranger.note("pat", "/n/1", "<p>x</p>"))
    );
    cluster.settle();

    deletes_ana();
    for (const auto* peer : {&follower, &mentioned, &booster, &liker, &answerer, &followed})
        CHECK(deletions_of(*peer, ana.uri()).size() == 1);
    CHECK(deletions_of(stranger, ana.uri()).empty());
}

TEST_CASE_FIXTURE(Leaving, "the login of a deleted account is gone at once, its posts soon after") {
    ben.follows(ana.uri());
    ana.follows(ben.uri());
    cluster.settle();
    const auto uri = posts("hello @ben@b.example");
    const auto edited = posts("first words");
    ana.edits(edited, "better words");
    ben.does(uri, "favourite");
    const auto answer = ben.replies(uri, "well?")["uri"].get<std::string>();
    cluster.settle();
    ana.does(answer, "favourite");
    ana.does(answer, "bookmark");
    ana.does(answer, "reblog");
    cluster.settle();
    REQUIRE(home.app().db.write([&](store::Writer& tx) {
        auto status = *store::statuses::find_by_uri(tx, uri);
        store::statuses::edit(
            tx,
            {.status = status,
             .audience = {},
             .mentions = {},
             .hashtags = {},
             .media = {{.account = status.account, .kind = "image"}}}
        );
    }));
    CHECK(rows(kMedia) == 1);
    CHECK(rows(kKeys) == 2);

    deletes_ana();
    CHECK(rows(kUsers) == 0);
    CHECK(rows(kTokens) == 0);
    CHECK(ana.api("GET", "/api/v1/accounts/verify_credentials").status == 401);
    CHECK(ben.looks_up(ana.uri()).is_null());
    CHECK(ben.sees(uri).is_null());
    CHECK(ben.sees(answer)["favourites_count"] == 0);

    cluster.advance(std::chrono::minutes(11));
    cluster.settle();
    for (const auto* query : {&kKeys, &kPosts, &kMedia, &kFollows, &kLists, &kOutbox, &kOwnBytes}) {
        CAPTURE(query->name);
        CHECK(rows(*query) == 0);
    }
    CHECK_FALSE(home.app().key_ring.request_signer(ana.actor().id));
    CHECK(reads("/users/ana").status == 410);
    CHECK(services::check_username(home.app(), "ana"));  // a name, but one that is never free again
    CHECK_FALSE(services::create_local_account(
        home.app(), {.username = "ana", .display_name = "", .email = "", .password = "a long one"}
    ));
}

TEST_CASE_FIXTURE(
    Leaving, "the keys of a deleted account stay until its last activity is delivered, or given up"
) {
    ben.follows(ana.uri());
    cluster.settle();
    posts("hello");
    cluster.network.down.insert("b.example");
    deletes_ana();
    passes(std::chrono::hours(24));
    CHECK(rows(kPosts) == 0);
    CHECK(rows(kUsers) == 0);
    CHECK(rows(kKeys) == 2);
    SUBCASE("its host is back") {
        cluster.network.down.clear();
        passes(std::chrono::hours(24));
        CHECK(ben.looks_up(ana.uri()).is_null());  // b took the signature for good
        CHECK(ben.home().empty());
    }
    SUBCASE("its host never comes back") {
        passes(std::chrono::hours(24 * 31));
        static constexpr store::Query kWaiting{
            "test.waiting", "SELECT count(*) FROM deliveries WHERE state = 'waiting' AND $1 <> 0"
        };
        CHECK(rows(kWaiting) == 0);
    }
    CHECK(rows(kKeys) == 0);
    CHECK(rows(kOutbox) == 0);
}

TEST_CASE_FIXTURE(Leaving, "what remains of a deleted account is a tombstone") {
    CHECK(reads("/users/ana").status == 200);
    const auto at = home.node().clock.now();
    deletes_ana();
    const auto check = [&] {
        const auto gone = reads("/users/ana");
        CHECK(gone.status == 410);
        CHECK(gone.header("content-type").starts_with("application/activity+json"));
        CHECK(gone.json["type"] == "Tombstone");
        CHECK(gone.json["id"] == ana.uri());
        CHECK(gone.json["formerType"] == "Person");
        CHECK(parse_rfc3339(gone.json["deleted"].get<std::string>()) == at);
    };
    check();
    cluster.advance(std::chrono::hours(24 * 120));  // longer than others' tombstones are kept
    cluster.settle();
    check();
    CHECK(reads("/users/ana/followers").status == 410);
    CHECK(reads("/users/nobody").status == 404);
}

}  // namespace
}  // namespace outboard::tests
