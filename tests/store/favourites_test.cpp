// SPDX-License-Identifier: Apache-2.0
#include "tests/store/fixture.hpp"

using namespace outboard;
using namespace outboard::store;
using outboard::tests::World;

namespace {

bool favour(World& w, AccountId account, StatusId status, const std::string& uri = {}) {
    return w.write([&](Writer& tx) {
        return favourites::add(tx, {.account = account, .status = status, .uri = uri});
    });
}

}  // namespace

TEST_CASE("a status is favourited once by an account, and counted once") {
    World w;
    const auto ana = w.local("ana"), bo = w.remote("bo");
    const auto status = w.status().by(ana).post();
    CHECK(favour(w, bo, status, "https://far.example/likes/1"));
    CHECK_FALSE(favour(w, bo, status, "https://far.example/likes/2"));
    CHECK(w.find(status).favourites_count == 1);
    w.read([&](Reader& db) {
        const auto found = favourites::find_by_uri(db, "https://far.example/likes/1");
        REQUIRE(found);
        CHECK(found->account == bo);
        CHECK(found->status == status);
        CHECK(favourites::find(db, bo, status)->id == found->id);
        CHECK_FALSE(favourites::find(db, ana, status));
        CHECK_FALSE(favourites::find_by_uri(db, ""));
    });
    const auto take_back = [&] {
        return w.write([&](Writer& tx) { return favourites::remove(tx, bo, status); });
    };
    CHECK(take_back());
    CHECK_FALSE(take_back());
    CHECK(w.find(status).favourites_count == 0);
}

TEST_CASE("who favourited is paged by account") {
    World w;
    const auto ana = w.local("ana");
    const auto status = w.status().by(ana).post();
    std::vector<AccountId> fans;
    for (int n = 0; n < 5; ++n) {
        fans.push_back(w.local("fan" + std::to_string(n)));
        favour(w, fans.back(), status);
    }
    std::reverse(fans.begin(), fans.end());
    const auto list = [&](const statuses::Page& page) {
        return w.read([&](Reader& db) { return favourites::list_accounts(db, status, page); });
    };
    CHECK(list({}) == fans);
    CHECK(list({.limit = 2}) == std::vector{fans[0], fans[1]});
    CHECK(list({.max_id = fans[1].value, .limit = 2}) == std::vector{fans[2], fans[3]});
    CHECK(list({.min_id = fans[4].value, .limit = 2}) == std::vector{fans[2], fans[3]});
}

TEST_CASE("bookmarks are kept once and taken back once") {
    World w;
    const auto ana = w.local("ana");
    const auto status = w.status().by(ana).post();
    const auto add = [&] {
        return w.write([&](Writer& tx) { return bookmarks::add(tx, ana, status); });
    };
    const auto remove = [&] {
        return w.write([&](Writer& tx) { return bookmarks::remove(tx, ana, status); });
    };
    CHECK(add());
    CHECK_FALSE(add());
    CHECK(remove());
    CHECK_FALSE(remove());
}

TEST_CASE("an idempotency key names the status it was first used for, per account and for a day") {
    World w;
    const auto ana = w.local("ana"), bo = w.local("bo");
    const auto take = [&](AccountId account, StatusId status) {
        return w.write([&](Writer& tx) { return idempotency::take(tx, account, "key", status); });
    };
    CHECK(take(ana, StatusId{1}));
    CHECK_FALSE(take(ana, StatusId{2}));
    CHECK(take(bo, StatusId{3}));
    w.read([&](Reader& db) {
        CHECK(idempotency::find(db, ana, "key") == StatusId{1});
        CHECK(idempotency::find(db, bo, "key") == StatusId{3});
        CHECK_FALSE(idempotency::find(db, ana, "other"));
    });
    w.store.clock.advance(std::chrono::hours(25));
    w.write([&](Writer& tx) { idempotency::drop_older_than(tx, tx.now() - std::chrono::hours(24)); }
    );
    CHECK(take(ana, StatusId{4}));
}
