// SPDX-License-Identifier: Apache-2.0
#include "tests/store/fixture.hpp"

using namespace outboard;
using namespace outboard::store;
using outboard::tests::World;

namespace {

void notify(
    World& w,
    AccountId account,
    AccountId source,
    const std::string& kind,
    std::optional<StatusId> status = {}
) {
    w.write([&](Writer& tx) { notifications::add(tx, account, source, kind, status); });
}
std::vector<notifications::NotificationRow> list(
    World& w,
    AccountId account,
    const notifications::Filter& filter = {},
    const statuses::Page& page = {}
) {
    return w.read([&](Reader& db) { return notifications::list(db, account, filter, page); });
}
using Kinds = std::vector<std::string>;
Kinds kinds(const std::vector<notifications::NotificationRow>& rows) {
    Kinds kinds;
    for (const auto& row : rows) kinds.push_back(row.kind);
    return kinds;
}

}  // namespace

TEST_CASE("a notification is made once for an account, source, kind and status") {
    World w;
    const auto me = w.local("me"), bo = w.remote("bo");
    const auto one = w.status().by(me).post(), two = w.status().by(me).post();
    notify(w, me, bo, "favourite", one);
    notify(w, me, bo, "favourite", one);
    notify(w, me, bo, "favourite", two);
    notify(w, me, bo, "follow");
    notify(w, me, bo, "follow");
    const auto rows = list(w, me);
    CHECK(kinds(rows) == Kinds{"follow", "favourite", "favourite"});
    CHECK_FALSE(rows[0].status);
    CHECK(rows[1].status == two);
    CHECK(rows[2].status == one);
    CHECK(rows[2].source == bo);
    w.write([&](Writer& tx) { notifications::remove(tx, me, bo, "favourite", one); });
    w.write([&](Writer& tx) { notifications::remove(tx, me, bo, "follow", std::nullopt); });
    CHECK(list(w, me).size() == 1);
}

TEST_CASE("nobody is told of themselves, and only people here are told") {
    World w;
    const auto me = w.local("me"), bo = w.remote("bo");
    notify(w, me, me, "favourite", StatusId{1});
    notify(w, bo, me, "favourite", StatusId{1});
    notify(w, me, AccountId{99}, "follow");
    CHECK(list(w, me).empty());
    CHECK(list(w, bo).empty());
}

TEST_CASE("nothing is told across a block, nor while a mute covers notifications") {
    World w;
    const auto me = w.local("me"), bo = w.remote("bo");
    SUBCASE("of mine") {
        w.block(me, bo);
        notify(w, me, bo, "follow");
        CHECK(list(w, me).empty());
    }
    SUBCASE("of theirs") {
        w.block(bo, me);
        notify(w, me, bo, "follow");
        CHECK(list(w, me).empty());
    }
    SUBCASE("a mute with notifications, until it ends") {
        w.write([&](Writer& tx) {
            mutes::put(tx, me, bo, true, tx.now() + std::chrono::minutes(5));
        });
        notify(w, me, bo, "follow");
        CHECK(list(w, me).empty());
        w.store.clock.advance(std::chrono::minutes(5));
        notify(w, me, bo, "follow");
        CHECK(list(w, me).size() == 1);
    }
    SUBCASE("a mute of posts only does not hold") {
        w.write([&](Writer& tx) { mutes::put(tx, me, bo, false, std::nullopt); });
        notify(w, me, bo, "follow");
        CHECK(list(w, me).size() == 1);
    }
    SUBCASE("what came before a block is not shown after it") {
        notify(w, me, bo, "follow");
        w.block(me, bo);
        CHECK(list(w, me).empty());
    }
}

TEST_CASE("notifications are filtered by kind and source, and read in windows") {
    World w;
    const auto me = w.local("me"), bo = w.remote("bo"), cy = w.remote("cy");
    const auto status = w.status().by(me).post();
    notify(w, me, bo, "follow");
    notify(w, me, cy, "favourite", status);
    notify(w, me, bo, "reblog", status);
    notify(w, me, cy, "mention", status);
    CHECK(kinds(list(w, me, {.types = {"follow", "mention"}})) == Kinds{"mention", "follow"});
    CHECK(
        kinds(list(w, me, {.exclude_types = {"follow", "mention"}})) == Kinds{"reblog", "favourite"}
    );
    CHECK(
        kinds(list(w, me, {.types = {"follow", "reblog"}, .exclude_types = {"follow"}})) ==
        Kinds{"reblog"}
    );
    CHECK(kinds(list(w, me, {.source = cy})) == Kinds{"mention", "favourite"});
    CHECK(list(w, me, {.types = {"'"}}).empty());
    const auto all = list(w, me);
    REQUIRE(all.size() == 4);
    CHECK(
        kinds(list(w, me, {}, {.max_id = all[0].id.value, .limit = 2})) ==
        Kinds{"reblog", "favourite"}
    );
    CHECK(
        kinds(list(w, me, {}, {.min_id = all[3].id.value, .limit = 2})) ==
        Kinds{"reblog", "favourite"}
    );
    CHECK(kinds(list(w, me, {}, {.since_id = all[3].id.value, .limit = 1})) == Kinds{"mention"});
}

TEST_CASE("one notification, or all, are dismissed by whom they are for") {
    World w;
    const auto me = w.local("me"), other = w.local("other"), bo = w.remote("bo");
    notify(w, me, bo, "follow");
    notify(w, me, bo, "mention", StatusId{5});
    notify(w, other, bo, "follow");
    const auto rows = list(w, me);
    w.read([&](Reader& db) {
        CHECK(notifications::find(db, me, rows[0].id)->kind == "mention");
        CHECK_FALSE(notifications::find(db, other, rows[0].id));
    });
    w.write([&](Writer& tx) { notifications::dismiss(tx, other, rows[0].id); });
    CHECK(list(w, me).size() == 2);
    w.write([&](Writer& tx) { notifications::dismiss(tx, me, rows[0].id); });
    CHECK(kinds(list(w, me)) == Kinds{"follow"});
    w.write([&](Writer& tx) { notifications::clear(tx, me); });
    CHECK(list(w, me).empty());
    CHECK(list(w, other).size() == 1);
}
