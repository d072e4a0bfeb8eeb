// SPDX-License-Identifier: Apache-2.0
#include "federation/base/text.hpp"
#include "src/domain/secret.hpp"
#include "src/services/local_accounts.hpp"
#include "src/store/oauth.hpp"
#include "tests/pages/browser.hpp"

namespace outboard::tests {
namespace {

const std::string kPassword = "correct-horse-9";
const std::string kCookie = "__Host-session";

struct World {
    TestNode node{with_pages()};
    Actor ana = node.person("ana");
    std::string id;

    World() {
        REQUIRE(services::set_password(node.app(), "ana", kPassword));
        const auto app =
            node.post("/api/v1/apps", {}, {{"client_name", "Tusk"}, {"redirect_uris", "tusk://"}});
        id = app.json.at("client_id");
    }
    std::string page(const std::string& more = {}) const {
        return "/oauth/authorize?response_type=code&client_id=" + id +
               "&redirect_uri=tusk%3A%2F%2F" + more;
    }
    bool asks_for_password(Browser& browser, const std::string& more = {}) const {
        const auto forms = forms_of(browser.get(page(more)).body);
        return forms.size() == 1 && forms[0].types.contains("password");
    }
};

std::string set_cookie_of(const Reply& reply, const std::string& name) {
    for (const auto& field : reply.fields) {
        if (field.name == "Set-Cookie" && field.value.starts_with(name + "=")) return field.value;
    }
    return {};
}

TEST_CASE("people log in by name, by handle, in any case, and by e-mail address") {
    World world;
    REQUIRE(services::create_local_account(
        world.node.app(), {.username = "ben", .email = "Ben@mail.example", .password = kPassword}
    ));
    for (const std::string name :
         {"ana",
          "ANA",
          " ana ",
          "@ana",
          "ana@home.example",
          "@ana@home.example",
          "ben@mail.example",
          "BEN@mail.example"}) {
        CAPTURE(name);
        Browser browser(world.node);
        CHECK(browser.log_in(world.page(), name, kPassword).status == 302);
        CHECK_FALSE(world.asks_for_password(browser));
    }
}

TEST_CASE("a wrong password, an unknown name and a suspended account get the same answer") {
    World world;
    const auto gone = world.node.person("gone");
    REQUIRE(services::set_password(world.node.app(), "gone", kPassword));
    world.node.suspend(gone.id);
    world.node.remote("far", "far.example");
    std::string first;
    const auto answer = [&](const std::string& name, const std::string& password) {
        Browser browser(world.node);
        auto reply = browser.log_in(world.page(), name, password);
        CHECK(reply.status == 422);
        CHECK_FALSE(browser.cookies.contains(kCookie));
        check_security(reply);
        CHECK(reply.header("Cache-Control") == "no-store");
        // But for what was typed and the browser's own token.
        auto form = forms_of(reply.body).at(0);
        auto text = reply.body;
        for (const auto& part : {form.value("form_token"), "value=\"" + name + "\""}) {
            const auto at = text.find(part);
            if (at != std::string::npos) text.erase(at, part.size());
        }
        return text;
    };
    const auto wrong = answer("ana", "not-the-password");
    CHECK(contains(wrong, "That name and password do not fit."));
    CHECK(answer("nobody", kPassword) == wrong);
    CHECK(answer("gone", kPassword) == wrong);
    CHECK(answer("far", kPassword) == wrong);
    CHECK(answer("far@far.example", kPassword) == wrong);
    CHECK(answer("ana", "") == wrong);
    CHECK(answer("ana", kPassword + std::string(2000, 'x')) == wrong);
}

TEST_CASE("the session's cookie is out of reach of scripts, other hosts and plain http") {
    World world;
    Browser browser(world.node);
    const auto cookie = set_cookie_of(browser.log_in(world.page(), "ana", kPassword), kCookie);
    for (const auto* part :
         {"; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure", "; Max-Age="}) {
        CAPTURE(part);
        CHECK(contains(cookie, part));
    }
    CHECK_FALSE(contains(cookie, "Domain"));
    const auto secret = browser.cookies.at(kCookie);
    world.node.db().read([&](store::Reader& db) {
        CHECK_FALSE(store::sessions::find(db, secret));
        CHECK(store::sessions::find(db, secret_hash(secret)) == world.ana.id);
    });

    auto options = with_pages();
    options.scheme = "http";
    options.domain = "localhost:8080";
    TestNode trial(options);
    trial.person("ana");
    REQUIRE(services::set_password(trial.app(), "ana", kPassword));
    const auto app =
        trial.post("/api/v1/apps", {}, {{"client_name", "T"}, {"redirect_uris", "tusk://"}});
    Browser local(trial);
    auto form = forms_of(local
                             .get(
                                 "/oauth/authorize?response_type=code&redirect_uri=tusk%3A%2F%2F&"
                                 "client_id=" +
                                 app.json["client_id"].get<std::string>()
                             )
                             .body)
                    .at(0);
    form.set("username", "ana");
    form.set("password", kPassword);
    const auto plain = set_cookie_of(local.submit(form), "session");
    CHECK_FALSE(plain.empty());
    CHECK_FALSE(contains(plain, "Secure"));
    CHECK(contains(plain, "; HttpOnly; SameSite=Lax"));
}

TEST_CASE("each login opens a session of its own and ends the browser's last one") {
    World world;
    Browser browser(world.node);
    REQUIRE(browser.log_in(world.page(), "ana", kPassword).status == 302);
    const auto first = browser.cookies.at(kCookie);
    CHECK_FALSE(world.asks_for_password(browser));
    CHECK(world.asks_for_password(browser, "&force_login=true"));
    CHECK(world.asks_for_password(browser, "&force_login=1"));
    CHECK_FALSE(world.asks_for_password(browser, "&force_login=false"));
    const auto again = browser.log_in(world.page("&force_login=true"), "ana", kPassword);
    REQUIRE(again.status == 302);
    CHECK_FALSE(contains(again.header("Location"), "force_login"));
    CHECK(browser.cookies.at(kCookie) != first);
    Browser thief(world.node);
    thief.cookies[kCookie] = first;
    CHECK(world.asks_for_password(thief));
    thief.cookies[kCookie] = std::string(43, 'a');  // fixed beforehand: no login makes it valid
    REQUIRE(thief.log_in(world.page(), "ana", kPassword).status == 302);
    CHECK(thief.cookies.at(kCookie) != std::string(43, 'a'));
}

TEST_CASE("a login ends by itself, by logging out, by a new password and by suspension") {
    World world;
    Browser browser(world.node);
    REQUIRE(browser.log_in(world.page(), "ana", kPassword).status == 302);
    SUBCASE("after two weeks, used or not") {
        world.node.clock.advance(std::chrono::hours(24 * 14) - std::chrono::seconds(1));
        CHECK_FALSE(world.asks_for_password(browser));
        world.node.clock.advance(std::chrono::seconds(1));
    }
    SUBCASE("by a new password") {
        REQUIRE(services::set_password(world.node.app(), "ana", "another-horse-9"));
    }
    SUBCASE("by suspension, which does not bring it back") {
        REQUIRE(services::set_suspended(world.node.app(), "ana", true));
        CHECK(world.asks_for_password(browser));
        REQUIRE(services::set_suspended(world.node.app(), "ana", false));
    }
    SUBCASE("by deletion") { REQUIRE(services::delete_local_account(world.node.app(), "ana")); }
    SUBCASE("by logging out") {
        const auto asked = browser.get("/oauth/logout");
        CHECK(asked.status == 200);
        check_security(asked);
        const auto secret = browser.cookies.at(kCookie);
        const auto form = forms_of(asked.body).at(0);
        CHECK(form.method == "post");
        check_error_page(browser.post("/oauth/logout", "", "https://home.example"), 403);
        check_error_page(
            browser.post(
                "/oauth/logout", "form_token=" + form.value("form_token"), "https://evil.example"
            ),
            403
        );
        CHECK_FALSE(world.asks_for_password(browser));
        REQUIRE(browser.submit(form).status == 302);
        CHECK_FALSE(browser.cookies.contains(kCookie));
        CHECK(contains(browser.get("/oauth/logout").body, "Logged out"));
        browser.cookies[kCookie] = secret;
    }
    CHECK(world.asks_for_password(browser));
}

TEST_CASE("nobody is logged in by a form of another site") {
    World world;
    Browser browser(world.node);
    const auto form = forms_of(browser.get(world.page()).body).at(0);
    const auto body = "username=ana&password=" + kPassword;
    const auto check_refused = [&](const Reply& reply) {
        CHECK(reply.status == 403);
        CHECK(set_cookie_of(reply, kCookie).empty());
        CHECK(forms_of(reply.body).size() == 1);  // and may try again
        check_security(reply);
    };
    const std::string own = "https://home.example";
    check_refused(browser.post("/oauth/login", body, own));
    check_refused(browser.post("/oauth/login", body + "&form_token=guessed", own));
    const auto token = "&form_token=" + form.value("form_token");
    check_refused(browser.post("/oauth/login", body + token, "https://evil.example"));
    Browser other(world.node);
    check_refused(other.post("/oauth/login", body + token, own));
    CHECK(browser.post("/oauth/login", body + token, own).status == 302);
}

TEST_CASE("after login a person is at the same request, and nowhere else") {
    World world;
    Browser browser(world.node);
    const auto back = browser.log_in(
        world.page("&state=a%2Bb%20c&scope=read&lang=de&next=https%3A%2F%2Fevil.example"),
        "ana",
        kPassword
    );
    const auto address = back.header("Location");
    CHECK(address.starts_with("/oauth/authorize?response_type=code&client_id=" + world.id));
    CHECK(contains(address, "&state=a%2Bb%20c"));
    CHECK_FALSE(contains(address, "evil"));
}

TEST_CASE("guessing is slowed down for an account, from wherever it comes") {
    World world;
    const auto attempt = [&](const std::string& password, int from) {
        Browser browser(world.node, "192.0.2." + std::to_string(from));
        return browser.log_in(world.page(), "ana", password);
    };
    for (int i = 0; i < 5; ++i) CHECK(attempt("wrong-" + std::to_string(i), i).status == 422);
    const auto refused = attempt(kPassword, 9);
    CHECK(refused.status == 429);
    CHECK(refused.header("Retry-After") == "60");
    CHECK(contains(refused.body, "Try again in 60 seconds."));
    CHECK(set_cookie_of(refused, kCookie).empty());
    world.node.clock.advance(std::chrono::seconds(60));
    CHECK(attempt("wrong-again", 10).status == 422);
    CHECK(attempt(kPassword, 11).header("Retry-After") == "120");
    world.node.clock.advance(std::chrono::seconds(120));
    CHECK(attempt(kPassword, 12).status == 302);  // and forgets what was wrong
    CHECK(attempt("wrong", 13).status == 422);
    CHECK(attempt(kPassword, 14).status == 302);
}

TEST_CASE("a name that nobody has is slowed down like one that somebody has") {
    World world;
    const auto attempt = [&](int from) {
        Browser browser(world.node, "192.0.2." + std::to_string(from));
        return browser.log_in(world.page(), "nobody", "wrong").status;
    };
    for (int i = 0; i < 5; ++i) CHECK(attempt(i) == 422);
    CHECK(attempt(6) == 429);
}

TEST_CASE("one address cannot try many accounts, and another still can log in") {
    World world;
    Browser browser(world.node);
    for (int i = 0; i < 20; ++i) {
        CHECK(browser.log_in(world.page(), "name" + std::to_string(i), "wrong").status == 422);
    }
    CHECK(browser.log_in(world.page(), "ana", kPassword).status == 429);
    Browser other(world.node, "198.51.100.1");
    CHECK(other.log_in(world.page(), "ana", kPassword).status == 302);
}

TEST_CASE("an account has at most fifty browsers; a further one ends the oldest") {
    World world;
    Browser first(world.node);
    REQUIRE(first.log_in(world.page(), "ana", kPassword).status == 302);
    for (int i = 0; i < 50; ++i) {
        world.node.clock.advance(std::chrono::seconds(1));
        REQUIRE(world.node.db().write([&](store::Writer& tx) {
            store::sessions::keep_newest(tx, world.ana.id, limits::kSessions - 1);
            store::sessions::insert(
                tx, secret_hash(std::to_string(i)), world.ana.id, tx.now() + limits::kSession
            );
        }));
    }
    CHECK(world.asks_for_password(first));
}

}  // namespace
}  // namespace outboard::tests
