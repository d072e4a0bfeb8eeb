// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>

#include "src/delivery/outcome.hpp"
#include "tests/cluster/cluster.hpp"

namespace outboard::tests {
namespace {

using nlohmann::json;

struct Followed {
    Cluster cluster{{"a.example"}};
    Someone ana = cluster.person("a.example", "ana");
    Peer peer{cluster, "peer.example"};
    ClusterNode& home = cluster["a.example"];
    Followed() {
        peer.add_user("pat");
        peer.delivers(home, "pat", "/inbox", peer.activity("pat", "Follow", ana.uri()));
        cluster.settle();
        peer.received.clear();
    }
    std::size_t arrived(const std::string& type) const {
        return static_cast<std::size_t>(std::count_if(
            peer.received.begin(),
            peer.received.end(),
            [&](const auto& one) { return one["type"] == type; }
        ));
    }
};

TEST_CASE_FIXTURE(
    Followed, "nothing accepted or posted is lost when the process dies between any two steps"
) {
    const int died_after = 6;
    for (int steps = 0; steps <= died_after; ++steps) {
        CAPTURE(steps);
        peer.received.clear();
        const auto id = "/n/" + std::to_string(steps);
        const auto post = ana.posts("post " + std::to_string(steps))["uri"].get<std::string>();
        CHECK(
            peer.delivers(
                home,
                "pat",
                "/inbox",
                peer.activity("pat", "Create", peer.note("pat", id, "<p>x</p>"))
            ) == 202
        );
        for (int i = 0; i < steps; ++i) {
            if (i % 3 == 0) home.take_in();
            if (i % 3 == 1) home.send_out();
            if (i % 3 == 2) home.work();
        }
        home.restart();
        cluster.settle();
        cluster.advance(std::chrono::minutes(3));  // a lease of the dead process may have to end
        cluster.settle();
        const auto mine =
            std::count_if(peer.received.begin(), peer.received.end(), [&](const json& one) {
                return one["type"] == "Create" && one["object"]["id"] == post;
            });
        CHECK(mine >= 1);
        CHECK_FALSE(ana.sees(peer.origin() + id).is_null());
    }
}

TEST_CASE_FIXTURE(
    Followed, "a host that does not answer holds nobody else, and gets everything when it is back"
) {
    Peer dead(cluster, "dead.example");
    dead.add_user("dan");
    dead.delivers(home, "dan", "/inbox", dead.activity("dan", "Follow", ana.uri()));
    cluster.settle();
    dead.received.clear();
    cluster.network.down.insert("dead.example");
    for (int i = 0; i < 5; ++i) ana.posts("post " + std::to_string(i));
    cluster.settle();
    CHECK(arrived("Create") == 5);
    CHECK(dead.received.empty());
    cluster.network.down.clear();
    for (int i = 0; i < 12; ++i) {
        cluster.advance(std::chrono::minutes(10));
        cluster.settle();
    }
    REQUIRE(dead.received.size() == 5);
    for (int i = 0; i < 5; ++i) {  // in order
        CHECK(
            dead.received[static_cast<std::size_t>(i)]["object"]["content"].get<std::string>().find(
                "post " + std::to_string(i)
            ) != std::string::npos
        );
    }
}

TEST_CASE_FIXTURE(
    Followed, "a host that fails for a week is only probed, and served again once it answers"
) {
    cluster.network.down.insert("peer.example");
    for (int day = 0; day < 9; ++day) {
        ana.posts("day " + std::to_string(day));
        for (int hour = 0; hour < 24; hour += 6) {
            cluster.advance(std::chrono::hours(6));
            cluster.settle();
        }
    }
    const auto before = cluster.network.count("POST", "https://peer.example/");
    for (int hour = 0; hour < 24; ++hour) {
        cluster.advance(std::chrono::hours(1));
        cluster.settle();
    }
    CHECK(cluster.network.count("POST", "https://peer.example/") - before <= 3);
    cluster.network.down.clear();
    cluster.advance(std::chrono::hours(14));
    cluster.settle();
    ana.posts("are you back?");
    cluster.advance(std::chrono::hours(14));
    cluster.settle();
    CHECK(std::any_of(peer.received.begin(), peer.received.end(), [](const json& one) {
        return one["object"]["content"].get<std::string>().find("are you back?") !=
               std::string::npos;
    }));
}

TEST_CASE_FIXTURE(Followed, "410 ends the follow, other refusals are final for the activity only") {
    SUBCASE("410") {
        peer.inbox_status = 410;
        ana.posts("one");
        cluster.settle();
        CHECK(ana.relationship(peer.user("pat"))["followed_by"] == false);
    }
    SUBCASE("400") {
        peer.inbox_status = 400;
        ana.posts("one");
        cluster.settle();
        CHECK(arrived("Create") == 1);
        peer.inbox_status = 202;
        cluster.advance(std::chrono::hours(48));
        cluster.settle();
        CHECK(arrived("Create") == 1);
        CHECK(ana.relationship(peer.user("pat"))["followed_by"] == true);
    }
    SUBCASE("503 with Retry-After") {
        peer.inbox_status = 503;
        peer.inbox_headers = {{"retry-after", "7200"}};
        ana.posts("one");
        cluster.settle();
        CHECK(arrived("Create") == 1);
        cluster.advance(std::chrono::minutes(115));
        cluster.settle();
        CHECK(arrived("Create") == 1);
        peer.inbox_status = 202;
        cluster.advance(std::chrono::minutes(10));
        cluster.settle();
        CHECK(arrived("Create") == 2);
    }
}

TEST_CASE_FIXTURE(
    Followed, "what our own guard refuses is given up with its reason, and is no answer of the host"
) {
    cluster.network.down.insert("peer.example");
    ana.posts("one");
    cluster.settle();
    const auto host = [&] {
        return home.app().db.read([](store::Reader& db) {
            return store::hosts::find(db, "peer.example");
        });
    };
    REQUIRE(host());
    CHECK(host()->failures == 1);
    cluster.network.down.clear();
    cluster.network.guarded.insert("peer.example");
    cluster.advance(std::chrono::minutes(2));
    cluster.settle();
    CHECK(arrived("Create") == 0);
    REQUIRE(host());
    CHECK(host()->failures == 1);
    CHECK(host()->state == "failing");
    static constexpr store::Query kLast{
        "test.last", "SELECT last FROM deliveries WHERE state = 'dead'"
    };
    const auto last = home.app().db.read([](store::Reader& db) {
        return db.all(kLast, [](const store::Row& row) { return row.text(0); });
    });
    CHECK(last == std::vector<std::string>{"address.loopback: not on the public internet"});
}

TEST_CASE_FIXTURE(
    Followed, "while all that waits is held back behind a failing one, nothing is leased"
) {
    cluster.network.down.insert("peer.example");
    for (int i = 0; i < 3; ++i) ana.posts("post " + std::to_string(i));
    cluster.settle();
    const auto queries = [&] { return cluster.network.count("POST", "https://peer.example/"); };
    const auto before = queries();
    const auto next = home.app().db.read([&](store::Reader& db) {
        return store::deliveries::next_due(db, home.app().clock.now());
    });
    REQUIRE(next);
    CHECK(*next > home.app().clock.now() + std::chrono::seconds(50));
    for (int i = 0; i < 5; ++i) home.send_out();
    CHECK(queries() == before);
    cluster.network.down.clear();
    for (int i = 0; i < 3; ++i) {
        cluster.advance(std::chrono::minutes(3));
        cluster.settle();
    }
    CHECK(arrived("Create") == 3);
}

TEST_CASE_FIXTURE(
    Followed, "who refuses one signature scheme gets the other at once, and first from then on"
) {
    int old_scheme = 0, new_scheme = 0;
    peer.answers = [&](const federation::Request& request) {
        fetch::Answer answer;
        if (request.method != "POST") {
            answer.status = 404;
            return answer;
        }
        const bool is_new = request.joined("signature-input").has_value();
        ++(is_new ? new_scheme : old_scheme);
        answer.status = is_new ? 202 : 401;
        return answer;
    };
    ana.posts("one");
    cluster.settle();
    CHECK(old_scheme == 1);
    CHECK(new_scheme == 1);
    ana.posts("two");
    cluster.settle();
    CHECK(old_scheme == 1);
    CHECK(new_scheme == 2);
}

TEST_CASE_FIXTURE(
    Followed, "a post for many followers of one server is sent once to its shared inbox"
) {
    for (const auto* name : {"pam", "pia", "pio"}) {
        peer.add_user(name);
        peer.delivers(home, name, "/inbox", peer.activity(name, "Follow", ana.uri()));
    }
    cluster.settle();
    peer.received.clear();
    ana.posts("for all of you");
    cluster.settle();
    CHECK(arrived("Create") == 1);
    CHECK(cluster.network.seen.back().url == "https://peer.example/inbox");
}

TEST_CASE(
    "a delivery waits longer with each try, never longer than asked for within a day, and for a "
    "week in all"
) {
    using namespace std::chrono_literals;
    CHECK(delivery::backoff(0, 0, {}) == 60s);
    CHECK(delivery::backoff(3, 0, {}) == 8min);
    CHECK(delivery::backoff(3, 255, {}) > 8min);
    CHECK(delivery::backoff(3, 255, {}) < 10min);
    CHECK(delivery::backoff(20, 0, {}) == 12h);
    CHECK(delivery::backoff(0, 0, 7200s) == 2h);
    CHECK(delivery::backoff(0, 0, std::chrono::seconds(86'400 * 365)) == 24h);
    std::chrono::milliseconds all{0};
    for (int tries = 0; tries + 1 < limits::kDeliveryTries; ++tries)
        all += delivery::backoff(tries, 0, {});
    CHECK(all > 24h * 7);
    CHECK(all < 24h * 8);
    const auto now = from_ms(1'790'000'000'000);
    CHECK(delivery::read_retry_after("120", now) == 120s);
    CHECK(delivery::read_retry_after(format_http_date(now + 90s), now) == 90s);
    CHECK(delivery::read_retry_after(format_http_date(now - 90s), now) == 0s);
    CHECK_FALSE(delivery::read_retry_after("soon", now));
    CHECK_FALSE(delivery::read_retry_after("-5", now));
}

}  // namespace
}  // namespace outboard::tests
