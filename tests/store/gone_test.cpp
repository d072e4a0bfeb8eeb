// SPDX-License-Identifier: Apache-2.0
#include "src/store/conversations.hpp"
#include "src/store/keys.hpp"
#include "src/store/queues.hpp"
#include "src/store/tags.hpp"
#include "tests/store/fixture.hpp"

using namespace outboard;
using namespace outboard::store;
using outboard::tests::World;

/// What a deleted account leaves behind, and who had to do with it.

namespace {

struct Gone {
    World w;
    AccountId ana = w.local("ana");

    std::vector<AccountId> partners(int most = 100) {
        return w.read([&](Reader& db) { return accounts::list_partners(db, ana, most); });
    }
    /// An outbox row of ana's with bytes of its own; returns their hash.
    std::string sends(OutboxId id, const std::vector<std::string>& inboxes) {
        const auto packed = documents::pack("{\"id\":" + id.str() + "}");
        w.write([&](Writer& tx) {
            documents::put(tx, packed, {"", "", "own", ""});
            outbox::Item item;
            item.id = id;
            item.account = ana;
            item.document = packed.hash;
            outbox::add(tx, item);
            outbox::set_sent(tx, id);
            for (const auto& inbox : inboxes) deliveries::add(tx, id, inbox, "far.example");
            return true;
        });
        return packed.hash;
    }
    bool has(const std::string& hash) {
        return w.read([&](Reader& db) { return documents::find_meta(db, hash).has_value(); });
    }
    std::int64_t waiting() {
        return w.read([this](Reader& db) {
            return deliveries::count(db, w.store.clock.now()).waiting;
        });
    }
};

}  // namespace

TEST_CASE_FIXTURE(Gone, "partners are those who had to do with an account, one for each inbox") {
    const auto post = w.status().by(ana).post();
    CHECK(partners().empty());
    const auto mentioned = w.remote("mia", "mentioned.example");
    const auto booster = w.remote("bob", "boosts.example");
    const auto liker = w.remote("lea", "likes.example");
    const auto answerer = w.remote("ann", "answers.example");
    const auto author = w.remote("art", "written.example");
    const auto favoured = w.remote("fay", "favoured.example");
    const auto asked = w.remote("ash", "asked.example");
    const auto stranger = w.remote("sue", "stranger.example");
    const auto neighbour = w.remote("ned", "likes.example");
    w.status().by(ana).direct({mentioned}).mentioning({mentioned, w.local("ben")}).post();
    w.boost(booster, post);
    w.status().by(answerer).reply_to(post).post();
    w.boost(ana, w.status().by(author).post());
    const auto liked = w.status().by(favoured).post();
    w.status().by(stranger).post();
    w.write([&](Writer& tx) {
        favourites::add(tx, {.account = liker, .status = post, .uri = ""});
        favourites::add(tx, {.account = neighbour, .status = post, .uri = ""});
        return favourites::add(tx, {.account = ana, .status = liked, .uri = ""});
    });
    w.follow(ana, asked, /*accepted=*/false);
    auto found = partners();
    std::sort(found.begin(), found.end());
    std::vector<AccountId> wanted = {
        mentioned, booster, std::max(liker, neighbour), answerer, author, favoured, asked
    };
    std::sort(wanted.begin(), wanted.end());
    CHECK(found == wanted);
    CHECK(partners(3).size() == 3);

    w.write([&](Writer& tx) {
        accounts::set_suspended(tx, booster, true);
        accounts::set_deleted(tx, author);
        return true;
    });
    CHECK(partners().size() == wanted.size() - 2);
}

TEST_CASE_FIXTURE(
    Gone, "what was sent is dropped with its bytes once nothing of it is on its way"
) {
    const auto ended = sends({1}, {"https://far.example/a"});
    const auto under_way = sends({2}, {"https://far.example/b"});
    w.write([&](Writer& tx) {
        const auto items = deliveries::lease(tx, tx.now() + std::chrono::minutes(1), 10, 10);
        REQUIRE(items.size() == 2);
        deliveries::set_done(tx, items[0].id, "202");
        return true;
    });
    const auto drop_ended = [&] {
        return w.write([&](Writer& tx) { return outbox::drop_ended(tx, ana, 100); });
    };
    CHECK_FALSE(drop_ended());  // nothing is left
    CHECK_FALSE(has(ended));
    CHECK(has(under_way));
    CHECK(waiting() == 1);
    CHECK_FALSE(w.write([&](Writer& tx) { return outbox::drop_any(tx, ana, 100); }));
    CHECK_FALSE(has(under_way));
    CHECK(waiting() == 0);
    CHECK_FALSE(w.read([&](Reader& db) { return outbox::has_any(db, ana); }));
}

TEST_CASE_FIXTURE(Gone, "an activity that went to very many is dropped in more than one go") {
    std::vector<std::string> inboxes;
    for (int i = 0; i < 25; ++i) inboxes.push_back("https://far.example/" + std::to_string(i));
    const auto hash = sends({1}, inboxes);
    const auto drop = [&] {
        return w.write([&](Writer& tx) { return outbox::drop_any(tx, ana, 10); });
    };
    CHECK(drop());
    CHECK(waiting() == 15);
    CHECK(drop());
    CHECK(waiting() == 5);
    CHECK_FALSE(drop());  // nothing is left
    CHECK(waiting() == 0);
    CHECK_FALSE(has(hash));
}

TEST_CASE_FIXTURE(Gone, "an ended delivery stays as it ended, whatever comes later") {
    sends({1}, {"https://far.example/a"});
    w.write([&](Writer& tx) {
        const auto items = deliveries::lease(tx, tx.now() + std::chrono::minutes(1), 10, 10);
        deliveries::set_dead(tx, items.at(0).id, "410");
        deliveries::set_retry(tx, items.at(0).id, tx.now(), "503");
        deliveries::set_done(tx, items.at(0).id, "202");
        return true;
    });
    const auto counts =
        w.read([&](Reader& db) { return deliveries::count(db, w.store.clock.now()); });
    CHECK(counts.waiting == 0);
    CHECK(counts.dead == 1);
}

TEST_CASE_FIXTURE(Gone, "lists of an account go in chunks, those of others stay") {
    const auto ben = w.local("ben");
    const auto post = w.status().by(ben).post();
    for (const auto who : {ana, ben}) {
        w.write([&](Writer& tx) {
            bookmarks::add(tx, who, post);
            statuses::add_to_home(tx, who, post);
            mutes::put(tx, who, who == ana ? ben : ana, true, std::nullopt);
            thread_mutes::add(tx, who, post);
            account_notes::put(tx, who, who == ana ? ben : ana, "met at the fair");
            domain_blocks::add(tx, who, "loud.example");
            tags::follow(tx, who, tags::ensure(tx, "pumps", "pumps"));
            conversations::note(tx, post, post, who, who);
            markers::put(tx, who, "home", 1);
            notifications::add(tx, who, who == ana ? ben : ana, "follow", std::nullopt);
            return idempotency::take(tx, who, "key", post);
        });
    }
    const auto drop = [&] {
        return w.write([&](Writer& tx) { return accounts::drop_lists(tx, ana, 1); });
    };
    CHECK(drop());
    CHECK_FALSE(drop());
    CHECK(w.read([&](Reader& db) { return statuses::list_home(db, ana, {}); }).empty());
    CHECK(w.read([&](Reader& db) { return statuses::load_flags(db, {post}, ben); })[post].bookmarked
    );
    for (const auto who : {ana, ben}) {
        const bool is_there = who == ben;
        const auto relations =
            w.read([&](Reader& db) { return follows::load_relationships(db, who, {ana, ben}); });
        CHECK(relations.at(who == ana ? ben : ana).note.empty() != is_there);
        CHECK(w.read([&](Reader& db) { return markers::load(db, who); }).empty() != is_there);
        CHECK(w.read([&](Reader& db) { return tags::count_followed(db, who); }) == is_there);
        CHECK(w.read([&](Reader& db) { return domain_blocks::count(db, who); }) == is_there);
        CHECK(w.read([&](Reader& db) {
                   return conversations::list(db, who, {});
               }).empty() != is_there);
        CHECK(
            w.read([&](Reader& db) { return statuses::load_flags(db, {post}, who); })[post].muted ==
            is_there
        );
    }
    CHECK(w.read([&](Reader& db) { return idempotency::find(db, ben, "key"); }));
    CHECK_FALSE(w.read([&](Reader& db) { return idempotency::find(db, ana, "key"); }));
}
