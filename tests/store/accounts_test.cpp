// SPDX-License-Identifier: Apache-2.0
#include "tests/store/fixture.hpp"

using namespace outboard;
using namespace outboard::store;
using outboard::tests::World;

namespace {

std::vector<std::string> names(const std::vector<Account>& accounts) {
    std::vector<std::string> names;
    for (const auto& account : accounts) names.push_back(account.acct());
    return names;
}
using Names = std::vector<std::string>;

Names search(World& w, const std::string& words, std::optional<AccountId> viewer, int limit = 10) {
    return w.read([&](Reader& db) { return names(accounts::search(db, words, viewer, limit)); });
}

std::optional<AccountId> holder(World& w, const std::string& name, const std::string& domain) {
    return w.read([&](Reader& db) -> std::optional<AccountId> {
        const auto found = accounts::find_by_handle(db, name, domain);
        return found ? std::optional(found->id) : std::nullopt;
    });
}

}  // namespace

TEST_CASE("an account comes back as it was written") {
    World w;
    auto ana = World::person("Ana", "far.example");
    ana.kind = "Organization";
    ana.display_name = "Ana \"Pumps\" \xC3\x81lvarez";
    ana.note = SafeHtml::from_trusted("<p>Pumps</p>");
    ana.note_source = "Pumps";
    ana.fields = {{"Site", SafeHtml::from_trusted("<a>x</a>")}, {"", {}}};
    ana.avatar_url = "https://far.example/a.png";
    ana.header_url = "https://far.example/h.png";
    ana.outbox = "o";
    ana.following = "f";
    ana.featured = "t";
    ana.locked = ana.discoverable = ana.indexable = true;
    ana.moved_to = "https://new.example/ana";
    ana.also_known_as = {"https://old.example/ana", "https://older.example/ana"};
    ana.fetched_at = from_ms(1'763'000'000'123);
    ana.document = std::string("\x00\xFF\x01", 3);
    const auto read = w.account(w.add(ana));
    CHECK(read.uri == ana.uri);
    CHECK(read.username == "Ana");
    CHECK(read.acct() == "Ana@far.example");
    CHECK(read.host == "far.example");
    CHECK(read.kind == "Organization");
    CHECK(read.revision == 1);
    CHECK(read.display_name == ana.display_name);
    CHECK(read.note.str() == "<p>Pumps</p>");
    CHECK(read.note_source == "Pumps");
    REQUIRE(read.fields.size() == 2);
    CHECK(read.fields[0].name == "Site");
    CHECK(read.fields[0].value.str() == "<a>x</a>");
    CHECK(read.url == ana.url);
    CHECK(read.avatar_url == ana.avatar_url);
    CHECK(read.header_url == ana.header_url);
    CHECK(read.inbox == ana.inbox);
    CHECK(read.shared_inbox == ana.shared_inbox);
    CHECK(read.outbox == "o");
    CHECK(read.followers == ana.followers);
    CHECK(read.following == "f");
    CHECK(read.featured == "t");
    CHECK((read.locked && read.discoverable && read.indexable));
    CHECK(read.moved_to == ana.moved_to);
    CHECK(read.also_known_as == ana.also_known_as);
    CHECK(read.created_at == ana.created_at);
    CHECK(read.fetched_at == ana.fetched_at);
    CHECK_FALSE(read.suspended_at);
    CHECK_FALSE(read.last_status_at);
    CHECK(read.document == ana.document);
}

TEST_CASE("an account is found by uri, by handle without case, and by its followers collection") {
    World w;
    const auto ana = w.local("Ana");
    const auto bo = w.remote("Bo", "far.example");
    w.read([&](Reader& db) {
        CHECK(accounts::find_by_uri(db, "https://home.example/users/Ana")->id == ana);
        CHECK_FALSE(accounts::find_by_uri(db, "https://home.example/users/ana"));
        CHECK(accounts::find_by_handle(db, "aNA", "")->id == ana);
        CHECK(accounts::find_by_handle(db, "bo", "FAR.example")->id == bo);
        CHECK_FALSE(accounts::find_by_handle(db, "bo", ""));
        CHECK(accounts::find_by_followers_uri(db, w.who(bo).followers)->id == bo);
        CHECK(accounts::find_by_followers_uri(db, w.who(ana).followers)->id == ana);
        CHECK_FALSE(accounts::find_by_followers_uri(db, ""));
        CHECK(accounts::load(db, {ana, bo, AccountId{7}}).size() == 2);
        CHECK(accounts::load(db, {}).empty());
        const auto loaded =
            accounts::load_by_uris(db, {w.who(bo).uri, "https://far.example/nobody"});
        CHECK(names(loaded) == Names{"Bo@far.example"});
    });
}

TEST_CASE("nobody answers for a followers collection on somebody else's host") {
    World w;
    auto eve = World::person("eve", "evil.example");
    eve.followers = "https://far.example/users/bo/followers";
    w.add(eve);
    CHECK_FALSE(w.read([&](Reader& db) {
        return accounts::find_by_followers_uri(db, eve.followers).has_value();
    }));
    const auto bo = w.remote("bo", "far.example");
    w.read([&](Reader& db) { CHECK(accounts::find_by_followers_uri(db, eve.followers)->id == bo); }
    );
}

TEST_CASE("inserting the same uri twice gives the row that is there") {
    World w;
    const auto bo = w.remote("bo");
    CHECK(w.write([](Writer& tx) {
        return accounts::insert(tx, World::person("bo", "far.example"));
    }) == bo);
}

TEST_CASE("a remote account whose id is taken moves to the next free one") {
    World w;
    const auto bo = w.remote("bo");
    auto cy = World::person("cy", "far.example");
    cy.id = bo;
    const auto moved = w.add(cy);
    CHECK(moved.value == bo.value + 1);
    auto di = World::person("di", "far.example");
    di.id = bo;
    CHECK(w.add(di).value == bo.value + 2);
}

TEST_CASE("a handle stays with the living account that holds it") {
    World w;
    const auto old = w.remote("bo", "far.example");
    auto other = World::person("BO", "far.example");
    other.uri = "https://far.example/actors/2";
    const auto late = w.add(other);
    CHECK(late != old);
    CHECK(holder(w, "bo", "far.example") == old);
    CHECK(w.account(late).acct() == "BO@far.example");

    SUBCASE("until its actor is gone: a later update takes the handle") {
        w.write([&](Writer& tx) { accounts::set_deleted(tx, old); });
        CHECK(holder(w, "bo", "far.example") == old);
        const auto account = w.account(late);
        w.write([&](Writer& tx) { accounts::update(tx, account); });
        CHECK(holder(w, "bo", "far.example") == late);
    }
    SUBCASE("and a newcomer takes it at once from one that is gone") {
        w.write([&](Writer& tx) { accounts::set_deleted(tx, old); });
        other.uri = "https://far.example/actors/3";
        const auto third = w.add(other);
        CHECK(holder(w, "bo", "far.example") == third);
    }
    SUBCASE("and no name can be made up that finds the other row") {
        CHECK_FALSE(holder(w, "bo\x1f" + late.str(), "far.example"));
    }
}

TEST_CASE("a local name is never used a second time") {
    World w;
    const auto ana = w.local("ana");
    w.write([&](Writer& tx) { accounts::set_deleted(tx, ana); });
    CHECK(holder(w, "ANA", "") == ana);
    auto again = World::person("Ana");
    again.uri += "2";
    CHECK_THROWS_AS(
        (void)w.store->write([&](Writer& tx) { return accounts::insert(tx, again); }), StoreError
    );
}

TEST_CASE("an update changes what its actor says, and not what others counted or decided") {
    World w;
    const auto bo = w.remote("bo");
    w.write([&](Writer& tx) {
        accounts::add_to_counts(tx, bo, 3, 2, 1);
        accounts::set_suspended(tx, bo, true);
    });
    const auto before = w.account(bo);
    CHECK(before.suspended_at);
    CHECK(before.revision == 2);
    auto changed = World::person("bo", "far.example");
    changed.id = bo;
    changed.display_name = "Bo the second";
    w.write([&](Writer& tx) { accounts::update(tx, changed); });
    const auto after = w.account(bo);
    CHECK(after.display_name == "Bo the second");
    CHECK(after.revision == 3);
    CHECK(after.suspended_at == before.suspended_at);
    CHECK(after.followers_count == 3);
    CHECK(after.following_count == 2);
    CHECK(after.statuses_count == 1);
    w.write([&](Writer& tx) { accounts::set_suspended(tx, bo, false); });
    CHECK_FALSE(w.account(bo).suspended_at);
}

TEST_CASE("counts never fall below zero and the last status never goes back in time") {
    World w;
    const auto bo = w.remote("bo");
    w.write([&](Writer& tx) {
        accounts::add_to_counts(tx, bo, -1, -1, -1);
        accounts::note_status_at(tx, bo, from_ms(2000));
        accounts::note_status_at(tx, bo, from_ms(1000));
    });
    const auto read = w.account(bo);
    CHECK(read.followers_count == 0);
    CHECK(read.following_count == 0);
    CHECK(read.statuses_count == 0);
    CHECK(read.last_status_at == from_ms(2000));
}

TEST_CASE("of a deleted account the row stays and the texts go") {
    World w;
    auto person = World::person("bo", "far.example");
    person.note = SafeHtml::from_trusted("<p>secret</p>");
    person.fields = {{"a", SafeHtml::from_trusted("b")}};
    const auto bo = w.add(person);
    w.write([&](Writer& tx) { accounts::set_deleted(tx, bo); });
    const auto read = w.account(bo);
    CHECK(read.deleted_at);
    CHECK_FALSE(read.is_active());
    CHECK(read.uri == person.uri);
    CHECK(read.display_name.empty());
    CHECK(read.note.empty());
    CHECK(read.fields.empty());
    const auto deleted_at = read.deleted_at;
    w.write([&](Writer& tx) { accounts::update(tx, person); });
    w.write([&](Writer& tx) { accounts::set_deleted(tx, bo); });
    CHECK(w.account(bo).deleted_at == deleted_at);
    CHECK(w.account(bo).note.empty());
}

TEST_CASE("search finds by the beginning of names, local and followed accounts first") {
    World w;
    const auto viewer = w.local("viewer");
    w.remote("anabel", "a.example");
    w.remote("ana", "a.example");
    const auto followed = w.remote("anatol", "b.example");
    w.local("anastasia");
    auto shown = World::person("zoe", "c.example");
    shown.display_name = "\xC3\x84NA Zoe";  // ÄNA
    w.add(shown);
    auto gone = w.remote("anagone");
    w.write([&](Writer& tx) { accounts::set_suspended(tx, gone, true); });
    w.follow(viewer, followed);

    CHECK(
        search(w, "ana", viewer) ==
        Names{"anastasia", "anatol@b.example", "ana@a.example", "anabel@a.example"}
    );
    CHECK(
        search(w, "@ANA", std::nullopt) ==
        Names{"anastasia", "ana@a.example", "anabel@a.example", "anatol@b.example"}
    );
    CHECK(search(w, "ana", viewer, 2) == Names{"anastasia", "anatol@b.example"});
    CHECK(search(w, "\xC3\xA4na", viewer) == Names{"zoe@c.example"});
    CHECK(search(w, "ana@a.", viewer) == Names{"ana@a.example"});
    CHECK(search(w, "ana@a.example", viewer) == Names{"ana@a.example"});
    CHECK(search(w, "", viewer).empty());
    CHECK(search(w, "nobody", viewer).empty());
}

TEST_CASE("in a search every character means itself") {
    World w;
    w.remote("ana");
    auto odd = World::person("odd", "far.example");
    odd.display_name = "100% pure_water";
    w.add(odd);
    CHECK(search(w, "%", std::nullopt).empty());
    CHECK(search(w, "_na", std::nullopt).empty());
    CHECK(search(w, "a*", std::nullopt).empty());
    CHECK(search(w, "100% p", std::nullopt) == Names{"odd@far.example"});
    CHECK(search(w, "100_", std::nullopt).empty());
    CHECK(search(w, "ana'; DROP TABLE accounts; --", std::nullopt).empty());
}

TEST_CASE("local accounts are listed with the node's actor and counted without it") {
    World w;
    w.local("ana");
    const auto bo = w.local("bo");
    w.remote("cy");
    auto node = World::person("home.example");
    node.kind = "Application";
    w.write([&](Writer& tx) { return accounts::insert(tx, node); });
    w.write([&](Writer& tx) { accounts::set_suspended(tx, bo, true); });
    w.read([&](Reader& db) {
        CHECK(names(accounts::list_local(db)) == Names{"ana", "bo", "home.example"});
        CHECK(accounts::count_local(db) == 1);
    });
}

TEST_CASE("a login is found by name or address, and only while the account is active") {
    World w;
    const auto ana = w.local("Ana");
    w.read([&](Reader& db) {
        CHECK(users::find_login(db, "aNa")->account == ana);
        CHECK(users::find_login(db, " ANA@mail.example ")->account == ana);
        CHECK_FALSE(users::find_login(db, "bo"));
        CHECK_FALSE(users::find_login(db, "bo@mail.example"));
        CHECK_FALSE(users::find_login(db, ""));
        CHECK(users::is_local_user(db, ana));
    });
    w.write([&](Writer& tx) {
        users::set_password(tx, ana, "hash");
        User user;
        user.account = ana;
        user.default_visibility = "private";
        user.default_content_type = "text/markdown";
        user.default_language = "eo";
        users::set_defaults(tx, user);
    });
    const auto user = w.read([&](Reader& db) { return users::find(db, ana); });
    REQUIRE(user);
    CHECK(user->role == Role::Member);
    CHECK(user->password_hash == "hash");
    CHECK(user->default_visibility == "private");
    CHECK(user->default_content_type == "text/markdown");
    CHECK(user->default_language == "eo");
    CHECK(user->email == "Ana@mail.example");

    w.write([&](Writer& tx) { accounts::set_suspended(tx, ana, true); });
    w.read([&](Reader& db) {
        CHECK_FALSE(users::find_login(db, "ana"));
        CHECK_FALSE(users::find_login(db, "ana@mail.example"));
        CHECK_FALSE(users::is_local_user(db, ana));
        CHECK(users::find(db, ana));
    });
}
