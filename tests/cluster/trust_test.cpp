// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>

#include "federation/base/bytes.hpp"
#include "federation/proofs.hpp"
#include "src/services/domain_rules.hpp"
#include "src/services/local_accounts.hpp"
#include "src/store/keys.hpp"
#include "tests/cluster/cluster.hpp"

namespace outboard::tests {
namespace {

using nlohmann::json;

struct World {
    Cluster cluster{{"a.example"}};
    Someone ana = cluster.person("a.example", "ana");
    Peer peer{cluster, "peer.example"};
    ClusterNode& home = cluster["a.example"];
    World() { peer.add_user("pat"); }
    Reply get(const std::string& path, const std::string& accept = "application/activity+json") {
        return home.node().call("GET", path, {}, nullptr, {{"Accept", accept}});
    }
    int creates(const std::string& id) {
        return peer.delivers(
            home, "pat", "/inbox", peer.activity("pat", "Create", peer.note("pat", id, "<p>x</p>"))
        );
    }
    void block(const std::string& domain) {
        REQUIRE(services::set_domain_rule(home.app(), {domain, ""}));
    }
};

TEST_CASE_FIXTURE(World, "SIG67: a signature whose nonce was used is refused when it comes again") {
    REQUIRE(creates("/n/1") == 202);
    const auto sends = [&](const std::string& id, const std::string& nonce) {
        http::Request request;
        request.method = "POST";
        request.target = "/inbox";
        request.peer = "192.0.2.9";
        request.body = peer.activity("pat", "Create", peer.note("pat", id, "<p>x</p>")).dump();
        const auto digest = "sha-256=:" + to_base64(sha256(request.body)) + ":";
        const auto seconds = std::to_string(to_ms(home.node().clock.now()) / 1000);
        const auto input = "(\"@method\" \"@target-uri\" \"content-digest\");created=" + seconds +
                           ";keyid=\"" + peer.user("pat") + "#main-key\";nonce=\"" + nonce + "\"";
        const auto base =
            "\"@method\": POST\n\"@target-uri\": https://a.example/inbox\n\"content-digest\": " +
            digest + "\n\"@signature-params\": " + input;
        request.fields = {
            {"Host", "a.example"},
            {"Content-Type", "application/activity+json"},
            {"Content-Digest", digest},
            {"Signature-Input", "sig1=" + input},
            {"Signature", "sig1=:" + to_base64(peer.key("pat").sign(base)) + ":"}
        };
        return home.node().send(request).status;
    };
    CHECK(sends("/n/2", "one") == 202);
    CHECK(sends("/n/3", "one") == 401);
    CHECK(sends("/n/3", "two") == 202);
    cluster.settle();
    CHECK_FALSE(ana.sees(peer.origin() + "/n/3").is_null());
}

TEST_CASE_FIXTURE(
    World, "an actor is found by handle, id and page, and its document is served as it was signed"
) {
    for (const auto* resource :
         {"acct:ana@a.example",
          "acct%3Aana%40a.example",
          "acct:ANA@A.example",
          "https://a.example/users/ana",
          "https://a.example/@ana"}) {
        CAPTURE(resource);
        const auto found =
            home.node().get("/.well-known/webfinger?resource=" + std::string(resource));
        CHECK(found.status == 200);
        CHECK(found.header("content-type").find("application/jrd+json") == 0);
        CHECK(found.header("access-control-allow-origin") == "*");
        CHECK(found.json["subject"] == "acct:ana@a.example");
        CHECK(found.body.find("https://a.example/users/ana") != std::string::npos);
    }
    CHECK(home.node().get("/.well-known/webfinger").status == 400);
    CHECK(home.node().get("/.well-known/webfinger?resource=nonsense").status == 400);
    CHECK(home.node().get("/.well-known/webfinger?resource=acct:nobody@a.example").status == 404);
    CHECK(home.node().get("/.well-known/webfinger?resource=acct:ana@b.example").status == 404);
    for (const auto* resource :
         {"acct:a.example@a.example", "https://a.example", "https://a.example/"}) {
        CHECK(
            home.node()
                .get("/.well-known/webfinger?resource=" + std::string(resource))
                .body.find("https://a.example/actor") != std::string::npos
        );
    }

    const auto document = get("/users/ana");
    CHECK(document.status == 200);
    CHECK(document.header("content-type").find("application/activity+json") == 0);
    CHECK(document.json["id"] == "https://a.example/users/ana");
    CHECK(document.json["inbox"] == "https://a.example/users/ana/inbox");
    CHECK(document.json["publicKey"]["owner"] == document.json["id"]);
    CHECK(document.json.contains("proof"));
    CHECK(document.header("vary").find("Accept") != std::string::npos);
    const auto again = home.node().call(
        "GET",
        "/users/ana",
        {},
        nullptr,
        {{"Accept", "application/ld+json"}, {"If-None-Match", document.header("etag")}}
    );
    CHECK(again.status == 304);
    CHECK(again.body.empty());
    CHECK(
        get("/users/ana", "text/html,application/xhtml+xml,*/*;q=0.8").header("location") ==
        "https://a.example/@ana"
    );
    CHECK(get("/users/nobody").status == 404);
    CHECK(get("/actor", "*/*").json["type"] == "Application");
}

TEST_CASE_FIXTURE(World, "nodeinfo and host-meta describe the node") {
    const auto links = home.node().get("/.well-known/nodeinfo").json["links"];
    CHECK(std::count_if(links.begin(), links.end(), [](const json& link) {
              return link["rel"].get<std::string>().find("nodeinfo.diaspora.software/ns/schema/2."
                     ) != std::string::npos;
          }) == 2);
    for (const auto* version : {"2.0", "2.1"}) {
        const auto info = home.node().get("/nodeinfo/" + std::string(version));
        CHECK(info.json["version"] == version);
        CHECK(info.json["software"]["name"] == "outboard");
        CHECK(info.json["protocols"] == json::array({"activitypub"}));
        CHECK(info.json["usage"]["users"]["total"] == 1);
        CHECK(info.header("content-type").find("profile=") != std::string::npos);
    }
    CHECK(
        home.node()
            .get("/.well-known/host-meta")
            .body.find("https://a.example/.well-known/webfinger?resource={uri}") !=
        std::string::npos
    );
    CHECK(home.node().get("/.well-known/host-meta.json").json["links"][0]["rel"] == "lrdd");
}

TEST_CASE_FIXTURE(World, "collections count, page and show what anybody may see") {
    const auto open = ana.posts("open")["uri"].get<std::string>();
    const auto hidden = ana.posts("hidden", {{"visibility", "private"}})["uri"].get<std::string>();
    cluster.settle();
    const auto outbox = get("/users/ana/outbox");
    CHECK(outbox.json["type"] == "OrderedCollection");
    CHECK(outbox.json["totalItems"] == 1);
    const auto page = get("/users/ana/outbox?page=true");
    CHECK(page.json["type"] == "OrderedCollectionPage");
    CHECK(page.body.find(open) != std::string::npos);
    CHECK(page.body.find(hidden) == std::string::npos);
    peer.delivers(home, "pat", "/inbox", peer.activity("pat", "Follow", ana.uri()));
    const json answer = {{"inReplyTo", open}, {"to", {ana.uri()}}, {"cc", json::array()}};
    peer.delivers(
        home,
        "pat",
        "/users/ana/inbox",
        peer.activity("pat", "Create", peer.note("pat", "/n/quiet", "<p>psst</p>", answer))
    );
    peer.delivers(
        home,
        "pat",
        "/inbox",
        peer.activity(
            "pat", "Create", peer.note("pat", "/n/loud", "<p>hey</p>", {{"inReplyTo", open}})
        )
    );
    cluster.settle();
    CHECK(get("/users/ana/followers").json["totalItems"] == 1);
    CHECK(
        get("/users/ana/followers?page=true").json["orderedItems"] ==
        json::array({peer.user("pat")})
    );
    const auto path = open.substr(std::string("https://a.example").size());
    const auto replies = get(path + "/replies?page=true");
    CHECK(replies.body.find("/n/loud") != std::string::npos);
    CHECK(replies.body.find("/n/quiet") == std::string::npos);
    CHECK(get(path + "/replies").json["totalItems"] == 1);
    CHECK(get(path + "/likes").json["totalItems"] == 0);
    CHECK(get(path + "/activity").json["type"] == "Create");
    CHECK(get(path).json["id"] == open);
    CHECK(get(path, "text/html").status == 302);
    const auto secret = hidden.substr(std::string("https://a.example").size());
    for (const auto* part : {"", "/activity", "/replies", "/likes", "/shares"})
        CHECK(get(secret + part).status == 404);
    CHECK(
        get("/users/ana/collections/featured").json["type"].get<std::string>().find("Collection") !=
        std::string::npos
    );
}

TEST_CASE_FIXTURE(
    World,
    "a known key needs no network, a rotated one is fetched once, a wrong one is not asked for "
    "again and again"
) {
    CHECK(creates("/n/1") == 202);
    const auto first = cluster.network.count("GET", "https://peer.example/");
    CHECK(first >= 1);
    CHECK(creates("/n/2") == 202);
    CHECK(cluster.network.count("GET", "https://peer.example/") == first);
    peer.rotate_key("pat");
    CHECK(creates("/n/3") == 202);
    CHECK(creates("/n/4") == 202);
    cluster.settle();
    CHECK(cluster.network.count("GET", "https://peer.example/users/pat") == 2);
    CHECK_FALSE(ana.sees(peer.origin() + "/n/3").is_null());

    Peer forger(cluster, "forger.example");
    forger.add_user("eve");
    const auto before = cluster.network.count("GET", "https://peer.example/");
    for (int i = 0; i < 10; ++i) {
        const auto body =
            peer.activity("pat", "Create", peer.note("pat", "/n/forged", "<p>x</p>")).dump();
        CHECK(forger.delivers(home, "eve", "/inbox", body, peer.user("pat") + "#main-key") == 401);
    }
    CHECK(cluster.network.count("GET", "https://peer.example/") <= before + 1);
    CHECK(creates("/n/5") == 202);  // the true one is still heard
}

TEST_CASE_FIXTURE(World, "unknown keys of one host cost few fetches") {
    for (int i = 0; i < 100; ++i) {
        const auto actor = peer.user("ghost" + std::to_string(i));
        auto activity = peer.activity("pat", "Like", ana.uri());
        activity["actor"] = actor;
        activity["id"] = actor + "/act/1";
        const auto answer =
            peer.delivers(home, "pat", "/inbox", activity.dump(), actor + "#main-key");
        CHECK((i < 10 ? answer == 401 : answer == 429));  // refused, then asked to come again
    }
    CHECK(cluster.network.count("GET", "https://peer.example/users/ghost") <= 10);
}

TEST_CASE_FIXTURE(World, "a forger's signatures do not lock out somebody we do not know yet") {
    Peer forger(cluster, "forger.example");
    forger.add_user("eve");
    for (int i = 0; i < 3; ++i) {
        const auto body =
            peer.activity("pat", "Create", peer.note("pat", "/n/forged", "<p>x</p>")).dump();
        CHECK(forger.delivers(home, "eve", "/inbox", body, peer.user("pat") + "#main-key") == 401);
    }
    CHECK(creates("/n/1") == 202);
}

TEST_CASE_FIXTURE(
    World,
    "what another server passes on is believed by its proof, or asked for where it comes from"
) {
    Peer carrier(cluster, "carrier.example");
    carrier.add_user("cat");
    const auto proof_key = federation::PrivateKey::generate(federation::KeyKind::Ed25519);
    const auto method = peer.user("pat") + "#ed25519-key";
    peer.add_user(
        "pat",
        {{"assertionMethod",
          {{{"id", method},
            {"type", "Multikey"},
            {"controller", peer.user("pat")},
            {"publicKeyMultibase", proof_key.public_key().to_multibase()}}}}}
    );
    auto note = peer.note("pat", "/n/1", "<p>carried</p>");
    auto create = peer.activity("pat", "Create", note);
    SUBCASE("proved") {
        REQUIRE(federation::add_proof(create, proof_key, method, home.node().clock.now()));
        CHECK(carrier.delivers(home, "cat", "/inbox", create) == 202);
        cluster.settle();
        CHECK(ana.sees(peer.origin() + "/n/1")["content"] == "<p>carried</p>");
    }
    SUBCASE("proved, and changed on the way") {
        REQUIRE(federation::add_proof(create, proof_key, method, home.node().clock.now()));
        create["object"]["content"] = "<p>invented</p>";
        CHECK(carrier.delivers(home, "cat", "/inbox", create) >= 400);
        cluster.settle();
        CHECK(ana.sees(peer.origin() + "/n/1").is_null());
    }
    SUBCASE("only a hint") {
        create["signature"] = {
            {"type", "RsaSignature2017"},
            {"creator", peer.user("pat") + "#main-key"},
            {"created", "2026-09-21T14:00:00Z"},
            {"signatureValue", "bm8="}
        };
        create["object"]["content"] = "<p>invented</p>";
        peer.serve("/n/1", note);
        CHECK(carrier.delivers(home, "cat", "/inbox", create) == 202);
        cluster.settle();
        CHECK(cluster.network.count("GET", "https://peer.example/n/1") == 1);
        CHECK(ana.sees(peer.origin() + "/n/1")["content"] == "<p>carried</p>");
    }
    SUBCASE("nothing to check it by") {
        CHECK(carrier.delivers(home, "cat", "/inbox", create) == 401);
        cluster.settle();
        CHECK(ana.sees(peer.origin() + "/n/1").is_null());
    }
}

TEST_CASE_FIXTURE(
    World, "a blocked domain is not heard, asked, answered or written to, its subdomains neither"
) {
    Peer sub(cluster, "sub.peer.example");
    sub.add_user("sam");
    CHECK(peer.delivers(home, "pat", "/inbox", peer.activity("pat", "Follow", ana.uri())) == 202);
    cluster.settle();
    peer.received.clear();
    block("peer.example");
    const auto seen_before = cluster.network.seen.size();
    CHECK(creates("/n/1") == 403);
    CHECK(sub.delivers(home, "sam", "/inbox", sub.activity("sam", "Follow", ana.uri())) == 403);
    CHECK(peer.reads(home, "pat", "/users/ana").status == 403);
    CHECK(sub.reads(home, "sam", "/users/ana").status == 403);
    ana.posts("not for them");
    cluster.settle();
    CHECK(peer.received.empty());
    Peer other(cluster, "other.example");
    other.add_user("tom");
    other.delivers(
        home, "tom", "/inbox", other.activity("tom", "Announce", peer.origin() + "/n/1")
    );
    cluster.settle();
    const auto asked = std::count_if(
        cluster.network.seen.begin() + static_cast<std::ptrdiff_t>(seen_before),
        cluster.network.seen.end(),
        [](const Seen& one) { return one.url.find("peer.example") != std::string::npos; }
    );
    CHECK(asked == 0);
}

TEST_CASE("with authorized fetch on, only the node's own actor is given to whoever does not sign") {
    TestNodeOptions options;
    options.config.federation_authorized_fetch = true;
    Cluster cluster({"a.example", "b.example"}, options);
    auto ana = cluster.person("a.example", "ana");
    auto ben = cluster.person("b.example", "ben");
    auto& home = cluster["a.example"];
    const auto read = [&](const std::string& path) {
        return home.node()
            .call("GET", path, {}, nullptr, {{"Accept", "application/activity+json"}})
            .status;
    };
    CHECK(read("/users/ana") == 401);
    CHECK(read("/users/ana/outbox") == 401);
    CHECK(read("/actor") == 200);
    ben.follows(ana.uri());  // both ask each other's node actor first
    cluster.settle();
    CHECK(ben.relationship(ana.uri())["following"] == true);
}

TEST_CASE_FIXTURE(World, "an inbox says what is wrong with what it refuses") {
    const auto send = [&](const std::string& type, const std::string& body) {
        http::Request request;
        request.method = "POST";
        request.target = "/users/ana/inbox";
        request.fields = {{"Host", "a.example"}, {"Content-Type", type}};
        request.body = body;
        return home.node().send(request);
    };
    CHECK(send("text/plain", "{}").status == 415);
    const auto unsigned_post = send("application/activity+json", "{}");
    CHECK(unsigned_post.status == 401);
    CHECK(unsigned_post.header("content-type") == "application/problem+json");
    CHECK_FALSE(unsigned_post.json["detail"].get<std::string>().empty());
    CHECK(
        peer.delivers(
            home, "pat", "/users/nobody/inbox", peer.activity("pat", "Follow", ana.uri())
        ) == 404
    );
    CHECK(peer.delivers(home, "pat", "/users/ana/inbox", std::string("<html>")) == 400);
    CHECK(
        peer.delivers(
            home, "pat", "/users/ana/inbox", peer.activity("pat", "Frobnicate", ana.uri())
        ) == 202
    );
}

TEST_CASE_FIXTURE(World, "one server that floods is told to slow down") {
    REQUIRE(creates("/n/0") == 202);
    auto& rules = home.app().domain_rules;
    const auto now = home.app().clock.now();
    std::optional<std::chrono::seconds> wait;
    for (int i = 0; i < 7000 && !wait; ++i) wait = rules.over_rate("peer.example", now);
    REQUIRE(wait);
    CHECK(*wait <= std::chrono::seconds(60));
    CHECK(creates("/n/1") == 429);
    CHECK_FALSE(rules.over_rate("other.example", now));
    cluster.advance(std::chrono::minutes(1));
    CHECK(creates("/n/1") == 202);
    auto config = home.node().config;
    config.limits_rate_limit = false;
    home.node().reconfigure(config);
    for (int i = 0; i < 7000; ++i)
        static_cast<void>(rules.over_rate("peer.example", home.app().clock.now()));
    CHECK(creates("/n/2") == 202);
}

}  // namespace
}  // namespace outboard::tests
