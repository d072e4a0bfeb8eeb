// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "src/services/local_accounts.hpp"
#include "src/services/resolve.hpp"
#include "src/store/accounts.hpp"
#include "src/store/queues.hpp"
#include "src/store/statuses.hpp"
#include "tests/cluster/cluster.hpp"

/// A status that many marked, boosted or have at home is removed chunk by chunk, whoever removes
/// it.
namespace outboard::tests {
namespace {

constexpr int kMany = 4500;  // of each kind: three times what one transaction sweeps

struct Known {
    Cluster cluster{{"a.example"}};
    ClusterNode& home = cluster["a.example"];
    Someone ana = cluster.person("a.example", "ana");
    Peer peer{cluster, "peer.example"};
    Known() { peer.add_user("pat"); }

    StatusId id_of(const std::string& uri) {
        return home.app().db.read([&](store::Reader& db) {
            return store::statuses::find_by_uri(db, uri)->id;
        });
    }
    /// Favourites, bookmarks and homes of people who are no matter here.
    void becomes_known(StatusId status) {
        REQUIRE(home.app().db.write([&](store::Writer& tx) {
            for (int i = 0; i < kMany; ++i) {
                const AccountId who{1'000'000 + i};
                store::favourites::add(
                    tx, {.id = tx.next_id(), .account = who, .status = status, .uri = ""}
                );
                store::bookmarks::add(tx, who, status);
                store::statuses::add_to_home(tx, who, status);
            }
        }));
    }
    std::int64_t left(StatusId status) {
        static constexpr store::Query kLeft{
            "test.left",
            "SELECT (SELECT count(*) FROM favourites WHERE status = $1)"
            " + (SELECT count(*) FROM bookmarks WHERE status = $1)"
            " + (SELECT count(*) FROM home WHERE status = $1)"
        };
        return home.app().db.read([&](store::Reader& db) { return db.count(kLeft, status); });
    }
};

TEST_CASE_FIXTURE(
    Known, "the sweep of a well-known status goes on after the process dies, whoever removed it"
) {
    const auto own = ana.posts("hello")["uri"].get<std::string>();
    const auto note = peer.note("pat", "/n/1", "<p>hello</p>");
    const auto far = note["id"].get<std::string>();
    peer.delivers(home, "pat", "/inbox", peer.activity("pat", "Create", note));
    cluster.settle();
    StatusId gone;
    SUBCASE("its author here") {
        becomes_known(gone = id_of(own));
        ana.deletes(own);
    }
    SUBCASE("its author here, with the account") {
        becomes_known(gone = id_of(own));
        REQUIRE(services::delete_local_account(home.app(), "ana"));
        home.send_out();
        cluster.advance(std::chrono::minutes(11));
        home.work();
    }
    SUBCASE("its author, elsewhere") {
        becomes_known(gone = id_of(far));
        peer.delivers(home, "pat", "/inbox", peer.activity("pat", "Delete", far));
        home.take_in();
    }
    SUBCASE("its author, with the account, elsewhere") {
        becomes_known(gone = id_of(far));
        peer.delivers(home, "pat", "/inbox", peer.activity("pat", "Delete", peer.user("pat")));
        home.take_in();
        home.work();
    }
    SUBCASE("its server, which has it no more") {
        becomes_known(gone = id_of(far));
        peer.serve_error("/n/1", 410);
        services::refresh_status(home.app(), far, {}, [](const Result<StatusId>& id) {
            CHECK_FALSE(id);
        });
    }
    SUBCASE("who boosted it and does no more") {
        const auto boost = ana.does(far, "reblog")["id"].get<std::string>();
        becomes_known(gone = StatusId{std::stoll(boost)});
        ana.does(far, "unreblog");
    }
    CHECK(left(gone) > 0);  // one transaction does not hold the writer for all of it
    home.work();
    const auto half_way = left(gone);
    CHECK(half_way > 0);
    CHECK(half_way < 3 * kMany);
    home.restart();
    cluster.settle();
    cluster.advance(std::chrono::minutes(6));  // a lease of the dead process may have to end
    cluster.settle();
    CHECK(left(gone) == 0);
}

}  // namespace
}  // namespace outboard::tests
