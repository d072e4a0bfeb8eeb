// SPDX-License-Identifier: Apache-2.0
#include "src/store/oauth.hpp"

#include "src/store/keys.hpp"
#include "tests/store/fixture.hpp"

using namespace outboard;
using namespace outboard::store;
using namespace std::chrono_literals;
using outboard::tests::World;

namespace {

std::int64_t add_app(World& w, const std::string& client_id) {
    return w.write([&](Writer& tx) {
        oauth_apps::ClientApp app;
        app.name = "Tusk";
        app.website = "https://client.example/";
        app.redirect_uris = {"tusk://", "urn:ietf:wg:oauth:2.0:oob"};
        app.scopes = "read write";
        app.client_id = client_id;
        app.secret_hash = std::string(32, 'h');
        return oauth_apps::insert(tx, app);
    });
}

}  // namespace

TEST_CASE("an app comes back as it was registered, by id and by client id") {
    World w;
    const auto id = add_app(w, "client");
    w.read([&](Reader& db) {
        const auto app = oauth_apps::find_by_client_id(db, "client");
        REQUIRE(app);
        CHECK(app->id == id);
        CHECK(
            app->redirect_uris == std::vector<std::string>{"tusk://", "urn:ietf:wg:oauth:2.0:oob"}
        );
        CHECK(app->secret_hash == std::string(32, 'h'));
        CHECK_FALSE(app->is_public());
        CHECK(oauth_apps::find(db, id)->client_id == "client");
        CHECK_FALSE(oauth_apps::find_by_client_id(db, "Client"));
        CHECK_FALSE(oauth_apps::find(db, id + 1));
    });
}

TEST_CASE("a code remembers the token it gave, until it is swept") {
    World w;
    const auto ana = w.local("ana");
    oauth_codes::Code code;
    code.hash = std::string("c\0de", 4);
    code.app = 1;
    code.account = ana;
    code.redirect_uri = "tusk://";
    code.scopes = "read";
    code.challenge = "challenge";
    code.expires_at = from_ms(5000);
    w.write([&](Writer& tx) {
        oauth_codes::insert(tx, code);
        return 0;
    });
    w.read([&](Reader& db) {
        const auto found = oauth_codes::find(db, code.hash);
        REQUIRE(found);
        CHECK(found->account == ana);
        CHECK(found->challenge == "challenge");
        CHECK(found->expires_at == from_ms(5000));
        CHECK_FALSE(found->token);
    });
    w.write([&](Writer& tx) {
        oauth_codes::set_token(tx, code.hash, "token");
        return 0;
    });
    w.read([&](Reader& db) { CHECK(oauth_codes::find(db, code.hash)->token == "token"); });
    const auto drop = [&](Instant limit) {
        return w.write([&](Writer& tx) { return oauth_codes::drop_expired(tx, limit, 10); });
    };
    CHECK(drop(from_ms(5000)) == 0);
    CHECK(drop(from_ms(5001)) == 1);
    w.read([&](Reader& db) { CHECK_FALSE(oauth_codes::find(db, code.hash)); });
}

TEST_CASE("sessions end at their time, one by one, all of an account, or the oldest first") {
    World w;
    const auto ana = w.local("ana"), ben = w.local("ben");
    const auto now = w.read([](Reader& db) { return db.now(); });
    const auto alive = [&](const std::string& hash) {
        return w.read([&](Reader& db) { return sessions::find(db, hash).has_value(); });
    };
    w.write([&](Writer& tx) {
        sessions::insert(tx, "one", ana, now + 1h);
        sessions::insert(tx, "two", ana, now + 1h);
        sessions::insert(tx, "over", ana, now);
        sessions::insert(tx, "other", ben, now + 1h);
        return 0;
    });
    CHECK(alive("one"));
    CHECK_FALSE(alive("over"));
    CHECK(w.write([&](Writer& tx) { return sessions::drop_expired(tx, 10); }) == 1);
    w.write([&](Writer& tx) {
        sessions::remove(tx, "one");
        return 0;
    });
    CHECK_FALSE(alive("one"));
    CHECK(alive("two"));
    w.write([&](Writer& tx) {
        sessions::keep_newest(tx, ana, 0);
        return 0;
    });
    CHECK_FALSE(alive("two"));
    CHECK(alive("other"));
    w.write([&](Writer& tx) {
        sessions::remove_all(tx, ben);
        return 0;
    });
    CHECK_FALSE(alive("other"));
}

TEST_CASE("a token is revoked once; an app keeps its newest, people keep theirs") {
    World w;
    const auto ana = w.local("ana");
    const auto app = add_app(w, "client");
    const auto alive = [&](const std::string& hash) {
        return w.read([&](Reader& db) { return tokens::find(db, hash).has_value(); });
    };
    w.write([&](Writer& tx) {
        tokens::insert(tx, "person", ana, app, "read");
        for (const auto* hash : {"a", "b", "c"})
            tokens::insert(tx, hash, std::nullopt, app, "read");
        tokens::keep_newest_of_app(tx, app, 2);
        return 0;
    });
    CHECK(alive("person"));
    CHECK(static_cast<int>(alive("a")) + alive("b") + alive("c") == 2);
    const auto revoke = [&] {
        return w.write([&](Writer& tx) { return tokens::revoke(tx, "person"); });
    };
    CHECK(revoke());
    CHECK_FALSE(revoke());
    CHECK_FALSE(alive("person"));
    const auto now = w.read([](Reader& db) { return db.now(); });
    CHECK(w.write([&](Writer& tx) { return tokens::drop_revoked(tx, now + 1h, 10); }) == 1);
}
