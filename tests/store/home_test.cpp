// SPDX-License-Identifier: Apache-2.0
#include "src/base/limits.hpp"
#include "tests/store/fixture.hpp"

using namespace outboard;
using namespace outboard::store;
using outboard::tests::World;

namespace {

using Ids = std::vector<StatusId>;
constexpr Query kEntries{"test.home_entries", "SELECT count(*) FROM home WHERE account = $1"};

std::int64_t entries(World& w, AccountId account) {
    return w.read([&](Reader& db) { return db.count(kEntries, account); });
}

int fan_out(World& w, AccountId author, StatusId status, bool is_boost, int chunk) {
    int calls = 0;
    std::int64_t after = 0;
    do {
        after = w.write([&](Writer& tx) {
            return statuses::fan_out_home(tx, author, status, is_boost, after, chunk);
        });
        ++calls;
    } while (after != 0 && calls < 100);
    return calls;
}

void add(World& w, AccountId account, StatusId status) {
    w.write([&](Writer& tx) { statuses::add_to_home(tx, account, status); });
}

}  // namespace

TEST_CASE("a status reaches the homes of local followers, in chunks, and no others") {
    World w;
    const auto ana = w.local("ana"), stranger = w.local("stranger"), asking = w.local("asking");
    std::vector<AccountId> followers;
    for (int n = 0; n < 7; ++n) {
        followers.push_back(
            n % 2 == 0 ? w.local("l" + std::to_string(n)) : w.remote("r" + std::to_string(n))
        );
        w.follow(followers.back(), ana);
    }
    w.follow(asking, ana, /*accepted=*/false);
    const auto id = w.status().by(ana).post();
    CHECK(fan_out(w, ana, id, false, 3) == 3);
    for (const auto follower : followers) {
        CHECK(w.home(follower) == (w.who(follower).is_local() ? Ids{id} : Ids{}));
    }
    CHECK(w.home(stranger).empty());
    CHECK(w.home(asking).empty());
    CHECK(fan_out(w, ana, id, false, 500) == 1);  // again changes nothing
    CHECK(w.home(followers[0]) == Ids{id});
    CHECK(fan_out(w, stranger, id, false, 500) == 1);
}

TEST_CASE("boosts reach only followers who want them") {
    World w;
    const auto ana = w.local("ana"), bo = w.local("bo"), cy = w.local("cy");
    w.follow(bo, ana);
    w.write([&](Writer& tx) {
        follows::FollowRow row;
        row.account = cy;
        row.target = ana;
        row.accepted = true;
        row.show_boosts = false;
        return follows::put(tx, row);
    });
    const auto status = w.status().by(bo).post();
    const auto boost = w.boost(ana, status);
    fan_out(w, ana, boost, /*is_boost=*/true, 500);
    CHECK(w.home(bo) == Ids{boost});
    CHECK(w.home(cy).empty());
    const auto own = w.status().by(ana).post();
    fan_out(w, ana, own, false, 500);
    CHECK(w.home(cy) == Ids{own});
}

TEST_CASE("a home is read in windows") {
    World w;
    const auto ana = w.local("ana");
    Ids s;
    for (int n = 0; n < 6; ++n) {
        s.push_back(w.status().by(ana).post());
        add(w, ana, s.back());
    }
    CHECK(w.home(ana, {.limit = 2}) == Ids{s[5], s[4]});
    CHECK(w.home(ana, {.max_id = s[4].value, .limit = 2}) == Ids{s[3], s[2]});
    CHECK(w.home(ana, {.since_id = s[1].value, .limit = 2}) == Ids{s[5], s[4]});
    CHECK(w.home(ana, {.min_id = s[1].value, .limit = 2}) == Ids{s[3], s[2]});
    CHECK(w.home(ana, {.max_id = s[3].value, .min_id = s[1].value}) == Ids{s[2]});
}

TEST_CASE("muted and blocked authors do not show at home, nor boosted by others") {
    World w;
    const auto me = w.local("me"), bo = w.remote("bo"), cy = w.remote("cy");
    const auto by_bo = w.status().by(bo).post(), by_cy = w.status().by(cy).post();
    const auto boost = w.boost(cy, by_bo), other = w.boost(bo, by_cy);
    for (const auto id : {by_bo, by_cy, boost, other}) add(w, me, id);
    CHECK(w.home(me) == Ids{other, boost, by_cy, by_bo});

    SUBCASE("while a mute lasts") {
        w.write([&](Writer& tx) { mutes::put(tx, me, bo, false, tx.now() + std::chrono::hours(1)); }
        );
        CHECK(w.home(me) == Ids{by_cy});
        w.store.clock.advance(std::chrono::hours(1));
        CHECK(w.home(me) == Ids{other, boost, by_cy, by_bo});
    }
    SUBCASE("when blocked") {
        w.block(me, bo);
        CHECK(w.home(me) == Ids{by_cy});
    }
    SUBCASE("when blocking") {
        w.block(bo, me);
        CHECK(w.home(me) == Ids{by_cy});
    }
    SUBCASE("when others mute or block them, they stay") {
        w.write([&](Writer& tx) { mutes::put(tx, cy, bo, true, std::nullopt); });
        w.block(cy, bo);
        CHECK(w.home(me) == Ids{other, boost, by_cy, by_bo});
    }
}

TEST_CASE("what was deleted leaves the homes, with its boosts") {
    World w;
    const auto me = w.local("me"), bo = w.remote("bo");
    const auto status = w.status().by(bo).post(), kept = w.status().by(bo).post();
    const auto boost = w.boost(me, status);
    for (const auto id : {status, kept, boost}) add(w, me, id);
    w.write([&](Writer& tx) { return statuses::remove(tx, status); });
    CHECK(w.home(me) == Ids{kept});
    CHECK(entries(w, me) == 1);
}

TEST_CASE("a home keeps its newest entries and is trimmed now and then") {
    World w;
    const auto me = w.local("me"), other = w.local("other");
    const auto most = static_cast<int>(limits::kHomeEntries);
    const auto id = [](int n) { return StatusId{(std::int64_t{n} + 1) * 65536}; };
    w.write([&](Writer& tx) {
        statuses::add_to_home(tx, other, id(0));
        for (int n = 0; n < most + 600; ++n) statuses::add_to_home(tx, me, id(n));
    });
    CHECK(entries(w, me) >= most);
    CHECK(entries(w, me) < most + 250);
    constexpr Query kNewest{"test.home_newest", "SELECT max(status) FROM home WHERE account = $1"};
    CHECK(w.read([&](Reader& db) { return db.count(kNewest, me); }) == id(most + 599).value);
    CHECK(entries(w, other) == 1);
}

TEST_CASE("fanning out trims the homes it fills") {
    World w;
    const auto me = w.local("me"), ana = w.local("ana");
    w.follow(me, ana);
    const auto most = static_cast<int>(limits::kHomeEntries);
    w.write([&](Writer& tx) {
        for (int n = 0; n < most + 400; ++n) {
            statuses::fan_out_home(tx, ana, StatusId{(std::int64_t{n} + 1) * 65536}, false, 0, 500);
        }
    });
    CHECK(entries(w, me) >= most);
    CHECK(entries(w, me) < most + 250);
}

TEST_CASE("a new follow fills the home with what the account wrote lately") {
    World w;
    const auto me = w.local("me"), bo = w.remote("bo"), cy = w.remote("cy");
    Ids written;
    for (int n = 0; n < 45; ++n) written.push_back(w.status().by(bo).post());
    w.status().by(bo).direct({me}).post();
    const auto theirs = w.status().by(cy).post();
    const auto boost = w.boost(bo, theirs);
    const auto backfill = [&] {
        w.write([&](Writer& tx) { statuses::backfill_home(tx, me, bo); });
        return w.home(me, {.limit = 100});
    };
    SUBCASE("with boosts") {
        const auto home = backfill();
        REQUIRE(home.size() == 40);
        CHECK(home[0] == boost);
        CHECK(home[1] == written[44]);
        CHECK(home[39] == written[6]);
        CHECK(backfill() == home);
        w.write([&](Writer& tx) { statuses::remove_from_home(tx, me, bo); });
        CHECK(w.home(me).empty());
    }
    SUBCASE("without them when they are not wanted") {
        w.write([&](Writer& tx) {
            follows::FollowRow row;
            row.account = me;
            row.target = bo;
            row.accepted = true;
            row.show_boosts = false;
            return follows::put(tx, row);
        });
        const auto home = backfill();
        REQUIRE(home.size() == 40);
        CHECK(home[0] == written[44]);
    }
    SUBCASE("and the end of a follow takes out that account's only") {
        const auto kept = w.status().by(cy).post();
        add(w, me, kept);
        backfill();
        w.write([&](Writer& tx) { statuses::remove_from_home(tx, me, bo); });
        CHECK(w.home(me) == Ids{kept});
    }
}
