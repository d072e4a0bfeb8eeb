// SPDX-License-Identifier: Apache-2.0
#include "src/base/limits.hpp"
#include "tests/store/fixture.hpp"

using namespace outboard;
using namespace outboard::store;
using outboard::tests::World;

namespace {

using Ids = std::vector<StatusId>;
using Texts = std::vector<std::string>;

constexpr Query kRows{"test.rows_of_status", R"sql(
    SELECT (SELECT count(*) FROM status_audience WHERE status = $1)
         + (SELECT count(*) FROM mentions WHERE status = $1)
         + (SELECT count(*) FROM status_tags WHERE status = $1)
         + (SELECT count(*) FROM media WHERE status = $1)
         + (SELECT count(*) FROM status_revisions WHERE status = $1)
         + (SELECT count(*) FROM favourites WHERE status = $1)
         + (SELECT count(*) FROM bookmarks WHERE status = $1)
         + (SELECT count(*) FROM pins WHERE status = $1)
         + (SELECT count(*) FROM home WHERE status = $1)
         + (SELECT count(*) FROM notifications WHERE status = $1))sql"};
std::int64_t rows_of(World& w, StatusId id) {
    return w.read([&](Reader& db) { return db.count(kRows, id); });
}

bool remove(World& w, StatusId id) {
    return w.write([&](Writer& tx) { return statuses::remove(tx, id); });
}

statuses::NewStatus edited(World& w, StatusId id, const std::string& text) {
    statuses::NewStatus changed;
    changed.status = w.find(id);
    changed.audience = w.read([&](Reader& db) { return statuses::load_audience(db, id); });
    changed.status.content = SafeHtml::from_trusted(text);
    changed.status.edited_at = w.store.clock.now();
    return changed;
}

void edit(World& w, const statuses::NewStatus& changed) {
    w.write([&](Writer& tx) { statuses::edit(tx, changed); });
}

}  // namespace

TEST_CASE("a status comes back as it was written") {
    World w;
    const auto ana = w.remote("ana"), bo = w.local("bo");
    const auto quoted = w.status().by(bo).post();
    auto fresh = w.status().by(ana).unlisted().mentioning({bo}).tagged({"Pumps"}).build();
    auto& s = fresh.status;
    s.kind = "Article";
    s.quote_of = quoted;
    s.context_uri = "https://far.example/contexts/1";
    s.conversation = "tag:1";
    s.title = "On pumps";
    s.content = SafeHtml::from_trusted("<p>\xF0\x9F\x9A\xB0 &amp;</p>");
    s.source = "water &";
    s.content_type = "text/markdown";
    s.spoiler = "wet";
    s.sensitive = true;
    s.language = "eo";
    s.url = "https://far.example/@ana/1";
    s.edited_at = s.created_at + std::chrono::seconds(5);
    s.application = "Tusky";
    s.document = std::string("\x00\x01\xFF", 3);
    const auto id = w.write([&](Writer& tx) { return statuses::insert(tx, fresh); });
    const auto read = w.find(id);
    CHECK(read.uri == s.uri);
    CHECK(read.account == ana);
    CHECK(read.revision == 1);
    CHECK(read.kind == "Article");
    CHECK(read.visibility == Visibility::Unlisted);
    CHECK(read.state == StatusState::Present);
    CHECK(read.quote_of == quoted);
    CHECK_FALSE(read.boost_of);
    CHECK_FALSE(read.reply_to);
    CHECK(read.thread == id);
    CHECK(read.context_uri == s.context_uri);
    CHECK(read.conversation == s.conversation);
    CHECK(read.title == s.title);
    CHECK(read.content.str() == s.content.str());
    CHECK(read.source == s.source);
    CHECK(read.content_type == s.content_type);
    CHECK(read.spoiler == s.spoiler);
    CHECK(read.sensitive);
    CHECK(read.language == "eo");
    CHECK(read.url == s.url);
    CHECK(read.created_at == s.created_at);
    CHECK(read.edited_at == s.edited_at);
    CHECK(read.received_at == s.received_at);
    CHECK_FALSE(read.local);
    CHECK(read.application == "Tusky");
    CHECK(read.document == s.document);
    CHECK(read.activity_uri == s.activity_uri);
    w.read([&](Reader& db) {
        CHECK(statuses::load_audience(db, id).size() == 3);
        CHECK(statuses::load(db, {id, quoted, StatusId{1}}).size() == 2);
    });
}

TEST_CASE("a status is found by its id, its activity's id and its page, on its own host only") {
    World w;
    const auto ana = w.remote("ana", "far.example"), eve = w.remote("eve", "evil.example");
    const auto id =
        w.status().by(ana).uri("https://far.example/n/1").url("https://far.example/@ana/1").post();
    w.status().by(eve).uri("https://evil.example/n/1").url("https://far.example/@ana/2").post();
    w.read([&](Reader& db) {
        CHECK(statuses::find_by_any_uri(db, "https://far.example/n/1")->id == id);
        CHECK(statuses::find_by_any_uri(db, "https://far.example/n/1/activity")->id == id);
        CHECK(statuses::find_by_any_uri(db, "https://far.example/@ana/1")->id == id);
        CHECK(statuses::find_by_uri(db, "https://far.example/n/1")->id == id);
        CHECK_FALSE(statuses::find_by_uri(db, "https://far.example/@ana/1"));
        CHECK_FALSE(statuses::find_by_any_uri(db, "https://far.example/@ana/2"));
        CHECK_FALSE(statuses::find_by_any_uri(db, ""));
    });
}

TEST_CASE("the same uri is stored once, and a taken remote id moves on") {
    World w;
    const auto ana = w.remote("ana");
    const auto fresh = w.status().by(ana).build();
    const auto insert = [&](const statuses::NewStatus& s) {
        return w.write([&](Writer& tx) { return statuses::insert(tx, s); });
    };
    const auto id = insert(fresh);
    CHECK(insert(fresh) == id);
    CHECK(w.account(ana).statuses_count == 1);
    auto other = w.status().by(ana).build();
    other.status.id = id;
    CHECK(insert(other).value == id.value + 1);
    other = w.status().by(ana).build();
    other.status.id = id;
    CHECK(insert(other).value == id.value + 2);
}

TEST_CASE("counts tell of public and unlisted statuses only") {
    World w;
    const auto ana = w.local("ana"), bo = w.local("bo");
    const auto root = w.status().by(ana).post();
    const auto last = w.account(ana).last_status_at;
    CHECK(last == w.find(root).created_at);
    w.status().by(ana).followers_only().post();
    w.status().by(ana).direct({bo}).post();
    CHECK(w.account(ana).statuses_count == 1);
    CHECK(w.account(ana).last_status_at == last);

    const auto open = w.status().by(bo).unlisted().reply_to(root).post();
    const auto closed = w.status().by(bo).direct({ana}).reply_to(root).post();
    w.status().by(bo).followers_only().reply_to(root).post();
    CHECK(w.find(root).replies_count == 1);
    CHECK(w.account(bo).statuses_count == 1);
    remove(w, closed);
    CHECK(w.find(root).replies_count == 1);
    remove(w, open);
    remove(w, open);
    CHECK(w.find(root).replies_count == 0);
    CHECK(w.account(bo).statuses_count == 0);
}

TEST_CASE("a boost is one per account and status, and counted on what it boosts") {
    World w;
    const auto ana = w.local("ana"), bo = w.remote("bo");
    const auto status = w.status().by(ana).post();
    const auto first = w.boost(bo, status);
    CHECK(w.boost(bo, status) == first);
    const auto second = w.boost(ana, status);
    CHECK(w.find(status).boosts_count == 2);
    CHECK(w.account(bo).statuses_count == 1);
    w.read([&](Reader& db) {
        CHECK(statuses::find_boost(db, bo, status)->id == first);
        CHECK(statuses::find_boost(db, ana, status)->id == second);
        CHECK(
            statuses::list_boosters(db, status, {}) ==
            std::vector{std::max(ana, bo), std::min(ana, bo)}
        );
    });
    remove(w, first);
    CHECK(w.find(status).boosts_count == 1);
    CHECK(w.account(bo).statuses_count == 0);
    CHECK_FALSE(w.read([&](Reader& db) { return statuses::find_boost(db, bo, status).has_value(); })
    );
    CHECK(w.boost(bo, status) != first);
    CHECK(w.find(status).boosts_count == 2);
}

TEST_CASE("a reply joins the thread of its parent") {
    World w;
    const auto ana = w.local("ana"), bo = w.remote("bo");
    const auto root = w.status().by(ana).post();
    const auto reply = w.status().by(bo).reply_to(root).post();
    const auto below = w.status().by(ana).reply_to(reply).post();
    CHECK(w.find(reply).thread == root);
    CHECK(w.find(below).thread == root);
    CHECK(w.find(below).reply_to_account == bo);
    CHECK(w.find(below).reply_to_uri == w.find(reply).uri);
}

TEST_CASE("replies that came before their parent are linked when it comes") {
    World w;
    const auto ana = w.remote("ana"), bo = w.remote("bo");
    const std::string uri = "https://far.example/late";
    const auto early = w.status().by(bo).reply_to_uri(uri).post();
    const auto below = w.status().by(ana).reply_to(early).post();
    const auto hidden = w.status().by(bo).followers_only().reply_to_uri(uri).post();
    CHECK_FALSE(w.find(early).reply_to);
    const auto root = w.status().by(ana).post();
    const auto late = w.status().by(ana).uri(uri).reply_to(root).post();
    CHECK(w.find(early).reply_to == late);
    CHECK(w.find(early).reply_to_account == ana);
    CHECK(w.find(hidden).reply_to == late);
    CHECK(w.find(early).thread == root);
    CHECK(w.find(below).thread == root);
    CHECK(w.find(late).replies_count == 1);
    CHECK(w.find(root).replies_count == 1);
    w.read([&](Reader& db) { CHECK(statuses::list_ancestors(db, below) == Ids{root, late, early}); }
    );
}

TEST_CASE("a local status is not linked to replies that guessed its uri") {
    World w;
    const auto ana = w.local("ana"), eve = w.remote("eve", "evil.example");
    const std::string uri = "https://home.example/users/ana/statuses/guessed";
    const auto guess = w.status().by(eve).reply_to_uri(uri).post();
    const auto status = w.status().by(ana).uri(uri).post();
    CHECK_FALSE(w.find(guess).reply_to);
    CHECK(w.find(status).replies_count == 0);
}

TEST_CASE("two replies that answer each other make no circle, and a circle ends every walk") {
    World w;
    const auto ana = w.remote("ana");
    const std::string b = "https://far.example/b";
    const auto first = w.status().by(ana).reply_to_uri(b).post();
    const auto second = w.status().by(ana).uri(b).reply_to(first).post();
    CHECK_FALSE(w.find(first).reply_to);
    w.read([&](Reader& db) {
        CHECK(statuses::list_ancestors(db, second) == Ids{first});
        CHECK(statuses::list_descendants(db, first) == Ids{second});
    });
    constexpr Query kForce{"test.force_circle", "UPDATE statuses SET reply_to = $2 WHERE id = $1"};
    w.write([&](Writer& tx) { return tx.execute(kForce, first, second); });
    w.read([&](Reader& db) {
        CHECK(statuses::list_ancestors(db, second) == Ids{first});
        CHECK(statuses::list_descendants(db, second) == Ids{first});
    });
}

TEST_CASE("a context lists ancestors oldest first and descendants depth first") {
    World w;
    const auto ana = w.local("ana");
    const auto reply = [&](StatusId to) { return w.status().by(ana).reply_to(to).post(); };
    const auto root = w.status().by(ana).post();
    const auto a = reply(root), b = reply(root);
    const auto a1 = reply(a), b1 = reply(b), a2 = reply(a), a1x = reply(a1);
    w.read([&](Reader& db) {
        CHECK(statuses::list_descendants(db, root) == Ids{a, a1, a1x, a2, b, b1});
        CHECK(statuses::list_descendants(db, a) == Ids{a1, a1x, a2});
        CHECK(statuses::list_descendants(db, b1).empty());
        CHECK(statuses::list_ancestors(db, a1x) == Ids{root, a, a1});
        CHECK(statuses::list_ancestors(db, root).empty());
        CHECK(statuses::list_replies(db, root, {}) == Ids{b, a});
        CHECK(statuses::list_replies(db, root, {.max_id = b.value}) == Ids{a});
    });
}

TEST_CASE("contexts are bounded in depth and number") {
    World w;
    const auto ana = w.local("ana");
    auto last = w.status().by(ana).post();
    const auto root = last;
    w.write([&](Writer& tx) {
        for (int n = 0; n < 60; ++n) {
            auto fresh = w.status().by(ana).reply_to(last).build();
            last = statuses::insert(tx, fresh);
        }
        for (int n = 0; n < 450; ++n) {
            statuses::insert(tx, w.status().by(ana).reply_to(root).build());
        }
    });
    w.read([&](Reader& db) {
        CHECK(statuses::list_ancestors(db, last).size() == limits::kThreadDepth);
        CHECK(statuses::list_descendants(db, root).size() == limits::kDescendants);
        CHECK(db.statements() == 2);
    });
}

TEST_CASE("an edit is a new revision, and the old one is kept") {
    World w;
    const auto ana = w.local("ana"), bo = w.local("bo"), cy = w.local("cy");
    const auto id = w.status()
                        .by(ana)
                        .text("<p>one</p>")
                        .mentioning({bo})
                        .tagged({"One", "both"})
                        .with_image("old")
                        .post();
    const auto before = w.find(id);
    auto changed = edited(w, id, "<p>two</p>");
    changed.status.spoiler = "now hidden";
    changed.status.sensitive = true;
    changed.mentions = {cy};
    changed.hashtags = {"two", "both"};
    edit(w, changed);
    const auto after = w.find(id);
    CHECK(after.revision == 2);
    CHECK(after.content.str() == "<p>two</p>");
    CHECK(after.edited_at == changed.status.edited_at);
    CHECK(after.created_at == before.created_at);
    CHECK(w.account(ana).statuses_count == 1);
    w.read([&](Reader& db) {
        const auto old = statuses::load_revisions(db, id);
        REQUIRE(old.size() == 1);
        CHECK(old[0].revision == 1);
        CHECK(old[0].content.str() == "<p>one</p>");
        CHECK(old[0].created_at == before.created_at);
        CHECK_FALSE(old[0].sensitive);
        CHECK(statuses::load_mentions(db, {id})[id] == std::vector{cy});
        auto tags = statuses::load_tags(db, {id})[id];
        std::sort(tags.begin(), tags.end());
        CHECK(tags == Texts{"both", "two"});
        CHECK(statuses::load_media(db, {id}).empty());
        CHECK(statuses::load_audience(db, id).size() == 3);
    });
    edit(w, edited(w, id, "<p>three</p>"));
    CHECK(w.find(id).revision == 3);
    w.read([&](Reader& db) {
        const auto old = statuses::load_revisions(db, id);
        REQUIRE(old.size() == 2);
        CHECK(old[1].spoiler == "now hidden");
        CHECK(old[1].created_at == *after.edited_at);
    });
}

TEST_CASE("counts follow an edit out of the lists, and never below nothing") {
    World w;
    const auto ana = w.local("ana"), bo = w.local("bo");
    const auto parent = w.status().by(bo).post();
    const auto id = w.status().by(ana).reply_to(parent).post();
    CHECK(w.find(parent).replies_count == 1);
    auto changed = edited(w, id, "for bo");
    changed.status.visibility = Visibility::Direct;
    changed.audience = {{AudienceKind::Actor, bo}};
    for (int i = 0; i < 2; ++i) {
        edit(w, changed);
        CHECK(w.find(id).visibility == Visibility::Direct);
        CHECK(w.account(ana).statuses_count == 0);
        CHECK(w.find(parent).replies_count == 0);
    }
    w.read([&](Reader& db) { CHECK(statuses::load_audience(db, id) == changed.audience); });
    CHECK_FALSE(remove(w, id));
    CHECK(w.account(ana).statuses_count == 0);
    CHECK(w.find(parent).replies_count == 0);
}

TEST_CASE("an edit keeps the media it names, with a new description") {
    World w;
    const auto ana = w.local("ana");
    const auto id = w.status().by(ana).with_image("one").with_image("two").post();
    auto media = w.read([&](Reader& db) { return statuses::load_media(db, {id})[id]; });
    REQUIRE(media.size() == 2);
    CHECK(media[0].description == "one");
    CHECK(media[0].media_type == "image/png");
    auto changed = edited(w, id, "x");
    changed.media = {media[1]};
    changed.media[0].description = "second";
    edit(w, changed);
    const auto left = w.read([&](Reader& db) { return statuses::load_media(db, {id})[id]; });
    REQUIRE(left.size() == 1);
    CHECK(left[0].id == media[1].id);
    CHECK(left[0].description == "second");
}

TEST_CASE("old revisions of one status are bounded") {
    World w;
    const auto ana = w.remote("ana");
    const auto id = w.status().by(ana).post();
    const auto changed = edited(w, id, "x");
    w.write([&](Writer& tx) {
        for (int n = 0; n < 150; ++n) statuses::edit(tx, changed);
    });
    const auto old = w.read([&](Reader& db) { return statuses::load_revisions(db, id); });
    CHECK(old.size() == 100);
    CHECK(old.back().revision == 150);
    CHECK(w.find(id).revision == 151);
}

TEST_CASE("of a deleted status nothing is left but the row that says so") {
    World w;
    const auto ana = w.local("ana"), bo = w.local("bo"), cy = w.remote("cy");
    w.follow(bo, ana);
    const auto parent = w.status().by(bo).post();
    auto fresh = w.status()
                     .by(ana)
                     .reply_to(parent)
                     .mentioning({bo})
                     .tagged({"pumps"})
                     .with_image("x")
                     .build();
    fresh.status.source = fresh.status.spoiler = fresh.status.title = "secret";
    fresh.status.document = "hash";
    const auto id = w.write([&](Writer& tx) { return statuses::insert(tx, fresh); });
    const auto boost = w.boost(cy, id);
    edit(w, edited(w, id, "<p>secret</p>"));
    w.write([&](Writer& tx) {
        favourites::add(tx, {.account = bo, .status = id, .uri = ""});
        bookmarks::add(tx, bo, id);
        statuses::pin(tx, ana, id);
        statuses::add_to_home(tx, bo, id);
        statuses::add_to_home(tx, bo, boost);
        notifications::add(tx, bo, ana, "mention", id);
        notifications::add(tx, ana, cy, "reblog", id);
    });
    CHECK(rows_of(w, id) >= 10);
    CHECK_FALSE(remove(w, id));
    CHECK(rows_of(w, id) == 0);
    const auto read = w.find(id);
    CHECK(read.state == StatusState::Deleted);
    CHECK(read.uri == fresh.status.uri);
    CHECK(read.content.empty());
    CHECK((read.source + read.spoiler + read.title).empty());
    CHECK_FALSE(read.document);
    CHECK(read.favourites_count + read.boosts_count + read.replies_count == 0);
    CHECK(w.find(boost).state == StatusState::Deleted);
    CHECK(rows_of(w, boost) == 0);
    CHECK(w.account(ana).statuses_count == 0);
    CHECK(w.account(cy).statuses_count == 0);
    CHECK(w.find(parent).replies_count == 0);
    CHECK_FALSE(remove(w, id));
    CHECK_FALSE(remove(w, StatusId{1}));
    CHECK(w.account(ana).statuses_count == 0);
    edit(w, edited(w, id, "<p>back</p>"));
    CHECK(w.find(id).content.empty());
    CHECK(w.find(id).state == StatusState::Deleted);
    CHECK(w.write([&](Writer& tx) { return statuses::insert(tx, fresh); }) == id);
    CHECK(w.find(id).state == StatusState::Deleted);
}

TEST_CASE("a status with very many boosts is swept in several transactions") {
    World w;
    const auto ana = w.local("ana");
    const auto id = w.status().by(ana).post();
    std::vector<AccountId> fans;
    w.write([&](Writer& tx) {
        for (int n = 0; n < 620; ++n) {
            fans.push_back(
                accounts::insert(tx, World::person("f" + std::to_string(n), "far.example"))
            );
        }
        for (const auto fan : fans) {
            statuses::NewStatus boost;
            boost.status.account = fan;
            boost.status.uri = "https://far.example/boosts/" + fan.str();
            boost.status.boost_of = id;
            boost.status.created_at = boost.status.received_at = tx.now();
            statuses::insert(tx, boost);
        }
    });
    CHECK(w.find(id).boosts_count == 620);
    CHECK(remove(w, id));
    CHECK_FALSE(remove(w, id));
    std::int64_t counted = 0;
    for (const auto fan : fans) counted += w.account(fan).statuses_count;
    CHECK(counted == 0);
}

TEST_CASE("an account's list filters replies, boosts, media and tags, and keeps its own threads") {
    World w;
    const auto ana = w.local("ana"), bo = w.local("bo");
    const auto other = w.status().by(bo).post();
    const auto plain = w.status().by(ana).tagged({"Pumps"}).post();
    const auto own_reply = w.status().by(ana).reply_to(plain).post();
    const auto reply = w.status().by(ana).reply_to(other).post();
    const auto waiting = w.status().by(ana).reply_to_uri("https://far.example/unknown").post();
    const auto picture = w.status().by(ana).with_image("x").post();
    const auto boost = w.boost(ana, other);
    const auto gone = w.status().by(ana).post();
    remove(w, gone);
    const auto list = [&](const statuses::AccountFilter& filter, const statuses::Page& page = {}) {
        return w.read([&](Reader& db) { return statuses::list_account(db, ana, filter, page); });
    };
    CHECK(list({}) == Ids{boost, picture, waiting, reply, own_reply, plain});
    CHECK(list({.exclude_replies = true}) == Ids{boost, picture, own_reply, plain});
    CHECK(list({.exclude_boosts = true}) == Ids{picture, waiting, reply, own_reply, plain});
    CHECK(list({.only_media = true}) == Ids{picture});
    CHECK(list({.tagged = "PUMPS"}) == Ids{plain});
    CHECK(list({.tagged = "other"}).empty());
    CHECK(list({}, {.max_id = picture.value, .limit = 2}) == Ids{waiting, reply});
    CHECK(
        list({.exclude_boosts = true}, {.min_id = plain.value, .limit = 2}) == Ids{reply, own_reply}
    );

    CHECK(w.write([&](Writer& tx) { return statuses::pin(tx, ana, plain); }));
    CHECK_FALSE(w.write([&](Writer& tx) { return statuses::pin(tx, ana, plain); }));
    w.write([&](Writer& tx) { return statuses::pin(tx, ana, picture); });
    CHECK(list({.pinned = true}) == Ids{picture, plain});
    CHECK(w.read([&](Reader& db) {
        return statuses::list_pinned(db, ana);
    }) == Ids{picture, plain});
    CHECK(w.write([&](Writer& tx) { return statuses::unpin(tx, ana, picture); }));
    CHECK(list({.pinned = true}) == Ids{plain});
}

TEST_CASE("public lists hold public statuses and neither boosts nor anything narrower") {
    World w;
    const auto ana = w.local("ana"), bo = w.remote("bo");
    const auto one = w.status().by(ana).tagged({"T\xC3\x9CRE"}).post();
    w.status().by(ana).unlisted().tagged({"t\xC3\xBCre"}).post();
    w.status().by(ana).followers_only().tagged({"t\xC3\xBCre"}).post();
    w.status().by(ana).direct({bo}).tagged({"t\xC3\xBCre"}).post();
    const auto two = w.status().by(bo).tagged({"t\xC3\xBCre", "#T\xC3\xBCre"}).post();
    w.boost(ana, two);
    const auto gone = w.status().by(bo).tagged({"t\xC3\xBCre"}).post();
    remove(w, gone);
    w.read([&](Reader& db) {
        CHECK(statuses::list_public(db, false, false, {}) == Ids{two, one});
        CHECK(statuses::list_public(db, true, false, {}) == Ids{one});
        CHECK(statuses::list_public(db, false, true, {}) == Ids{two});
        CHECK(statuses::list_tag(db, "t\xC3\xBCRE", {}) == Ids{two, one});
        CHECK(statuses::list_tag(db, "#t\xC3\xBCre", {.max_id = two.value}) == Ids{one});
        CHECK(statuses::list_tag(db, "none", {}).empty());
        CHECK(statuses::list_public_of_account(db, ana, {}) == Ids{one});
        CHECK(statuses::count_local(db) == 1);
        CHECK(statuses::load_tags(db, {two})[two].size() == 1);
    });
}

TEST_CASE("windows: max_id is older, since_id the newest above, min_id the page just above") {
    World w;
    const auto ana = w.local("ana");
    Ids s;
    for (int n = 0; n < 10; ++n) s.push_back(w.status().by(ana).post());
    const auto list = [&](const statuses::Page& page) {
        return w.read([&](Reader& db) { return statuses::list_public(db, false, false, page); });
    };
    CHECK(list({.limit = 3}) == Ids{s[9], s[8], s[7]});
    CHECK(list({.max_id = s[7].value, .limit = 3}) == Ids{s[6], s[5], s[4]});
    CHECK(list({.since_id = s[2].value, .limit = 3}) == Ids{s[9], s[8], s[7]});
    CHECK(list({.since_id = s[7].value, .limit = 3}) == Ids{s[9], s[8]});
    CHECK(list({.min_id = s[2].value, .limit = 3}) == Ids{s[5], s[4], s[3]});
    CHECK(list({.max_id = s[4].value, .min_id = s[2].value, .limit = 3}) == Ids{s[3]});
    CHECK(list({.max_id = s[8].value, .min_id = s[2].value, .limit = 2}) == Ids{s[4], s[3]});
    CHECK(list({.max_id = s[8].value, .since_id = s[2].value, .limit = 2}) == Ids{s[7], s[6]});
    CHECK(list({.since_id = s[6].value, .min_id = s[2].value, .limit = 2}) == Ids{s[8], s[7]});
    CHECK(list({.min_id = s[9].value}).empty());
    CHECK(list({.max_id = s[0].value}).empty());
    CHECK(list({.limit = 0}).empty());
    CHECK(list({.limit = -1}).empty());
}
