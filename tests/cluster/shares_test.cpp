// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>

#include "federation/base/bytes.hpp"
#include "src/store/keys.hpp"
#include "src/store/queues.hpp"
#include "tests/cluster/cluster.hpp"

// What one host sends in masses, slow or not, costs the others nothing (THREATS 115, 117).

namespace outboard::tests {
namespace {

using nlohmann::json;

struct World {
    Cluster cluster{{"a.example"}};
    ClusterNode& home = cluster["a.example"];
    Someone ana = cluster.person("a.example", "ana");
    Peer peer{cluster, "peer.example"};
    Peer crowd{cluster, "crowd.example"};

    World() {
        peer.add_user("pat");
        ana.looks_up(peer.user("pat"));
        for (const auto* name : {"c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9"}) {
            crowd.add_user(name);
            ana.looks_up(crowd.user(name));
        }
        cluster.settle();
    }
    /// Rows as the inbox writes them, `count` boosts of posts at slow.example, by ten actors.
    void receives_boosts_of_slow_posts(int count) {
        REQUIRE(home.app().db.write([&](store::Writer& tx) {
            for (int i = 0; i < count; ++i) {
                const auto number = std::to_string(i);
                const auto activity = crowd.activity(
                    "c" + std::to_string(i % 10), "Announce", "https://slow.example/n/" + number
                );
                const auto packed = store::documents::pack(activity.dump());
                store::documents::put(tx, packed, {number, "key", "signature", "inbox"});
                store::inbox::Item item;
                item.document = packed.hash;
                item.actor = activity["actor"].get<std::string>();
                item.host = "crowd.example";
                item.how = "signature";
                store::inbox::add(tx, sha256("crowd" + number), item);
            }
        }));
    }
    int pat_mentions_ana(const std::string& id) {
        auto note = peer.note("pat", id, "<p>hello</p>");
        note["tag"] = {{{"type", "Mention"}, {"href", ana.uri()}, {"name", "@ana"}}};
        note["cc"] = {ana.uri()};
        return peer.delivers(
            home, "pat", "/inbox", peer.activity("pat", "Create", note, {{"cc", {ana.uri()}}})
        );
    }
};

TEST_CASE_FIXTURE(World, "activities that wait for a slow host hold nobody else's back") {
    cluster.network.silent.insert("slow.example");
    receives_boosts_of_slow_posts(280);
    home.take_in();
    CHECK(home.is_quiet() == false);
    CHECK(pat_mentions_ana("/n/1") == 202);
    home.take_in();
    CHECK(ana.notifications() == std::vector<std::string>{"mention"});
}

TEST_CASE_FIXTURE(World, "a backlog longer than the window that is looked at hides nobody's row") {
    cluster.network.silent.insert("slow.example");
    receives_boosts_of_slow_posts(700);
    home.take_in();
    CHECK(pat_mentions_ana("/n/1") == 202);
    for (int i = 0; i < 3; ++i) home.take_in();
    CHECK(ana.notifications() == std::vector<std::string>{"mention"});
}

TEST_CASE_FIXTURE(
    World, "a host with too many waiting rows is asked to come later, others are not"
) {
    cluster.network.silent.insert("slow.example");
    receives_boosts_of_slow_posts(static_cast<int>(limits::kInboxWaitingPerHost) - 1);
    const auto boost = [&](const std::string& name) {
        return crowd.delivers(
            home, name, "/inbox", crowd.activity(name, "Announce", "https://slow.example/more")
        );
    };
    CHECK(boost("c0") == 202);
    CHECK(boost("c1") == 429);
    CHECK(crowd.answered.header("retry-after") == "60");
    CHECK(crowd.answered.json["detail"].get<std::string>().find("wait") != std::string::npos);
    CHECK(pat_mentions_ana("/n/1") == 202);
}

}  // namespace
}  // namespace outboard::tests
