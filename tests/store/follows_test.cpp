// SPDX-License-Identifier: Apache-2.0
#include "tests/store/fixture.hpp"

using namespace outboard;
using namespace outboard::store;
using outboard::tests::World;

namespace {

bool put(World& w, AccountId account, AccountId target, bool accepted, std::string uri = {}) {
    return w.write([&](Writer& tx) {
        follows::FollowRow row;
        row.account = account;
        row.target = target;
        row.accepted = accepted;
        row.uri = uri;
        return follows::put(tx, row);
    });
}
bool unfollow(World& w, AccountId account, AccountId target) {
    return w.write([&](Writer& tx) { return follows::remove(tx, account, target); });
}
std::pair<std::int64_t, std::int64_t> counts(World& w, AccountId account, AccountId target) {
    return {w.account(account).following_count, w.account(target).followers_count};
}
using Counts = std::pair<std::int64_t, std::int64_t>;

}  // namespace

TEST_CASE("only accepted follows are counted, each once, through all their changes") {
    World w;
    const auto ana = w.local("ana"), bo = w.remote("bo");
    CHECK(put(w, ana, bo, false, "https://home.example/f/1"));
    CHECK(counts(w, ana, bo) == Counts{0, 0});
    CHECK_FALSE(put(w, ana, bo, false, "https://home.example/f/2"));
    CHECK(put(w, ana, bo, true));
    CHECK(counts(w, ana, bo) == Counts{1, 1});
    CHECK_FALSE(put(w, ana, bo, true));
    CHECK(counts(w, ana, bo) == Counts{1, 1});
    w.write([&](Writer& tx) { follows::set_accepted(tx, ana, bo); });
    CHECK(counts(w, ana, bo) == Counts{1, 1});

    // Asking again does not take back what was granted.
    CHECK_FALSE(put(w, ana, bo, false));
    w.read([&](Reader& db) {
        const auto row = follows::find(db, ana, bo);
        REQUIRE(row);
        CHECK(row->accepted);
        CHECK(row->uri == "https://home.example/f/2");
        CHECK(follows::find_by_uri(db, "https://home.example/f/2")->id == row->id);
        CHECK_FALSE(follows::find_by_uri(db, "https://home.example/f/1"));
        CHECK_FALSE(follows::find_by_uri(db, ""));
    });
    CHECK(unfollow(w, ana, bo));
    CHECK_FALSE(unfollow(w, ana, bo));
    CHECK(counts(w, ana, bo) == Counts{0, 0});

    put(w, ana, bo, false);
    w.write([&](Writer& tx) { follows::set_accepted(tx, ana, bo); });
    CHECK(counts(w, ana, bo) == Counts{1, 1});
    CHECK(unfollow(w, ana, bo));
    put(w, ana, bo, false);
    CHECK(unfollow(w, ana, bo));
    CHECK(counts(w, ana, bo) == Counts{0, 0});
}

TEST_CASE("a refreshed follow keeps its beginning and its last answer") {
    World w;
    const auto ana = w.local("ana"), bo = w.remote("bo");
    put(w, bo, ana, true, "https://far.example/f/1");
    const auto before = w.read([&](Reader& db) { return *follows::find(db, bo, ana); });
    const auto answered = w.store.clock.now();
    w.write([&](Writer& tx) { follows::set_answered(tx, before.id, answered); });
    w.write([&](Writer& tx) {
        follows::FollowRow row;
        row.account = bo;
        row.target = ana;
        row.show_boosts = false;
        row.notify = true;
        return follows::put(tx, row);
    });
    const auto after = w.read([&](Reader& db) { return *follows::find(db, bo, ana); });
    CHECK(after.id == before.id);
    CHECK(after.created_at == before.created_at);
    CHECK(after.answered_at == answered);
    CHECK_FALSE(after.show_boosts);
    CHECK(after.notify);
}

TEST_CASE("followers, followings and requests are lists of their own, newest first") {
    World w;
    const auto ana = w.local("ana");
    std::vector<AccountId> fans;
    for (int n = 0; n < 4; ++n) fans.push_back(w.remote("fan" + std::to_string(n)));
    for (const auto fan : fans) put(w, fan, ana, true);
    const auto asking = w.remote("asking");
    put(w, asking, ana, false);
    put(w, ana, fans[0], true);
    w.read([&](Reader& db) {
        const auto rows = follows::list_followers(db, ana, {});
        REQUIRE(rows.size() == 4);
        for (std::size_t n = 0; n < 4; ++n) CHECK(rows[n].account == fans[3 - n]);
        const auto page =
            follows::list_followers(db, ana, {.max_id = rows[1].id.value, .limit = 1});
        REQUIRE(page.size() == 1);
        CHECK(page[0].account == fans[1]);
        const auto up = follows::list_followers(db, ana, {.min_id = rows[3].id.value, .limit = 2});
        REQUIRE(up.size() == 2);
        CHECK(up[0].account == fans[2]);
        CHECK(up[1].account == fans[1]);
        const auto requests = follows::list_requests(db, ana, {});
        REQUIRE(requests.size() == 1);
        CHECK(requests[0].account == asking);
        const auto following = follows::list_following(db, ana, {});
        REQUIRE(following.size() == 1);
        CHECK(following[0].target == fans[0]);
    });
}

TEST_CASE("posts go to each inbox of active remote followers once, the shared one where there is") {
    World w;
    const auto ana = w.local("ana");
    put(w, w.local("near"), ana, true);
    const auto add = [&](const std::string& name, const std::string& host, bool shares = true) {
        auto person = World::person(name, host);
        if (!shares) person.shared_inbox.clear();
        const auto id = w.add(person);
        put(w, id, ana, true);
        return id;
    };
    const auto first = add("first", "a.example"), second = add("second", "a.example");
    const auto alone = add("alone", "b.example", /*shares=*/false);
    add("far", "c.example");
    auto silent = World::person("silent", "d.example");
    silent.inbox.clear();
    silent.shared_inbox.clear();
    put(w, w.add(silent), ana, true);
    put(w, w.add(World::person("asking", "e.example")), ana, false);
    const auto inboxes = [&] {
        std::vector<std::string> all;
        for (std::string after;;) {
            const auto some =
                w.read([&](Reader& db) { return follows::list_inboxes(db, ana, after, 2); });
            all.insert(all.end(), some.begin(), some.end());
            if (some.size() < 2) return all;
            after = some.back();
        }
    };
    const std::string a = "https://a.example/inbox", c = "https://c.example/inbox";
    CHECK(inboxes() == std::vector{a, w.who(alone).inbox, c});

    w.write([&](Writer& tx) { accounts::set_suspended(tx, first, true); });
    CHECK(inboxes() == std::vector{a, w.who(alone).inbox, c});
    w.write([&](Writer& tx) { accounts::set_deleted(tx, second); });
    CHECK(inboxes() == std::vector{w.who(alone).inbox, c});
    w.write([&](Writer& tx) { accounts::set_suspended(tx, first, false); });
    CHECK(inboxes() == std::vector{a, w.who(alone).inbox, c});
    w.write([&](Writer& tx) { accounts::rule_out(tx, {first, alone}); });
    CHECK(inboxes() == std::vector{c});
    w.write([&](Writer& tx) { accounts::let_back(tx, {first, alone}); });
    CHECK(inboxes() == std::vector{a, w.who(alone).inbox, c});
    auto moved = w.who(alone);
    moved.inbox = "https://b.example/new";
    w.write([&](Writer& tx) { accounts::update(tx, moved); });
    CHECK(inboxes() == std::vector<std::string>{a, "https://b.example/new", c});

    const auto behind = [&](const std::string& inbox) {
        return w.read([&](Reader& db) { return follows::list_behind_inbox(db, ana, inbox, 10); });
    };
    CHECK(behind(a) == std::vector{first});
    CHECK(behind(w.who(first).inbox) == std::vector{first});
    CHECK(behind("https://b.example/new") == std::vector{alone});
    CHECK(behind("https://nobody.example/inbox").empty());
    w.write([&](Writer& tx) { follows::remove(tx, first, ana); });
    CHECK(inboxes() == std::vector<std::string>{"https://b.example/new", c});
}

TEST_CASE("a relationship says what stands between two accounts, in both directions") {
    World w;
    const auto ana = w.local("ana"), bo = w.remote("bo"), cy = w.remote("cy"), di = w.remote("di");
    put(w, ana, bo, true);
    put(w, bo, ana, false);
    put(w, ana, cy, false);
    put(w, cy, ana, true);
    w.block(ana, di);
    w.block(cy, ana);
    w.write([&](Writer& tx) {
        mutes::put(tx, ana, bo, /*notifications=*/true, std::nullopt);
        mutes::put(tx, ana, cy, false, tx.now() + std::chrono::hours(1));
    });
    const auto load = [&] {
        return w.read([&](Reader& db) {
            auto found = follows::load_relationships(db, ana, {bo, cy, di, AccountId{5}});
            CHECK(db.statements() == 1);
            return found;
        });
    };
    auto found = load();
    REQUIRE(found.size() == 3);
    CHECK(found[bo].following);
    CHECK_FALSE(found[bo].requested);
    CHECK(found[bo].requested_by);
    CHECK_FALSE(found[bo].followed_by);
    CHECK(found[bo].show_boosts);
    CHECK_FALSE(found[bo].notify);
    CHECK(found[bo].muting);
    CHECK(found[bo].muting_notifications);
    CHECK(found[cy].requested);
    CHECK_FALSE(found[cy].following);
    CHECK(found[cy].followed_by);
    CHECK(found[cy].blocked_by);
    CHECK_FALSE(found[cy].blocking);
    CHECK(found[cy].muting);
    CHECK_FALSE(found[cy].muting_notifications);
    CHECK(found[di].blocking);
    CHECK_FALSE(found[di].blocked_by);
    CHECK_FALSE(found[di].show_boosts);

    w.store.clock.advance(std::chrono::hours(2));
    found = load();
    CHECK_FALSE(found[cy].muting);
    CHECK(found[bo].muting);
}

TEST_CASE("a block is there once and remembers its activity") {
    World w;
    const auto ana = w.local("ana"), bo = w.remote("bo");
    const auto add = [&] {
        return w.write([&](Writer& tx) { return blocks::add(tx, ana, bo, "https://x/1"); });
    };
    const auto remove = [&] {
        return w.write([&](Writer& tx) { return blocks::remove(tx, ana, bo); });
    };
    CHECK(add());
    CHECK_FALSE(add());
    w.read([&](Reader& db) {
        CHECK(blocks::exists(db, ana, bo));
        CHECK_FALSE(blocks::exists(db, bo, ana));
        CHECK(blocks::find_uri(db, ana, bo) == "https://x/1");
        CHECK_FALSE(blocks::find_uri(db, bo, ana));
    });
    CHECK(remove());
    CHECK_FALSE(remove());
}

TEST_CASE("muting again changes the mute, and it is taken back once") {
    World w;
    const auto ana = w.local("ana"), bo = w.remote("bo");
    w.write([&](Writer& tx) {
        mutes::put(tx, ana, bo, true, tx.now());
        mutes::put(tx, ana, bo, false, std::nullopt);
    });
    w.read([&](Reader& db) {
        const auto found = follows::load_relationships(db, ana, {bo});
        CHECK(found.at(bo).muting);
        CHECK_FALSE(found.at(bo).muting_notifications);
    });
    CHECK(w.write([&](Writer& tx) { return mutes::remove(tx, ana, bo); }));
    CHECK_FALSE(w.write([&](Writer& tx) { return mutes::remove(tx, ana, bo); }));
}
