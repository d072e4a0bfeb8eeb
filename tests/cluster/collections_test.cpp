// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>

#include "src/store/accounts.hpp"
#include "src/store/follows.hpp"
#include "tests/cluster/cluster.hpp"

// Collections are walked both ways (C1).

namespace outboard::tests {
namespace {

using nlohmann::json;

struct World {
    Cluster cluster{{"a.example"}};
    ClusterNode& home = cluster["a.example"];
    Someone ana = cluster.person("a.example", "ana");

    json get(const std::string& uri) {
        const auto reply = home.node().call(
            "GET",
            uri.substr(std::string("https://a.example").size()),
            {},
            nullptr,
            {{"Accept", "application/activity+json"}}
        );
        REQUIRE(reply.status == 200);
        return reply.json;
    }
    /// The pages from `page` on along `link`, as they come; those without items are left out.
    std::vector<json> walk(json page, const std::string& link) {
        std::vector<json> pages;
        while (pages.size() < 20 && !page["orderedItems"].empty()) {
            pages.push_back(page);
            if (!page.contains(link)) break;
            const auto at = page[link].get<std::string>();
            page = get(at);
            CHECK(page["id"] == at);
            CHECK(page["type"] == "OrderedCollectionPage");
        }
        return pages;
    }
    void goes_both_ways(const std::string& collection, std::size_t total) {
        const auto first = get(get(collection)["first"]);
        CHECK(first["partOf"] == collection);
        const auto down = walk(first, "next");
        REQUIRE(down.size() >= 3);
        std::vector<json> items;
        for (const auto& page : down)
            items.insert(items.end(), page["orderedItems"].begin(), page["orderedItems"].end());
        CHECK(items.size() == total);

        auto up = walk(down.back(), "prev");
        std::reverse(up.begin(), up.end());
        std::vector<json> same;
        for (const auto& page : up)
            same.insert(same.end(), page["orderedItems"].begin(), page["orderedItems"].end());
        CHECK(same == items);
        CHECK(walk(up.front(), "next").back()["orderedItems"].back() == items.back());
    }
};

TEST_CASE_FIXTURE(World, "the outbox and the replies") {
    const auto root = ana.posts("root")["uri"].get<std::string>();
    for (int i = 0; i < 45; ++i) {
        ana.replies(root, "reply " + std::to_string(i));
        home.advance(std::chrono::minutes(10));
    }
    cluster.settle();
    goes_both_ways("https://a.example/users/ana/outbox", 46);
    goes_both_ways(root + "/replies", 45);
    const auto newest = get("https://a.example/users/ana/outbox?page=true");
    CHECK(get(newest["prev"])["orderedItems"].empty());
    ana.posts("since");
    CHECK(get(newest["prev"])["orderedItems"].size() == 1);
}

TEST_CASE_FIXTURE(World, "followers and followed") {
    REQUIRE(
        ana.api("PATCH", "/api/v1/accounts/update_credentials", {{"discoverable", true}}).status ==
        200
    );
    REQUIRE(home.app().db.write([&](store::Writer& tx) {
        for (int i = 0; i < 95; ++i) {
            Account one;
            one.username = "u" + std::to_string(i);
            one.uri = "https://b.example/users/" + one.username;
            one.domain = one.host = "b.example";
            one.created_at = tx.now();
            const auto id = store::accounts::insert(tx, one);
            store::follows::FollowRow follow{.id = {}, .account = id, .target = ana.actor().id};
            follow.accepted = true;
            store::follows::put(tx, follow);
            std::swap(follow.account, follow.target);
            store::follows::put(tx, follow);
        }
    }));
    goes_both_ways("https://a.example/users/ana/followers", 95);
    goes_both_ways("https://a.example/users/ana/following", 95);
}

}  // namespace
}  // namespace outboard::tests
