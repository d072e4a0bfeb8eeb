// SPDX-License-Identifier: Apache-2.0
#include "src/present/fragments.hpp"
#include "src/store/accounts.hpp"
#include "tests/api/check.hpp"

// Pages are put together from texts that are kept. Whatever happens, they say the same as the
// status asked for by itself, which is made anew each time.

namespace outboard::tests {
namespace {

using nlohmann::json;

struct World {
    TestNode node;
    Actor ana = node.person("ana");
    Actor bob = node.person("bob");
    Actor far = node.remote("far", "far.example");
    std::string first = node.posts(bob, "Hello @ana and @far@far.example #work");
    std::string poll = node.post(
                               "/api/v1/statuses",
                               bob.token,
                               {{"status", "Which?"},
                                {"poll", {{"options", {"red", "blue"}}, {"expires_in", 600}}}}
    ).json["id"];
    std::string boost = node.post("/api/v1/statuses/" + first + "/reblog", ana.token).json["id"];

    World() {
        auto config = node.config;
        config.limits_rate_limit = false;
        node.reconfigure(config);
        node.post("/api/v1/accounts/" + bob.id.str() + "/follow", ana.token);
        agree();
    }

    static std::vector<json> items_of(const Reply& page) {
        check_entity(page, "status");
        return page.json;
    }
    json by_itself(const json& item, const std::string& token) {
        const auto reply = node.get("/api/v1/statuses/" + item["id"].get<std::string>(), token);
        REQUIRE(reply.status == 200);
        return reply.json;
    }
    /// Every page says what its statuses say by themselves: read twice, so that the second time
    /// nothing is missing from what is kept.
    void agree() {
        const auto of = [](const Actor& who) { return "/api/v1/accounts/" + who.id.str(); };
        for (int time = 0; time < 2; ++time) {
            for (const auto& token : {ana.token, bob.token, std::string()}) {
                for (const auto& list : {of(bob) + "/statuses", of(ana) + "/statuses"}) {
                    for (const auto& item : items_of(node.get(list, token))) {
                        CHECK(item == by_itself(item, token));
                    }
                }
            }
            for (const auto& item : items_of(node.get("/api/v1/timelines/home", ana.token))) {
                CHECK(item == by_itself(item, ana.token));
            }
        }
    }
    json shown(const std::string& id, const std::string& token) {
        for (const auto& list : {bob, ana}) {
            const auto page = node.get("/api/v1/accounts/" + list.id.str() + "/statuses", token);
            for (const auto& item : items_of(page)) {
                if (item["id"] == id) return item;
            }
        }
        return nullptr;
    }
    void act(const Actor& who, const std::string& target, json body = nullptr) {
        REQUIRE(node.post(target, who.token, std::move(body)).status == 200);
    }
    void change(const Actor& who, json profile) {
        const auto path = "/api/v1/accounts/update_credentials";
        REQUIRE(node.call("PATCH", path, who.token, std::move(profile)).status == 200);
    }
    void store(const Account& account) {
        REQUIRE(node.db().write([&](store::Writer& tx) { store::accounts::update(tx, account); }));
    }
    Account account(AccountId id) {
        return *node.db().read([&](store::Reader& db) { return store::accounts::find(db, id); });
    }
};

TEST_CASE("a page from what is kept says what its statuses say by themselves") {
    World world;
    const auto path = "/api/v1/statuses/" + world.first;

    SUBCASE("when nothing happened") {
        const auto boost = world.shown(world.boost, world.bob.token);
        CHECK(boost["reblog"]["id"] == world.first);
        CHECK(boost["reblog"]["account"]["username"] == "bob");
        CHECK(boost["account"]["username"] == "ana");
    }
    SUBCASE("after an edit, in what boosts it too") {
        const json text = {{"status", "Goodbye @far@far.example #rest"}};
        REQUIRE(world.node.call("PUT", path, world.bob.token, text).status == 200);
        const auto said = world.shown(world.first, world.ana.token);
        CHECK(said["content"].get<std::string>().find("Goodbye") != std::string::npos);
        CHECK(said["tags"][0]["name"] == "rest");
        CHECK(said["mentions"].size() == 1);
        CHECK(world.shown(world.boost, world.ana.token)["reblog"]["content"] == said["content"]);
    }
    SUBCASE("after the viewer favourited, bookmarked, boosted and muted it") {
        for (const auto* verb : {"/favourite", "/bookmark", "/mute"})
            world.act(world.ana, path + verb);
        const auto mine = world.shown(world.first, world.ana.token);
        CHECK(mine["favourited"] == true);
        CHECK(mine["bookmarked"] == true);
        CHECK(mine["muted"] == true);
        CHECK(mine["reblogged"] == true);
        CHECK(mine["favourites_count"] == 1);
        CHECK(world.shown(world.first, world.bob.token)["favourited"] == false);
        CHECK_FALSE(world.shown(world.first, {}).contains("favourited"));
    }
    SUBCASE("after it was pinned") {
        world.act(world.bob, path + "/pin");
        CHECK(world.shown(world.first, world.bob.token)["pinned"] == true);
        CHECK_FALSE(world.shown(world.first, world.ana.token).contains("pinned"));
    }
    SUBCASE("after an answer to it") {
        world.act(
            world.ana, "/api/v1/statuses", {{"status", "Yes"}, {"in_reply_to_id", world.first}}
        );
        CHECK(world.shown(world.first, world.ana.token)["replies_count"] == 1);
    }
    SUBCASE("after its author changed name, text and picture") {
        world.change(world.bob, {{"display_name", "Robert"}, {"note", "New"}, {"locked", true}});
        auto bob = world.account(world.bob.id);
        bob.avatar_url = "https://home.example/media/new/original.png";
        world.store(bob);
        for (const auto& token : {world.ana.token, std::string()}) {
            const auto author = world.shown(world.first, token)["account"];
            CHECK(author["display_name"] == "Robert");
            CHECK(author["locked"] == true);
            CHECK(author["avatar"] == bob.avatar_url);
            CHECK(world.shown(world.boost, token)["reblog"]["account"] == author);
        }
    }
    SUBCASE("after somebody it names changed their handle") {
        auto far = world.account(world.far.id);
        far.username = "farther";
        far.url = "https://far.example/@farther";
        world.store(far);
        const auto named = world.shown(world.first, world.ana.token)["mentions"].dump();
        CHECK(named.find("farther@far.example") != std::string::npos);
        CHECK(named.find("https://far.example/@farther") != std::string::npos);
    }
    SUBCASE("after somebody it names was deleted") {
        REQUIRE(world.node.db().write([&](store::Writer& tx) {
            store::accounts::set_deleted(tx, world.far.id);
        }));
        CHECK(world.shown(world.first, world.ana.token)["mentions"].size() == 1);
    }
    SUBCASE("after its author gained a follower and posted again") {
        const auto before = world.shown(world.first, world.bob.token)["account"];
        const auto eve = world.node.person("eve");
        world.act(eve, "/api/v1/accounts/" + world.bob.id.str() + "/follow");
        world.node.posts(world.bob, "More");
        const auto after = world.shown(world.first, world.bob.token)["account"];
        CHECK(after["followers_count"] == before["followers_count"].get<int>() + 1);
        CHECK(after["statuses_count"] == before["statuses_count"].get<int>() + 1);
    }
    SUBCASE("after a vote, for who voted and for others") {
        const auto votes = "/api/v1/polls/" + world.poll + "/votes";
        world.act(world.ana, votes, {{"choices", {1}}});
        const auto mine = world.shown(world.poll, world.ana.token)["poll"];
        CHECK(mine["voted"] == true);
        CHECK(mine["own_votes"] == json{1});
        CHECK(mine["options"][1]["votes_count"] == 1);
        CHECK_FALSE(world.shown(world.poll, {})["poll"].contains("voted"));
    }
    SUBCASE("after a poll ended") {
        world.node.clock.advance(std::chrono::minutes(11));
        CHECK(world.shown(world.poll, world.ana.token)["poll"]["expired"] == true);
    }
    SUBCASE("after it was deleted") {
        REQUIRE(world.node.call("DELETE", path, world.bob.token).status == 200);
        CHECK(world.shown(world.first, world.ana.token) == nullptr);
        CHECK(world.shown(world.boost, world.ana.token) == nullptr);
    }
    SUBCASE("after its author blocked the reader") {
        world.act(world.bob, "/api/v1/accounts/" + world.ana.id.str() + "/block");
        CHECK(world.shown(world.first, world.ana.token) == nullptr);
        CHECK(world.shown(world.first, world.bob.token) != nullptr);
    }
    SUBCASE("after its author was suspended") {
        world.node.suspend(world.bob.id);
        CHECK(world.shown(world.first, world.ana.token) == nullptr);
        return;  // who reads for bob in `agree` has no login any more
    }
    world.agree();
}

TEST_CASE("a page that was read before takes fewer statements, and never more for more of it") {
    World world;
    for (int i = 0; i < 24; ++i) {
        world.node.posts(world.bob, "Number " + std::to_string(i) + " @ana #work");
    }
    const std::string home = "/api/v1/timelines/home?limit=";
    const auto fresh = world.node.statements_of(home + "24", world.ana.token);
    const auto again = world.node.statements_of(home + "24", world.ana.token);
    CHECK(again < fresh);
    CHECK(world.node.statements_of(home + "6", world.ana.token) == again);
}

TEST_CASE("what is kept has a bound in bytes, and what is asked for stays") {
    constexpr std::size_t kMost = 64 * 1024;
    present::Fragments kept(kMost);
    const present::Fragments::Key wanted{.id = 1, .revision = 1};
    kept.put(wanted, {.text = "wanted"});
    for (int i = 2; i < 2000; ++i) {
        kept.put({.id = i, .revision = 1}, {.text = std::string(500, 'x')});
        CHECK(kept.bytes() <= kMost);
        REQUIRE(kept.find(wanted));
    }
    CHECK(kept.find(wanted)->text == "wanted");
    CHECK_FALSE(kept.find({.id = 2, .revision = 1}));
    CHECK_FALSE(kept.find({.id = 1, .revision = 2}));
    CHECK_FALSE(kept.find({.id = 1, .revision = 1, .is_account = true}));
    // Larger than all that may be kept: given back, and not kept.
    CHECK(kept.put({.id = 9999}, {.text = std::string(kMost, 'x')})->text.size() == kMost);
    CHECK_FALSE(kept.find({.id = 9999}));
}

}  // namespace
}  // namespace outboard::tests
