// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "src/jobs/runner.hpp"
#include "src/services/remote.hpp"
#include "src/store/accounts.hpp"
#include "src/store/follows.hpp"
#include "src/store/keys.hpp"
#include "src/store/queues.hpp"
#include "src/store/statuses.hpp"
#include "tests/cluster/cluster.hpp"

namespace outboard::tests {
namespace {

using jobs::Finish;
using jobs::Outcome;

struct OneNode {
    TestNode node;
    jobs::Runner runner{node.app()};
    void add(const std::string& kind, std::optional<std::string> key = {}) {
        REQUIRE(node.db().write([&](store::Writer& tx) {
            store::jobs::add(tx, kind, "{}", tx.now(), key);
        }));
    }
    void run() {
        for (int i = 0; i < 5; ++i) runner.step();
    }
    std::int64_t rows(std::string_view state) {
        static constexpr store::Query kCount{
            "test.jobs", "SELECT count(*) FROM jobs WHERE state = $1"
        };
        return node.db().read([&](store::Reader& db) { return db.count(kCount, state); });
    }
};

TEST_CASE_FIXTURE(OneNode, "a job runs once and is gone") {
    int runs = 0;
    runner.handle("count", [&](App&, const std::string&, const Finish& finish) {
        ++runs;
        finish({});
    });
    add("count");
    run();
    CHECK(runs == 1);
    CHECK(rows("waiting") == 0);
    CHECK(runner.running() == 0);
}

TEST_CASE_FIXTURE(OneNode, "a job that fails is tried again later, and given up in the end") {
    int runs = 0;
    runner.handle("fail", [&](App&, const std::string&, const Finish& finish) {
        ++runs;
        finish({Outcome::Kind::Retry, "not yet"});
    });
    add("fail");
    run();
    CHECK(runs == 1);
    for (int hour = 0; hour < 24; ++hour) {
        node.clock.advance(std::chrono::hours(2));
        run();
    }
    CHECK(runs == limits::kJobTries);
    CHECK(rows("waiting") == 0);
    CHECK(rows("dead") == 1);
}

TEST_CASE_FIXTURE(OneNode, "a job that removes is tried until it is done") {
    int runs = 0;
    const auto removes = [&](App&, const std::string&, const Finish& finish) {
        ++runs;
        finish(runs < 20 ? Outcome{Outcome::Kind::Retry, "not yet"} : Outcome{});
    };
    runner.handle("remove", removes, jobs::Tries::Endless);
    add("remove");
    run();
    for (int hour = 0; hour < 24; ++hour) {
        node.clock.advance(std::chrono::hours(2));
        run();
    }
    CHECK(runs == 20);
    CHECK(rows("waiting") == 0);
    CHECK(rows("dead") == 0);
}

TEST_CASE_FIXTURE(
    OneNode, "jobs that throw, forget to end or are of no known kind hold nobody up"
) {
    int runs = 0;
    runner.handle("throw", [](App&, const std::string&, const Finish&) {
        throw std::runtime_error("broken");
    });
    runner.handle("forget", [](App&, const std::string&, const Finish&) {});
    runner.handle("count", [&](App&, const std::string&, const Finish& finish) {
        ++runs;
        finish({});
    });
    for (const auto* kind : {"throw", "forget", "unknown", "count"}) add(kind);
    run();
    CHECK(runs == 1);
    CHECK(runner.running() == 0);
    CHECK(rows("dead") == 1);
    CHECK(rows("waiting") == 2);
}

TEST_CASE_FIXTURE(
    OneNode, "the last act of a job happens with its end, and may plan the next of its key"
) {
    int runs = 0;
    runner.handle("chain", [&](App&, const std::string&, const Finish& finish) {
        ++runs;
        finish({Outcome::Kind::Done, {}, [](store::Writer& tx) -> Result<void> {
                    CHECK(
                        store::jobs::add(tx, "chain", "{}", tx.now() + std::chrono::hours(1), "one")
                    );
                    return {};
                }});
    });
    add("chain", "one");
    run();
    CHECK(runs == 1);
    CHECK(rows("waiting") == 1);
    node.clock.advance(std::chrono::hours(1));
    run();
    CHECK(runs == 2);
}

TEST_CASE_FIXTURE(OneNode, "a last act that is refused ends nothing") {
    runner.handle("refused", [](App&, const std::string&, const Finish& finish) {
        finish({Outcome::Kind::Done, {}, [](store::Writer&) -> Result<void> {
                    return fail(Code::Conflict, "no");
                }});
    });
    add("refused");
    run();
    CHECK(rows("waiting") == 1);
}

TEST_CASE("more local followers than one transaction takes all find the post at home") {
    Cluster cluster{{"a.example"}};
    auto& home = cluster["a.example"];
    auto ana = cluster.person("a.example", "ana");
    Peer peer(cluster, "peer.example");
    peer.add_user("pat");
    peer.delivers(home, "pat", "/inbox", peer.activity("pat", "Follow", ana.uri()));
    cluster.settle();
    const int followers = static_cast<int>(limits::kFanOutChunk) + 40;
    REQUIRE(home.app().db.write([&](store::Writer& tx) {
        const auto pat = store::accounts::find_by_uri(tx, peer.user("pat"))->id;
        for (int i = 0; i < followers; ++i) {
            Account account;
            account.id = {tx.next_id()};
            account.username = "u" + std::to_string(i);
            account.uri = "https://a.example/users/" + account.username;
            account.created_at = tx.now();
            store::accounts::insert(tx, account);
            store::users::insert(tx, User{.account = account.id});
            store::follows::FollowRow follow;
            follow.account = account.id;
            follow.target = pat;
            follow.accepted = true;
            store::follows::put(tx, follow);
        }
    }));
    peer.delivers(
        home,
        "pat",
        "/inbox",
        peer.activity("pat", "Create", peer.note("pat", "/n/1", "<p>for all</p>"))
    );
    cluster.settle();
    static constexpr store::Query kHomes{"test.homes", "SELECT count(*) FROM home"};
    CHECK(home.app().db.read([](store::Reader& db) { return db.count(kHomes); }) == followers);
}

TEST_CASE("the hourly sweep forgets old bytes and ids, and keeps what still counts") {
    Cluster cluster{{"a.example"}};
    auto& home = cluster["a.example"];
    cluster.person("a.example", "ana");
    Peer peer(cluster, "peer.example");
    peer.add_user("pat");
    peer.delivers(
        home, "pat", "/inbox", peer.activity("pat", "Create", peer.note("pat", "/n/1", "<p>x</p>"))
    );
    peer.delivers(home, "pat", "/inbox", peer.activity("pat", "Delete", peer.origin() + "/n/2"));
    cluster.settle();
    static constexpr store::Query kBytes{
        "test.bytes", "SELECT count(*) FROM inbox WHERE document IS NOT NULL"
    };
    static constexpr store::Query kIds{"test.ids", "SELECT count(*) FROM inbox"};
    static constexpr store::Query kTombstones{"test.stones", "SELECT count(*) FROM tombstones"};
    const auto count = [&](const store::Query& query) {
        return home.app().db.read([&](store::Reader& db) { return db.count(query); });
    };
    const auto pass = [&](int days) {
        cluster.advance(std::chrono::hours(24 * days));
        cluster.settle();
    };
    pass(6);
    CHECK(count(kBytes) == 2);
    pass(2);
    CHECK(count(kBytes) == 0);
    CHECK(count(kIds) == 2);
    pass(23);
    CHECK(count(kIds) == 0);
    CHECK(count(kTombstones) == 1);
    pass(60);
    CHECK(count(kTombstones) == 0);
}

TEST_CASE("what streams are told from is kept for a quarter of an hour") {
    Cluster cluster{{"a.example"}};
    auto& home = cluster["a.example"];
    cluster.person("a.example", "ana");
    Peer peer(cluster, "peer.example");
    peer.add_user("pat");
    peer.delivers(
        home, "pat", "/inbox", peer.activity("pat", "Create", peer.note("pat", "/n/1", "<p>x</p>"))
    );
    cluster.settle();
    static constexpr store::Query kEvents{"test.events", "SELECT count(*) FROM stream_events"};
    const auto count = [&] {
        return home.app().db.read([&](store::Reader& db) { return db.count(kEvents); });
    };
    const auto pass = [&](int minutes) {
        cluster.advance(std::chrono::minutes(minutes));
        cluster.settle();
    };
    const auto events = count();
    CHECK(events > 0);
    pass(10);
    CHECK(count() == events);
    pass(10);
    CHECK(count() == 0);
}

}  // namespace
}  // namespace outboard::tests
