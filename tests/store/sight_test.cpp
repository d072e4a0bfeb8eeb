// SPDX-License-Identifier: Apache-2.0
#include <random>
#include <set>

#include "tests/store/fixture.hpp"

using namespace outboard;
using namespace outboard::store;
using outboard::tests::World;

TEST_CASE("everybody sees public and unlisted statuses") {
    World w;
    const auto ana = w.local("ana"), bo = w.remote("bo");
    for (const auto id : {w.status().by(ana).post(), w.status().by(ana).unlisted().post()}) {
        CHECK(w.sees(std::nullopt, id));
        CHECK(w.sees(bo, id));
        CHECK(w.sees(ana, id));
    }
}

TEST_CASE("followers-only statuses are for accepted followers of their author") {
    World w;
    const auto ana = w.local("ana"), follower = w.remote("follower"), asking = w.remote("asking"),
               followed = w.local("followed");
    w.follow(follower, ana);
    w.follow(asking, ana, /*accepted=*/false);
    w.follow(ana, followed);
    const auto id = w.status().by(ana).followers_only().post();
    CHECK(w.sees(ana, id));
    CHECK(w.sees(follower, id));
    CHECK_FALSE(w.sees(asking, id));
    CHECK_FALSE(w.sees(followed, id));
    CHECK_FALSE(w.sees(std::nullopt, id));
    w.write([&](Writer& tx) { return follows::remove(tx, follower, ana); });
    CHECK_FALSE(w.sees(follower, id));
}

TEST_CASE("direct statuses are for those they address, mention or no mention") {
    World w;
    const auto ana = w.local("ana"), bo = w.remote("bo"), cy = w.remote("cy");
    w.follow(cy, ana);
    auto fresh = w.status().by(ana).direct({bo}).build();
    fresh.mentions = {cy};  // named in the text, not addressed
    const auto id = w.write([&](Writer& tx) { return statuses::insert(tx, fresh); });
    CHECK(w.sees(ana, id));
    CHECK(w.sees(bo, id));
    CHECK_FALSE(w.sees(cy, id));
    CHECK_FALSE(w.sees(std::nullopt, id));
}

TEST_CASE("a status without any audience is its author's alone") {
    World w;
    const auto ana = w.local("ana"), bo = w.remote("bo");
    w.follow(bo, ana);
    const auto id = w.status().by(ana).direct({}).post();
    CHECK(w.sees(ana, id));
    CHECK_FALSE(w.sees(bo, id));
    CHECK_FALSE(w.sees(std::nullopt, id));
}

TEST_CASE("a block hides everything in both directions, whoever is addressed or follows") {
    World w;
    const auto ana = w.local("ana"), bo = w.local("bo");
    w.follow(bo, ana);
    const std::vector ids{
        w.status().by(ana).post(),
        w.status().by(ana).followers_only().post(),
        w.status().by(ana).direct({bo}).post()
    };
    SUBCASE("when the author blocks") { w.block(ana, bo); }
    SUBCASE("when the reader blocks") { w.block(bo, ana); }
    for (const auto id : ids) {
        CHECK_FALSE(w.sees(bo, id));
        CHECK(w.sees(ana, id));
    }
    CHECK(w.sees(std::nullopt, ids[0]));
}

TEST_CASE("suspension and deletion of an author hide all they wrote, and come back or not") {
    World w;
    const auto ana = w.remote("ana"), bo = w.local("bo");
    const auto id = w.status().by(ana).post();
    w.write([&](Writer& tx) { accounts::set_suspended(tx, ana, true); });
    CHECK_FALSE(w.sees(bo, id));
    CHECK_FALSE(w.sees(std::nullopt, id));
    CHECK_FALSE(w.sees(ana, id));
    w.write([&](Writer& tx) { accounts::set_suspended(tx, ana, false); });
    CHECK(w.sees(bo, id));
    w.write([&](Writer& tx) { accounts::set_deleted(tx, ana); });
    CHECK_FALSE(w.sees(bo, id));
}

TEST_CASE("a deleted status is seen by nobody, a pruned one by whom it was for") {
    World w;
    const auto ana = w.local("ana"), bo = w.local("bo");
    const auto gone = w.status().by(ana).post();
    w.write([&](Writer& tx) { return statuses::remove(tx, gone); });
    CHECK_FALSE(w.sees(ana, gone));
    CHECK_FALSE(w.sees(std::nullopt, gone));
    const auto pruned = w.status().by(ana).direct({bo}).state(StatusState::Pruned).post();
    CHECK(w.sees(bo, pruned));
    CHECK_FALSE(w.sees(std::nullopt, pruned));
    CHECK_FALSE(w.sees(bo, StatusId{12345}));
}

TEST_CASE("a boost does not open what it boosts") {
    World w;
    const auto ana = w.local("ana"), bo = w.local("bo"), cy = w.local("cy");
    w.follow(bo, ana);
    const auto closed = w.status().by(ana).followers_only().post();
    const auto boost = w.boost(bo, closed);
    CHECK(w.sees(cy, boost));
    CHECK_FALSE(w.sees(cy, closed));
    CHECK(w.sees(bo, closed));
}

TEST_CASE("flags are the viewer's own") {
    World w;
    const auto ana = w.local("ana"), bo = w.local("bo");
    const auto one = w.status().by(ana).post(), two = w.status().by(ana).post();
    w.boost(ana, one);
    w.write([&](Writer& tx) {
        favourites::add(tx, {.account = ana, .status = one, .uri = ""});
        bookmarks::add(tx, ana, one);
        statuses::pin(tx, ana, one);
        favourites::add(tx, {.account = bo, .status = two, .uri = ""});
    });
    w.read([&](Reader& db) {
        auto mine = statuses::load_flags(db, {one, two}, ana);
        CHECK((mine[one].favourited && mine[one].boosted && mine[one].bookmarked));
        CHECK(mine[one].pinned);
        CHECK_FALSE(mine[one].muted);
        CHECK_FALSE((mine[two].favourited || mine[two].boosted || mine[two].bookmarked));
        auto theirs = statuses::load_flags(db, {one, two}, bo);
        CHECK_FALSE((theirs[one].favourited || theirs[one].boosted || theirs[one].pinned));
        CHECK(theirs[two].favourited);
    });
}

TEST_CASE("what a page needs is loaded by the same number of statements, whatever its size") {
    World w;
    const auto ana = w.local("ana"), bo = w.local("bo");
    std::vector<StatusId> ids;
    for (int n = 0; n < 40; ++n) {
        ids.push_back(w.status().by(ana).mentioning({bo}).tagged({"a", "b"}).with_image("x").post()
        );
    }
    const auto statements = [&](const std::vector<StatusId>& page) {
        return w.read([&](Reader& db) {
            CHECK(statuses::load(db, page).size() == page.size());
            CHECK(statuses::load_sight(db, page, bo).size() == page.size());
            CHECK(statuses::load_flags(db, page, bo).size() == page.size());
            CHECK(statuses::load_mentions(db, page).size() == page.size());
            CHECK(statuses::load_tags(db, page).size() == page.size());
            CHECK(statuses::load_media(db, page).size() == page.size());
            CHECK(accounts::load(db, {ana, bo}).size() == 2);
            return db.statements();
        });
    };
    CHECK(statements({ids[0]}) == 7);
    CHECK(statements(ids) == 7);
    w.read([&](Reader& db) {
        CHECK(statuses::load(db, {}).empty());
        CHECK(statuses::load_sight(db, {}, bo).empty());
        CHECK(statuses::load_flags(db, {}, bo).empty());
        CHECK(db.statements() == 0);
    });
}

namespace {

/// The rule again, in plain sets and from the test's own memory.
struct Model {
    struct Post {
        AccountId author;
        Visibility visibility;
        std::set<AccountId> readers;
        bool deleted = false;
    };
    std::set<std::pair<AccountId, AccountId>> followers, blocked;
    std::set<AccountId> inactive;
    std::map<StatusId, Post> posts;

    bool sees(std::optional<AccountId> viewer, StatusId id) const {
        const auto& post = posts.at(id);
        if (post.deleted || inactive.contains(post.author)) return false;
        const bool open =
            post.visibility == Visibility::Public || post.visibility == Visibility::Unlisted;
        if (!viewer) return open;
        if (*viewer == post.author) return true;
        if (blocked.contains({*viewer, post.author}) || blocked.contains({post.author, *viewer})) {
            return false;
        }
        if (open || post.readers.contains(*viewer)) return true;
        return post.visibility == Visibility::Followers &&
               followers.contains({*viewer, post.author});
    }
};

}  // namespace

TEST_CASE("over random graphs the store's sight equals the model's") {
    int differences = 0, seen = 0, pairs = 0;
    for (const unsigned seed : {1U, 2U, 3U, 4U, 5U}) {
        std::mt19937 random(seed);
        const auto below = [&](int n) {
            return static_cast<int>(random() % static_cast<unsigned>(n));
        };
        World w;
        Model model;
        std::vector<AccountId> people;
        for (int n = 0; n < 16; ++n) {
            const auto name = "p" + std::to_string(n);
            people.push_back(below(2) == 0 ? w.local(name) : w.remote(name));
        }
        const auto anyone = [&] { return people[static_cast<std::size_t>(below(16))]; };
        for (int n = 0; n < 60; ++n) {
            const auto a = anyone(), b = anyone();
            if (a == b) continue;
            const bool accepted = below(3) != 0;
            w.follow(a, b, accepted);
            if (accepted) model.followers.insert({a, b});
        }
        for (int n = 0; n < 20; ++n) {
            const auto a = anyone(), b = anyone();
            if (a == b) continue;
            w.block(a, b);
            model.blocked.insert({a, b});
        }
        std::vector<StatusId> ids;
        for (int n = 0; n < 80; ++n) {
            Model::Post post{anyone(), static_cast<Visibility>(below(4)), {}, below(10) == 0};
            for (int r = below(4); r > 0; --r) post.readers.insert(anyone());
            auto builder = w.status();
            builder.by(post.author);
            const std::vector<AccountId> readers(post.readers.begin(), post.readers.end());
            switch (post.visibility) {
                case Visibility::Public:
                    break;
                case Visibility::Unlisted:
                    builder.unlisted();
                    break;
                case Visibility::Followers:
                    builder.followers_only();
                    break;
                case Visibility::Direct:
                    builder.direct({});
                    break;
            }
            auto fresh = builder.build();
            for (const auto reader : readers) {
                fresh.audience.push_back({AudienceKind::Actor, reader});
            }
            if (!ids.empty() && below(3) == 0) {
                fresh.status.boost_of = ids[random() % ids.size()];
            } else if (!ids.empty() && below(2) == 0) {
                fresh.status.reply_to = ids[random() % ids.size()];
            }
            const auto id = w.write([&](Writer& tx) { return statuses::insert(tx, fresh); });
            if (!model.posts.emplace(id, post).second) continue;  // the same boost again
            ids.push_back(id);
        }
        for (auto& [id, post] : model.posts) {
            if (!post.deleted) continue;
            w.write([&, gone = id](Writer& tx) { return statuses::remove(tx, gone); });
            // Boosts of it go with it.
            for (auto& [other, boost] : model.posts) {
                if (w.find(other).boost_of == id) boost.deleted = true;
            }
        }
        for (int n = 0; n < 2; ++n) {
            const auto gone = anyone();
            w.write([&](Writer& tx) {
                if (n == 0) {
                    accounts::set_suspended(tx, gone, true);
                } else {
                    accounts::set_deleted(tx, gone);
                }
            });
            model.inactive.insert(gone);
        }
        for (int n = 0; n < 400; ++n) {
            const auto id = ids[static_cast<std::size_t>(below(static_cast<int>(ids.size())))];
            const auto viewer = below(10) == 0 ? std::nullopt : std::optional(anyone());
            const bool here = w.sees(viewer, id);
            differences += here != model.sees(viewer, id) ? 1 : 0;
            seen += here ? 1 : 0;
            ++pairs;
        }
    }
    CHECK(pairs == 2000);
    CHECK(differences == 0);
    CHECK(seen > 400);  // both answers occur often
    CHECK(seen < 1600);
}
