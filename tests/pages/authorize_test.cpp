// SPDX-License-Identifier: Apache-2.0
#include "federation/base/bytes.hpp"
#include "federation/base/text.hpp"
#include "src/services/local_accounts.hpp"
#include "tests/pages/browser.hpp"

namespace outboard::tests {
namespace {

const std::string kPassword = "correct-horse-9";
const std::string kRedirect = "https://client.example/callback";
const std::string kOob = "urn:ietf:wg:oauth:2.0:oob";

/// A node with somebody who has a password, and an app with several ways back.
struct World {
    TestNode node{with_pages()};
    Actor ana = node.person("ana");
    Browser browser{node};
    std::string id, secret;

    World() {
        REQUIRE(services::set_password(node.app(), "ana", kPassword));
        const auto app = node.post(
            "/api/v1/apps",
            {},
            {{"client_name", "Tusk & \"Co\""},
             {"website", "https://client.example/"},
             {"scopes", "read write"},
             {"redirect_uris",
              {kRedirect, kRedirect + "?x=1", kOob, "tusk://", "http://127.0.0.1:1/callback"}}}
        );
        REQUIRE(app.status == 200);
        id = app.json["client_id"];
        secret = app.json["client_secret"];
    }

    std::string page(
        const std::string& redirect = kRedirect, const std::string& more = "&scope=read"
    ) const {
        return "/oauth/authorize?response_type=code&client_id=" + id +
               "&redirect_uri=" + percent_encode(redirect) + more;
    }
    void logs_in() { REQUIRE(browser.log_in(page(), "ana", kPassword).status == 302); }
    Reply allows(const std::string& redirect, const std::string& more = "&scope=read") {
        return browser.submit(forms_of(browser.get(page(redirect, more)).body).at(0), "Authorize");
    }
    Reply exchanges(const std::string& code, const std::string& redirect) {
        return node.post(
            "/oauth/token",
            {},
            {{"grant_type", "authorization_code"},
             {"client_id", id},
             {"client_secret", secret},
             {"code", code},
             {"redirect_uri", redirect}}
        );
    }
};

/// A parameter of an address' query.
std::string parameter(const std::string& address, const std::string& name) {
    const auto query = std::string_view(address).substr(address.find('?') + 1);
    for (const auto pair : split(query, '&')) {
        if (pair.starts_with(name + "=")) return percent_decode(pair.substr(name.size() + 1));
    }
    return {};
}

void check_private(const Reply& reply) {
    check_security(reply);
    CHECK(reply.header("Cache-Control") == "no-store");
    CHECK(reply.header("X-Frame-Options") == "DENY");
    CHECK(reply.header("Access-Control-Allow-Origin").empty());
    CHECK_FALSE(contains(reply.body, "<script"));
    CHECK(contains(reply.body, "<meta name=\"robots\" content=\"noindex\">"));
}

TEST_CASE("a person logs in, allows an app, and the app gets a code for a token") {
    World world;
    const auto login = world.browser.get(world.page(kRedirect, "&scope=read&state=s%20%26t"));
    CHECK(login.status == 200);
    check_private(login);
    auto forms = forms_of(login.body);
    REQUIRE(forms.size() == 1);
    CHECK(forms[0].method == "post");
    CHECK(forms[0].order == std::vector<std::string>{"text", "password"});
    forms[0].set("username", "ana");
    forms[0].set("password", kPassword);
    const auto on = world.browser.submit(forms[0]);
    REQUIRE(on.status == 302);
    CHECK(on.header("Location").starts_with("/oauth/authorize?"));
    const auto consent = world.browser.get(on.header("Location"));
    CHECK(consent.status == 200);
    check_private(consent);
    CHECK(contains(consent.body, "Tusk &amp; &quot;Co&quot;"));
    CHECK(contains(consent.body, "@ana@home.example"));
    CHECK(contains(consent.body, "<code>read</code>"));
    CHECK_FALSE(contains(consent.body, "<code>write</code>"));
    CHECK(contains(consent.body, "client.example"));
    CHECK(contains(
        consent.header("Content-Security-Policy"), "form-action 'self' https://client.example;"
    ));
    forms = forms_of(consent.body);
    REQUIRE(forms.size() == 1);
    CHECK(forms[0].method == "post");
    using Buttons = std::vector<std::pair<std::string, std::string>>;
    CHECK(forms[0].buttons == Buttons{{"decision", "Authorize"}, {"decision", "Deny"}});
    const auto back = world.browser.submit(forms[0], "Authorize");
    REQUIRE(back.status == 302);
    const auto address = back.header("Location");
    CHECK(address.starts_with(kRedirect + "?code="));
    CHECK(parameter(address, "state") == "s &t");
    const auto token = world.exchanges(parameter(address, "code"), kRedirect);
    REQUIRE(token.status == 200);
    const auto me =
        world.node.get("/api/v1/accounts/verify_credentials", token.json["access_token"]);
    CHECK(me.json["username"] == "ana");
}

TEST_CASE("who denies sends the app away with nothing") {
    World world;
    world.logs_in();
    const auto form = forms_of(world.browser.get(world.page(kRedirect, "&state=1")).body).at(0);
    const auto back = world.browser.submit(form, "Deny");
    REQUIRE(back.status == 302);
    const auto address = back.header("Location");
    CHECK(address.starts_with(kRedirect + "?error=access_denied&error_description="));
    CHECK(parameter(address, "state") == "1");
    CHECK(parameter(address, "code").empty());
    // A form without a button pressed is no consent either.
    CHECK(contains(world.browser.submit(form).header("Location"), "error=access_denied"));
    const auto by_hand = forms_of(world.browser.get(world.page(kOob)).body).at(0);
    const auto said = world.browser.submit(by_hand, "Deny");
    CHECK(said.status == 200);
    CHECK(contains(said.body, "no access"));
}

TEST_CASE("codes go to every registered way back: with a query, to an app, to any loopback port") {
    World world;
    world.logs_in();
    for (const auto& [redirect, start] : std::vector<std::pair<std::string, std::string>>{
             {kRedirect + "?x=1", kRedirect + "?x=1&code="},
             {"tusk://", "tusk://?code="},
             {"http://127.0.0.1:1/callback", "http://127.0.0.1:1/callback?code="},
             {"http://127.0.0.1:40123/callback", "http://127.0.0.1:40123/callback?code="}
         }) {
        CAPTURE(redirect);
        const auto back = world.allows(redirect);
        REQUIRE(back.status == 302);
        CHECK(back.header("Location").starts_with(start));
        CHECK(world.exchanges(parameter(back.header("Location"), "code"), redirect).status == 200);
    }
    const auto custom = world.browser.get(world.page("tusk://"));
    CHECK(contains(custom.header("Content-Security-Policy"), "form-action 'self' tusk:;"));
}

TEST_CASE("a code for the person's own hands stands alone on a page with it in the address") {
    World world;
    world.logs_in();
    const auto back = world.allows(kOob);
    REQUIRE(back.status == 302);
    const auto address = back.header("Location");
    REQUIRE(address.starts_with("/oauth/authorize/native?code="));
    const auto code = parameter(address, "code");
    const auto page = world.browser.get(address);
    CHECK(page.status == 200);
    check_private(page);
    CHECK(text_of(page.body, "code") == code);
    CHECK(world.exchanges(code, kOob).status == 200);
    for (const std::string hostile :
         {"",
          "?code=",
          "?code=short",
          "?code=%3Cscript%3Ealert(1)%3C/script%3E%20%20%20%20%20%20%20"}) {
        CAPTURE(hostile);
        check_error_page(world.browser.get("/oauth/authorize/native" + hostile), 404);
    }
}

TEST_CASE("an unknown app or an address that is not its own is told to the person, never followed"
) {
    World world;
    world.logs_in();
    for (const std::string redirect :
         {"https://evil.example/callback",
          "https://client.example/callback/",
          "https://client.example/callback?",
          "https://client.example/callback?x=2",
          "https://client.example/callback?x=1&y=2",
          "https://client.example/callback#x",
          "https://client.example/Callback",
          "https://client.example/%63allback",
          "https://client.example:443/callback",
          "https://client.example.evil.example/callback",
          "https://user@client.example/callback",
          "http://client.example/callback",
          "javascript:alert(1)",
          "tusk://other",
          "Tusk://",
          "http://127.0.0.1:0/callback",
          "http://127.0.0.1:99999/callback",
          "http://127.0.0.1:1@evil.example/callback",
          "http://127.0.0.1.evil.example/callback",
          "http://localhost:1/callback",
          ""}) {
        CAPTURE(redirect);
        const auto page = world.browser.get(world.page(redirect));
        check_error_page(page, 400);
        CHECK(page.header("Location").empty());
    }
    auto target = world.page();
    target.replace(target.find(world.id), world.id.size(), "nobody");
    check_error_page(world.browser.get(target), 400);
    check_error_page(world.browser.get("/oauth/authorize"), 400);
    check_error_page(
        world.browser.get("/oauth/authorize?response_type=code&client_id=command+line%3A+tests"),
        400
    );
}

TEST_CASE("what an app asks wrongly goes back to it as an error, with its state") {
    World world;
    const auto challenge = to_base64url(sha256("verifier"));
    for (const auto& [more, error] : std::vector<std::pair<std::string, std::string>>{
             {"&scope=read+push", "invalid_scope"},
             {"&scope=admin:write", "invalid_scope"},
             {"&scope=nonsense", "invalid_scope"},
             {"&code_challenge=" + challenge + "&code_challenge_method=plain", "invalid_request"},
             {"&code_challenge=" + challenge, "invalid_request"},
             {"&response_type=token", "unsupported_response_type"}
         }) {
        CAPTURE(more);
        const auto back = world.browser.get(world.page(kRedirect, more + "&state=1"));
        REQUIRE(back.status == 302);
        CHECK(back.header("Location").starts_with(kRedirect + "?error=" + error + "&"));
        CHECK(parameter(back.header("Location"), "state") == "1");
        CHECK(world.browser.get(world.page(kOob, more)).status == 400);
    }
}

TEST_CASE("a consent that no page of ours asked for is refused") {
    World world;
    world.logs_in();
    const auto form = forms_of(world.browser.get(world.page()).body).at(0);
    std::string body = "decision=Authorize";
    for (const auto& [name, value] : form.inputs) {
        if (name != "form_token") body += "&" + name + "=" + percent_encode(value);
    }
    const auto token = "&form_token=" + form.value("form_token");
    const auto check_refused = [&](const Reply& reply) {
        check_error_page(reply, 403);
        CHECK(reply.header("Location").empty());
    };
    const std::string own = "https://home.example";
    check_refused(world.browser.post("/oauth/authorize", body, own));
    check_refused(world.browser.post("/oauth/authorize", body + "&form_token=", own));
    check_refused(world.browser.post("/oauth/authorize", body + "&form_token=guessed", own));
    check_refused(world.browser.post("/oauth/authorize", body + token, "https://evil.example"));
    check_refused(world.browser.post("/oauth/authorize", body + token, "null"));
    CHECK(world.browser.post("/oauth/authorize", body + token, "").status == 302);

    Browser other(world.node);
    REQUIRE(other.log_in(world.page(), "ana", kPassword).status == 302);
    check_refused(other.post("/oauth/authorize", body + token, own));
    // Without a login there is no consent, only the way to one.
    Browser nobody(world.node);
    const auto on = nobody.post("/oauth/authorize", body + token, own);
    REQUIRE(on.status == 302);
    CHECK(on.header("Location").starts_with("/oauth/authorize?"));
    CHECK_FALSE(contains(on.header("Location"), "code="));
}

TEST_CASE("a form from another site's page is refused by what the browser says of it") {
    World world;
    world.logs_in();
    auto form = forms_of(world.browser.get(world.page()).body).at(0);
    http::Request request;
    request.method = "POST";
    request.target = "/oauth/authorize";
    request.fields = {
        {"Content-Type", "application/x-www-form-urlencoded"},
        {"Sec-Fetch-Site", "cross-site"},
        {"Cookie", "__Host-session=" + world.browser.cookies.at("__Host-session")}
    };
    request.body = "decision=Authorize";
    for (const auto& [name, value] : form.inputs)
        request.body += "&" + name + "=" + percent_encode(value);
    check_error_page(world.node.send(request), 403);
    request.fields[1].value = "same-origin";
    CHECK(world.node.send(request).status == 302);
}

TEST_CASE("only owners and admins can give scopes of admins") {
    World world;
    const auto app = world.node.post(
        "/api/v1/apps",
        {},
        {{"client_name", "Desk"}, {"redirect_uris", kRedirect}, {"scopes", "read admin:read"}}
    );
    world.id = app.json["client_id"];
    world.logs_in();
    const auto back = world.allows(kRedirect, "&scope=read+admin:read");
    CHECK(back.header("Location").starts_with(kRedirect + "?error=invalid_scope&"));
    REQUIRE(services::create_local_account(
        world.node.app(), {.username = "max", .password = kPassword, .role = Role::Admin}
    ));
    Browser of_admin(world.node);
    REQUIRE(of_admin.log_in(world.page(), "max", kPassword).status == 302);
    const auto form =
        forms_of(of_admin.get(world.page(kRedirect, "&scope=read+admin:read")).body).at(0);
    CHECK(of_admin.submit(form, "Authorize").header("Location").starts_with(kRedirect + "?code="));
}

TEST_CASE("the authorization page lives with a trailing slash, and whatever `lang` says") {
    World world;
    for (const std::string lang : {"de", "xx", "%3Cscript%3E", "../../etc", ""}) {
        CAPTURE(lang);
        auto target = world.page(kRedirect, "&lang=" + lang);
        target.insert(target.find('?'), "/");
        const auto page = world.browser.get(target);
        CHECK(page.status == 200);
        CHECK(forms_of(page.body).size() == 1);
        CHECK_FALSE(contains(page.body, "<script"));
    }
}

}  // namespace
}  // namespace outboard::tests
