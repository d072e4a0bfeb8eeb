// SPDX-License-Identifier: Apache-2.0
// Rows that open streams are told from: made by what makes things happen, gone after their time.
#include "src/store/streams.hpp"

#include "src/base/worker_pool.hpp"
#include "tests/store/fixture.hpp"

using namespace outboard;
using namespace outboard::store;
using outboard::tests::TempStore;
using outboard::tests::World;
using streams::Event;
using streams::Kind;
using namespace std::chrono_literals;

namespace {

std::vector<Event> events_after(World& w, std::int64_t after) {
    return w.read([&](Reader& db) { return streams::list_after(db, after, 100); });
}
std::int64_t newest(World& w) {
    return w.read([](Reader& db) { return streams::newest(db); });
}

}  // namespace

TEST_CASE("what happens to a status is an event, once, in order") {
    World w;
    const auto ana = w.local("ana"), bo = w.local("bo"), far = w.remote("far");
    CHECK(newest(w) == 0);
    const auto one = w.status().by(ana).tagged({"Pumps", "Valves"}).mentioning({bo, far}).post();
    const auto events = events_after(w, 0);
    REQUIRE(events.size() == 1);
    CHECK(events[0].kind == Kind::Update);
    CHECK(events[0].account == ana);
    CHECK(events[0].status() == one);
    CHECK(events[0].id == newest(w));

    auto again = w.status().by(ana).uri(w.find(one).uri).build();
    w.write([&](Writer& tx) { return statuses::insert(tx, again); });  // it is there already
    CHECK(events_after(w, events[0].id).empty());

    auto changed = w.status().by(ana).tagged({"Pumps"}).mentioning({bo, far}).build();
    changed.status = w.find(one);
    w.write([&](Writer& tx) { statuses::edit(tx, changed); });
    const auto edits = events_after(w, events[0].id);
    REQUIRE(edits.size() == 1);
    CHECK(edits[0].kind == Kind::Edit);
    CHECK(edits[0].status() == one);

    w.write([&](Writer& tx) { return statuses::remove(tx, one); });
    w.write([&](Writer& tx) { return statuses::remove(tx, one); });  // gone already
    const auto deletions = events_after(w, edits[0].id);
    REQUIRE(deletions.size() == 1);
    CHECK(deletions[0].kind == Kind::Delete);
    CHECK(deletions[0].account == ana);
    CHECK(deletions[0].status() == one);
    CHECK(deletions[0].tags == std::vector<std::string>{"pumps"});
    CHECK(deletions[0].readers == std::vector<AccountId>{bo});  // those who live here
}

TEST_CASE("a status that is fetched long after it was written is no event") {
    World w;
    const auto far = w.remote("far");
    w.status().by(far).created_at(w.store.clock.now() - 48h).post();
    CHECK(newest(w) == 0);
    w.status().by(far).created_at(w.store.clock.now() - 1h).post();
    CHECK(newest(w) != 0);
}

TEST_CASE("statuses that go with their account are no events") {
    World w;
    const auto ana = w.local("ana");
    const auto one = w.status().by(ana).post();
    const auto before = newest(w);
    w.write([&](Writer& tx) { accounts::set_suspended(tx, ana, true); });
    w.write([&](Writer& tx) { return statuses::remove(tx, one); });
    CHECK(newest(w) == before);
}

TEST_CASE("homes reached by later chunks are an event, when there are any") {
    World w;
    const auto ana = w.local("ana"), bo = w.local("bo"), cy = w.local("cy"), far = w.remote("far");
    for (const auto fan : {bo, cy, far}) w.follow(fan, ana);
    const auto one = w.status().by(ana).post();
    auto at = newest(w);
    const auto chunk = [&](std::int64_t after) {
        return w.write([&](Writer& tx) {
            return statuses::fan_out_home(tx, ana, one, /*is_boost=*/false, after, 1);
        });
    };
    const auto first = chunk(0);
    CHECK(newest(w) == at);  // the event of the status itself tells it
    const auto second = chunk(first);
    const auto events = events_after(w, at);
    REQUIRE(events.size() == 1);
    CHECK(events[0].kind == Kind::Home);
    CHECK(events[0].status() == one);
    at = newest(w);
    chunk(second);  // a follower elsewhere has no home here
    CHECK(newest(w) == at);
    const auto homes =
        w.read([&](Reader& db) { return streams::load_homes(db, {one}, {ana, cy}); });
    REQUIRE(homes.size() == 1);
    CHECK(homes.at(cy) == std::vector<StatusId>{one});
    CHECK(w.read([&](Reader& db) {
        return streams::load_followers(db, ana, {ana, cy});
    }) == std::unordered_set<AccountId>{cy});
}

TEST_CASE("a notification that is made is an event, one that is not made is none") {
    World w;
    const auto ana = w.local("ana"), bo = w.local("bo"), far = w.remote("far");
    const auto notify = [&](AccountId account, AccountId source) {
        w.write([&](Writer& tx) { notifications::add(tx, account, source, "follow", {}); });
    };
    notify(ana, far);
    notify(ana, far);  // told before
    notify(far, ana);  // no user of ours
    w.block(ana, bo);
    notify(ana, bo);
    const auto events = events_after(w, 0);
    REQUIRE(events.size() == 1);
    CHECK(events[0].kind == Kind::Notification);
    CHECK(events[0].account == ana);
    CHECK(w.read([&](Reader& db) { return notifications::find(db, ana, {events[0].subject}); }
    ).has_value());
}

TEST_CASE("events are dropped after their time, some at a time") {
    World w;
    const auto ana = w.local("ana");
    for (int i = 0; i < 5; ++i) w.status().by(ana).post();
    const auto limit = w.store.clock.now() + 1s;
    w.store.clock.advance(2s);
    w.status().by(ana).post();
    const auto drop = [&] {
        return w.write([&](Writer& tx) { return streams::drop_older_than(tx, limit, 3); });
    };
    CHECK(drop() == 3);
    CHECK(drop() == 2);
    CHECK(drop() == 0);
    CHECK(events_after(w, 0).size() == 1);
}

TEST_CASE("who waits for events is woken after their commit, and by nothing else") {
    WakeFlag wake;
    SqliteSettings settings;
    settings.synchronous_full = false;
    settings.streams = &wake;
    TempStore store(settings);
    const auto write = [&](const std::function<Result<void>(Writer&)>& work) {
        return store->write([&](Writer& tx) { return work(tx); });
    };
    REQUIRE(write([](Writer&) -> Result<void> { return {}; }));
    CHECK_FALSE(wake.wait_for(0ms));
    CHECK_FALSE(write([](Writer& tx) -> Result<void> {
        streams::add(tx, Kind::Update, {1}, 2);
        return fail(Code::Invalid, "undone");
    }));
    CHECK_FALSE(wake.wait_for(0ms));
    REQUIRE(write([](Writer& tx) -> Result<void> {
        for (int i = 0; i < 3; ++i) streams::add(tx, Kind::Update, {1}, i);
        return {};
    }));
    CHECK(wake.wait_for(0ms));
}

TEST_CASE("commits are counted before those who wait for them go on, and failures are not") {
    std::atomic<std::uint64_t> commits{0};
    SqliteSettings settings;
    settings.synchronous_full = false;
    settings.commits = &commits;
    TempStore store(settings);
    REQUIRE(store->write([](Writer&) -> Result<void> { return {}; }));
    CHECK(commits == 1);
    CHECK_FALSE(store->write([](Writer&) -> Result<void> { return fail(Code::Invalid, "undone"); })
    );
    CHECK(commits == 1);
    store->read([](Reader&) {});
    CHECK(commits == 1);
    REQUIRE(store->write([&](Writer&) -> Result<void> {
        CHECK(commits == 1);
        return {};
    }));
    CHECK(commits == 2);
}
