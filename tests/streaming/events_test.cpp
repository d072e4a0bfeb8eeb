// SPDX-License-Identifier: Apache-2.0
// What is told to whom. Timelines are the measure: a stream shows what they show, and nothing else.
#include <algorithm>
#include <map>
#include <set>

#include "src/store/keys.hpp"
#include "src/store/statuses.hpp"
#include "src/store/streams.hpp"
#include "tests/streaming/live.hpp"

namespace outboard::tests {
namespace {

using nlohmann::json;
using Ids = std::vector<std::string>;

template <class Write>
auto written(Live& live, Write&& write) {
    auto outcome = live.node.db().write(std::forward<Write>(write));
    REQUIRE(outcome.has_value());
    return *outcome;
}

TEST_CASE("streams and timelines show each viewer the same, in the same form") {
    Live live;
    auto& node = live.node;
    const auto ana = node.person("ana"), bob = node.person("bob"), eve = node.person("eve"),
               mia = node.person("mia"), ole = node.person("ole");
    live.follow(ana, bob);
    live.follow(ana, mia);
    live.follow(ana, ole);
    live.follow(bob, ana);
    node.post("/api/v1/accounts/" + mia.id.str() + "/mute", ana.token);
    node.post("/api/v1/accounts/" + ana.id.str() + "/block", ole.token);

    struct Watched {
        Actor viewer;
        std::string query, timeline;
        std::shared_ptr<Ear> ear;
        std::set<std::string> heard;
    };
    std::vector<Watched> all;
    for (const auto& viewer : {ana, bob, eve}) {
        for (const auto& [query, timeline] : std::vector<std::pair<std::string, std::string>>{
                 {"stream=user", "home?"},
                 {"stream=public", "public?"},
                 {"stream=public:local", "public?local=true&"},
                 {"stream=public:remote", "public?remote=true&"},
                 {"stream=public:media", "public?only_media=true&"},
                 {"stream=hashtag&tag=Pumps", "tag/pumps?"},
                 {"stream=hashtag:local&tag=pumps", "tag/pumps?local=true&"}
             }) {
            all.push_back({viewer, query, timeline, live.socket(viewer.token, query), {}});
        }
    }
    const auto hear = [&] {
        live.step();
        for (auto& one : all) {
            for (const auto& message : one.ear->take()) {
                if (message.at("event") != "update") continue;
                const auto status = json::parse(message.at("payload").get<std::string>());
                const std::string id = status.at("id");
                CAPTURE(one.query);
                CHECK(one.heard.insert(id).second);  // once
                CHECK(node.get("/api/v1/statuses/" + id, one.viewer.token).json == status);
            }
        }
    };
    const auto say = [&](const Actor& author, json status) {
        node.clock.advance(std::chrono::seconds(1));
        const auto reply = node.post("/api/v1/statuses", author.token, std::move(status));
        REQUIRE(reply.status == 200);
        hear();
        return reply.json.at("id").get<std::string>();
    };
    std::map<std::string, std::string> by;
    for (const auto& author : {ana, bob, eve, mia, ole}) {
        const auto& name = author.username;
        by[name] = say(author, {{"status", name + " on #pumps"}});
        say(author, {{"status", "Quiet #pumps"}, {"visibility", "unlisted"}});
        say(author, {{"status", "Among us #pumps"}, {"visibility", "private"}});
        say(author, {{"status", "To @eve #pumps"}, {"visibility", "direct"}});
    }
    say(bob, {{"status", "An answer"}, {"in_reply_to_id", by["eve"]}});
    say(bob, {{"status", "An answer"}, {"in_reply_to_id", by["ana"]}});
    for (const auto& [author, target] : std::vector<std::pair<Actor, std::string>>{
             {bob, "eve"}, {bob, "mia"}, {bob, "ole"}, {ana, "bob"}, {eve, "ana"}
         }) {
        node.clock.advance(std::chrono::seconds(1));
        node.post("/api/v1/statuses/" + by[target] + "/reblog", author.token);
        hear();
    }
    store::statuses::NewStatus remote;
    const auto far = node.remote("far", "far.example");
    remote.status.uri = "https://far.example/notes/1";
    remote.status.account = far.id;
    remote.status.created_at = remote.status.received_at = node.clock.now();
    remote.status.content = SafeHtml::from_trusted("<p>From afar</p>");
    remote.audience = {{AudienceKind::Public, {}}};
    remote.hashtags = {"PUMPS"};
    Media picture;
    picture.account = far.id;
    picture.kind = "image";
    picture.remote_url = "https://far.example/1.png";
    remote.media = {picture};
    written(live, [&](store::Writer& tx) { return store::statuses::insert(tx, remote); });
    hear();

    std::size_t heard = 0;
    for (const auto& one : all) {
        CAPTURE(one.viewer.username);
        CAPTURE(one.query);
        std::set<std::string> shown;
        const auto page =
            node.get("/api/v1/timelines/" + one.timeline + "limit=40", one.viewer.token);
        for (const auto& status : page.json) shown.insert(status.at("id").get<std::string>());
        CHECK(one.heard == shown);
        heard += one.heard.size();
    }
    CHECK(heard > 60);
}

TEST_CASE("an edit and a deletion reach those who had the status") {
    Live live;
    auto& node = live.node;
    const auto ana = node.person("ana"), bob = node.person("bob"), eve = node.person("eve");
    live.follow(bob, ana);
    const auto own = live.socket(ana.token, "stream=user"),
               fan = live.socket(bob.token, "stream=user"),
               stranger = live.socket(eve.token, "stream=user"),
               open = live.socket(eve.token, "stream=public"),
               tagged = live.socket(eve.token, "stream=hashtag&tag=pumps"),
               untagged = live.socket(eve.token, "stream=hashtag&tag=valves");
    const auto all = {own, fan, stranger, open, tagged, untagged};
    const auto clear = [&] {
        for (const auto& ear : all) ear->take();
    };
    const auto note = node.posts(ana, "Pumps #pumps"), secret = node.posts(ana, "Hush", "private");
    live.step();
    clear();

    node.clock.advance(std::chrono::seconds(1));
    node.call("PUT", "/api/v1/statuses/" + note, ana.token, {{"status", "Better #pumps"}});
    live.step();
    for (const auto& ear : {own, fan, open, tagged}) {
        const auto got = ear->take();
        REQUIRE(ids_of(got, "status.update") == Ids{note});
        const auto status = json::parse(got.front().at("payload").get<std::string>());
        CHECK(status.at("content").get<std::string>().find("Better") != std::string::npos);
        CHECK_FALSE(status.at("edited_at").is_null());
    }
    CHECK(stranger->take().empty());
    CHECK(untagged->take().empty());

    node.call("DELETE", "/api/v1/statuses/" + secret, ana.token);
    live.step();
    CHECK(ids_of(own->take(), "delete") == Ids{secret});
    CHECK(ids_of(fan->take(), "delete") == Ids{secret});
    for (const auto& ear : {stranger, open, tagged, untagged}) CHECK(ear->take().empty());
    node.call("DELETE", "/api/v1/statuses/" + note, ana.token);
    live.step();
    for (const auto& ear : {own, fan, open, tagged}) {
        CHECK(ids_of(ear->take(), "delete") == Ids{note});
    }
    CHECK(stranger->take().empty());
    CHECK(untagged->take().empty());

    // A boost that is taken back is gone from the homes that have it.
    const auto other = node.posts(eve, "Valves");
    const auto boost =
        node.post("/api/v1/statuses/" + other + "/reblog", ana.token).json["id"].get<std::string>();
    live.step();
    CHECK(ids_of(fan->take()) == Ids{boost});
    clear();
    node.post("/api/v1/statuses/" + other + "/unreblog", ana.token);
    live.step();
    CHECK(ids_of(fan->take(), "delete") == Ids{boost});
    CHECK(open->take().empty());
}

TEST_CASE("a deleted direct status is told to whom it was for") {
    Live live;
    auto& node = live.node;
    const auto ana = node.person("ana"), bob = node.person("bob"), eve = node.person("eve");
    live.follow(eve, ana);
    const auto named = live.socket(bob.token, "stream=user"),
               fan = live.socket(eve.token, "stream=user");
    const auto note = node.posts(ana, "To @bob alone", "direct");
    live.step();
    CHECK(fan->take().empty());
    const auto got = named->take();
    REQUIRE(got.size() == 1);  // the mention; it is not of bob's home
    CHECK(got.front().at("event") == "notification");
    node.call("DELETE", "/api/v1/statuses/" + note, ana.token);
    live.step();
    CHECK(ids_of(named->take(), "delete") == Ids{note});
    CHECK(fan->take().empty());
}

TEST_CASE("a direct status is told as a conversation to those who take part") {
    Live live;
    auto& node = live.node;
    const auto ana = node.person("ana"), bob = node.person("bob"), eve = node.person("eve");
    live.follow(eve, ana);
    const auto mine = live.socket(ana.token, "stream=direct"),
               theirs = live.socket(bob.token, "stream=direct"),
               stranger = live.socket(eve.token, "stream=direct");
    const auto told = [&](const Actor& who, const std::shared_ptr<Ear>& ear) {
        const auto got = ear->take();
        REQUIRE(got.size() == 1);
        CHECK(got.front().at("event") == "conversation");
        CHECK(got.front().at("stream") == json::array({"direct"}));
        const auto listed = node.get("/api/v1/conversations", who.token).json;
        REQUIRE(listed.size() == 1);
        CHECK(json::parse(got.front().at("payload").get<std::string>()) == listed.front());
        return listed.front();
    };
    const auto first = node.posts(ana, "To @bob alone", "direct");
    live.step();
    CHECK_FALSE(told(ana, mine).at("unread").get<bool>());
    CHECK(told(bob, theirs).at("unread").get<bool>());
    node.clock.advance(std::chrono::seconds(1));
    const auto second =
        node.post(
                "/api/v1/statuses",
                bob.token,
                {{"status", "@ana yes"}, {"visibility", "direct"}, {"in_reply_to_id", first}}
        ).json.at("id");
    live.step();
    CHECK(told(ana, mine).at("last_status").at("id") == second);
    CHECK(told(bob, theirs).at("last_status").at("id") == second);
    node.posts(ana, "To all");
    live.step();
    CHECK(mine->take().empty());
    CHECK(stranger->take().empty());
}

TEST_CASE("a followed tag brings statuses to the stream of home as to home itself") {
    Live live;
    auto& node = live.node;
    const auto ana = node.person("ana"), bob = node.person("bob");
    REQUIRE(node.post("/api/v1/tags/pumps/follow", bob.token).status == 200);
    const auto ear = live.socket(bob.token, "stream=user");
    const auto note = node.posts(ana, "On #pumps");
    node.posts(ana, "On #valves");
    live.step();
    CHECK(ids_of(ear->take()) == Ids{note});
    const auto home = node.get("/api/v1/timelines/home", bob.token).json;
    REQUIRE(home.size() == 1);
    CHECK(home.front().at("id") == note);
}

TEST_CASE("notifications come as the list of them shows them, to tokens that may read them") {
    Live live;
    auto& node = live.node;
    const auto ana = node.person("ana"), bob = node.person("bob"), eve = node.person("eve");
    node.post("/api/v1/accounts/" + eve.id.str() + "/block", ana.token);
    const auto user = live.socket(ana.token, "stream=user"),
               only = live.socket(ana.token, "stream=user:notification"),
               both = live.socket(ana.token, "stream=user"),
               narrow = live.socket(node.token(ana.id, "read:statuses"), "stream=user"),
               others = live.socket(bob.token, "stream=user");
    both->program->on_text(R"({"type":"subscribe","stream":"user:notification"})");
    const auto note = node.posts(ana, "Pumps");
    live.step();
    for (const auto& ear : {user, only, both, narrow, others}) ear->take();
    node.post("/api/v1/statuses/" + note + "/favourite", bob.token);
    live.follow(bob, ana);
    node.posts(bob, "Look @ana");
    node.posts(eve, "Look @ana");  // blocked
    live.step();
    const auto listed = node.get("/api/v1/notifications", ana.token).json;
    REQUIRE(listed.size() == 3);
    const auto check = [&](const std::shared_ptr<Ear>& ear, std::size_t copies) {
        std::vector<json> told;
        for (const auto& message : ear->take()) {
            if (message.at("event") == "notification") {
                told.push_back(json::parse(message.at("payload").get<std::string>()));
            }
        }
        REQUIRE(told.size() == 3 * copies);
        for (std::size_t i = 0; i < told.size(); ++i) CHECK(told[i] == listed[2 - i / copies]);
    };
    check(user, 1);
    check(only, 1);
    check(both, 2);  // once on each of its streams
    CHECK(ids_of(narrow->take(), "notification").empty());
    CHECK(ids_of(others->take(), "notification").empty());
}

TEST_CASE("a status that reaches homes in several steps is told once to each") {
    Live live;
    auto& node = live.node;
    const auto ana = node.person("ana"), bob = node.person("bob"), eve = node.person("eve");
    live.follow(ana, eve);
    live.follow(bob, eve);
    const auto first = live.socket(ana.token, "stream=user"),
               second = live.socket(bob.token, "stream=user");
    first->take();
    store::statuses::NewStatus fresh;
    fresh.status.uri = "https://home.example/notes/1";
    fresh.status.account = eve.id;
    fresh.status.created_at = fresh.status.received_at = node.clock.now();
    fresh.status.content = SafeHtml::from_trusted("<p>To many</p>");
    fresh.audience = {{AudienceKind::Public, {}}};
    StatusId id;
    const auto after = written(live, [&](store::Writer& tx) {
        id = store::statuses::insert(tx, fresh);
        return store::statuses::fan_out_home(tx, eve.id, id, /*is_boost=*/false, 0, 1);
    });
    live.step();
    CHECK(ids_of(first->take()) == Ids{id.str()});
    CHECK(second->take().empty());
    written(live, [&](store::Writer& tx) {
        return store::statuses::fan_out_home(tx, eve.id, id, /*is_boost=*/false, after, 1);
    });
    live.step();
    CHECK(ids_of(second->take()) == Ids{id.str()});
    CHECK(first->take().empty());
}

TEST_CASE("what was written long ago is no news, however late it comes") {
    Live live;
    auto& node = live.node;
    const auto ana = node.person("ana");
    const auto far = node.remote("far", "far.example");
    const auto ear = live.socket(ana.token, "stream=public");
    const auto store_one = [&](const std::string& uri, std::chrono::hours age) {
        store::statuses::NewStatus fresh;
        fresh.status.uri = uri;
        fresh.status.account = far.id;
        fresh.status.received_at = node.clock.now();
        fresh.status.created_at = node.clock.now() - age;
        fresh.audience = {{AudienceKind::Public, {}}};
        return written(live, [&](store::Writer& tx) { return store::statuses::insert(tx, fresh); });
    };
    store_one("https://far.example/old", std::chrono::hours(48));
    const auto recent = store_one("https://far.example/new", std::chrono::hours(1));
    live.step();
    CHECK(ids_of(ear->take()) == Ids{recent.str()});
}

TEST_CASE("nothing is heard after a token was revoked or its account suspended") {
    Live live;
    auto& node = live.node;
    const auto ana = node.person("ana"), bob = node.person("bob"), eve = node.person("eve");
    const auto revoked = live.socket(bob.token, "stream=public"),
               suspended = live.events(eve.token, "public"),
               fine = live.socket(ana.token, "stream=public");
    node.posts(ana, "Before");
    live.step();
    for (const auto& ear : {revoked, suspended, fine}) CHECK(ear->raw.size() == 1);
    REQUIRE(node.db().write([&](store::Writer& tx) { store::tokens::revoke_all(tx, bob.id); }));
    node.suspend(eve.id);
    node.posts(ana, "After");
    live.step();
    for (const auto& ear : {revoked, suspended}) {
        CHECK(ear->raw.size() == 1);
        CHECK(ear->ended == http::StreamEnd::Refused);
    }
    CHECK(fine->raw.size() == 2);
    CHECK_FALSE(fine->ended);
}

TEST_CASE("events wait for their first listener no longer than it was there") {
    Live live;
    auto& node = live.node;
    const auto ana = node.person("ana");
    node.posts(ana, "Before");
    const auto ear = live.socket(ana.token, "stream=user");
    live.step();
    CHECK(ear->take().empty());
    const auto note = node.posts(ana, "While");
    live.step();
    CHECK(ids_of(ear->take()) == Ids{note});
    ear->program->on_closed();
    node.posts(ana, "Without");
    live.step();
    CHECK(ear->take().empty());
    const auto later = live.socket(ana.token, "stream=user");
    live.step();
    CHECK(later->take().empty());
}

TEST_CASE("more events than one round takes come in the rounds after it, in order") {
    Live live;
    auto& node = live.node;
    const auto ana = node.person("ana");
    const auto ear = live.socket(ana.token, "stream=user");
    Ids posted;
    written(live, [&](store::Writer& tx) {
        for (int i = 0; i < 250; ++i) {
            store::statuses::NewStatus fresh;
            fresh.status.uri = "https://home.example/notes/" + std::to_string(i);
            fresh.status.account = ana.id;
            fresh.status.created_at = fresh.status.received_at = node.clock.now();
            fresh.audience = {{AudienceKind::Public, {}}};
            const auto id = store::statuses::insert(tx, fresh);
            store::statuses::add_to_home(tx, ana.id, id);
            posted.push_back(id.str());
        }
        return true;
    });
    live.step();
    CHECK(ear->raw.size() == 200);
    live.step();
    CHECK(ids_of(ear->take()) == posted);
}

}  // namespace
}  // namespace outboard::tests
