// SPDX-License-Identifier: Apache-2.0
#include "src/domain/secret.hpp"
#include "src/services/local_accounts.hpp"
#include "src/store/keys.hpp"
#include "tests/api/oauth_world.hpp"

namespace outboard::tests {
namespace {

using nlohmann::json;

const std::string kTokenPath = "/oauth/token";
const std::string kMe = "/api/v1/accounts/verify_credentials";

std::string form_of(const json& fields) {
    std::string text;
    for (const auto& [name, value] : fields.items()) {
        text += (text.empty() ? "" : "&") + name + "=" + percent_encode(value.get<std::string>());
    }
    return text;
}

json without(json fields, const char* name) {
    fields.erase(name);
    return fields;
}

json with(json fields, const char* name, const std::string& value) {
    fields[name] = value;
    return fields;
}

TEST_CASE("a code becomes a token that opens what the person allowed, and no more") {
    OAuthWorld world;
    const auto code =
        world.code(world.app, {.scope = "read", .challenge = challenge_of(kVerifier)});
    const auto fields = with(world.exchange(world.app, code), "code_verifier", kVerifier);
    const auto reply = world.node.post(kTokenPath, {}, fields);
    check_entity(reply, "token");
    CHECK(reply.json["scope"] == "read");
    CHECK(reply.json["created_at"] == 1'790'000'000);
    CHECK(reply.header("cache-control") == "no-store");
    CHECK(reply.header("access-control-allow-origin") == "*");
    const std::string token = reply.json["access_token"];
    const auto me = world.node.get(kMe, token);
    check_entity(me, "credential_account");
    CHECK(me.json["id"] == world.ana.id.str());
    check_error(
        world.node.post("/api/v1/statuses", token, {{"status", "Hello"}}),
        403,
        "This action is outside the authorized scopes"
    );
    world.node.clock.advance(std::chrono::hours(24 * 400));  // tokens do not expire
    CHECK(world.node.get(kMe, token).status == 200);
}

TEST_CASE("the token endpoint reads forms, JSON, multipart and the query, and HTTP Basic") {
    OAuthWorld world;
    const auto fresh = [&] { return world.exchange(world.app, world.code(world.app, {})); };
    check_entity(world.node.post(kTokenPath, {}, fresh()), "token");
    check_entity(world.node.post(kTokenPath, {}, form_of(fresh())), "token");
    check_entity(world.node.post(kTokenPath + "/?" + form_of(fresh())), "token");

    http::Request multipart;
    multipart.method = "POST";
    multipart.target = kTokenPath;
    multipart.fields = {{"Content-Type", "multipart/form-data; boundary=B"}};
    const auto fields_of_multipart = fresh();
    for (const auto& [name, value] : fields_of_multipart.items()) {
        multipart.body += "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" +
                          value.get<std::string>() + "\r\n";
    }
    multipart.body += "--B--\r\n";
    check_entity(world.node.send(multipart), "token");

    const auto basic = [&](const std::string& pair, const json& fields) {
        return world.node.call(
            "POST", kTokenPath, {}, form_of(fields), {{"Authorization", "Basic " + to_base64(pair)}}
        );
    };
    auto fields = without(fresh(), "client_secret");
    check_entity(basic(world.app.id + ":" + world.app.secret, fields), "token");
    fields = without(without(fresh(), "client_secret"), "client_id");
    check_entity(basic(world.app.id + ":" + world.app.secret, fields), "token");
    const auto wrong = basic(world.app.id + ":wrong", fields);
    OAuthWorld::check_refused(wrong, 401, "invalid_client");
    CHECK(wrong.header("www-authenticate").starts_with("Basic "));
    OAuthWorld::check_refused(basic("no colon", fields), 401, "invalid_client");
    const auto other = world.registers({});
    OAuthWorld::check_refused(basic(other.id + ":" + other.secret, fresh()), 401, "invalid_client");
    OAuthWorld::check_refused(
        world.node.call("POST", kTokenPath, {}, form_of(fields), {{"Authorization", "Basic %%%"}}),
        401,
        "invalid_client"
    );
}

TEST_CASE("a login that an app had before does not stand in the way of a new one") {
    OAuthWorld world;
    const auto fields = world.exchange(world.app, world.code(world.app, {}));
    check_entity(world.node.post(kTokenPath, "dead-token", fields), "token");
}

TEST_CASE("a client that is not who it says gets nothing") {
    OAuthWorld world;
    const auto code = world.code(world.app, {});
    const auto right = world.exchange(world.app, code);
    for (const auto& fields :
         {with(right, "client_secret", "wrong"),
          with(right, "client_secret", ""),
          without(right, "client_secret"),
          with(right, "client_id", "nobody"),
          without(right, "client_id")}) {
        CAPTURE(fields.dump());
        OAuthWorld::check_refused(world.node.post(kTokenPath, {}, fields), 401, "invalid_client");
    }
    check_entity(world.node.post(kTokenPath, {}, right), "token");  // nothing of it spent the code
}

TEST_CASE("a code fits its app, its redirect URI and its verifier alone") {
    OAuthWorld world;
    const auto other = world.registers({{"client_name", "Other"}});
    const auto code = world.code(world.app, {.challenge = challenge_of(kVerifier)});
    const auto right = with(world.exchange(world.app, code), "code_verifier", kVerifier);
    auto of_other = with(right, "client_id", other.id);
    of_other["client_secret"] = other.secret;
    for (const auto& fields :
         {of_other,
          with(right, "redirect_uri", "https://client.example/other"),
          without(right, "redirect_uri"),
          with(right, "code_verifier", std::string(43, 'w')),
          with(right, "code_verifier", challenge_of(kVerifier)),
          with(right, "code_verifier", ""),
          without(right, "code_verifier"),
          with(right, "code_verifier", std::string(100'00, 'v')),
          with(right, "code", "nonsense")}) {
        CAPTURE(fields.dump());
        OAuthWorld::check_refused(world.node.post(kTokenPath, {}, fields), 400, "invalid_grant");
    }
    check_entity(world.node.post(kTokenPath, {}, right), "token");
}

TEST_CASE("a verifier for a code that had no challenge is a downgrade, and refused") {
    OAuthWorld world;
    const auto fields = world.exchange(world.app, world.code(world.app, {}));
    OAuthWorld::check_refused(
        world.node.post(kTokenPath, {}, with(fields, "code_verifier", kVerifier)),
        400,
        "invalid_grant"
    );
}

TEST_CASE("a code works once; coming again it ends the token it gave") {
    OAuthWorld world;
    const auto fields = world.exchange(world.app, world.code(world.app, {}));
    const auto first = world.node.post(kTokenPath, {}, fields);
    check_entity(first, "token");
    const std::string token = first.json["access_token"];
    CHECK(world.node.get(kMe, token).status == 200);
    // Whoever replays it must be the app: others cannot end anything.
    OAuthWorld::check_refused(
        world.node.post(kTokenPath, {}, with(fields, "client_secret", "wrong")),
        401,
        "invalid_client"
    );
    CHECK(world.node.get(kMe, token).status == 200);
    world.node.clock.advance(std::chrono::minutes(30));
    OAuthWorld::check_refused(world.node.post(kTokenPath, {}, fields), 400, "invalid_grant");
    check_error(world.node.get(kMe, token), 401, "The access token is invalid");
    OAuthWorld::check_refused(world.node.post(kTokenPath, {}, fields), 400, "invalid_grant");
    CHECK(world.node.get(kMe, world.ana.token).status == 200);  // other logins stay
}

TEST_CASE("a code is good for a minute, one to be copied by hand for five") {
    OAuthWorld world;
    const std::string oob = "urn:ietf:wg:oauth:2.0:oob";
    const auto by_hand = world.registers({{"redirect_uris", oob}});
    const auto early = world.code(world.app, {}), late = world.code(world.app, {});
    const auto hand_early = world.code(by_hand, {.redirect_uri = oob});
    const auto hand_late = world.code(by_hand, {.redirect_uri = oob});
    const auto by_hand_with = [&](const std::string& code) {
        return with(world.exchange(by_hand, code), "redirect_uri", oob);
    };
    world.node.clock.advance(std::chrono::seconds(59));
    check_entity(world.node.post(kTokenPath, {}, world.exchange(world.app, early)), "token");
    world.node.clock.advance(std::chrono::seconds(1));
    OAuthWorld::check_refused(
        world.node.post(kTokenPath, {}, world.exchange(world.app, late)), 400, "invalid_grant"
    );
    world.node.clock.advance(std::chrono::seconds(239));
    check_entity(world.node.post(kTokenPath, {}, by_hand_with(hand_early)), "token");
    world.node.clock.advance(std::chrono::seconds(1));
    OAuthWorld::check_refused(
        world.node.post(kTokenPath, {}, by_hand_with(hand_late)), 400, "invalid_grant"
    );
}

TEST_CASE("codes of an account that is suspended, or whose password changed, are dead") {
    OAuthWorld world;
    const auto first = world.code(world.app, {});
    world.node.suspend(world.ana.id);
    OAuthWorld::check_refused(
        world.node.post(kTokenPath, {}, world.exchange(world.app, first)), 400, "invalid_grant"
    );
    const auto asked = world.asks(world.app, {});
    REQUIRE(asked);
    const auto refused = services::oauth::grant_code(world.node.app(), *asked, world.ana.id);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().why == services::oauth::Why::AccessDenied);

    OAuthWorld other;
    const auto code = other.code(other.app, {});
    REQUIRE(services::set_password(other.node.app(), "ana", "correct-horse-9"));
    OAuthWorld::check_refused(
        other.node.post(kTokenPath, {}, other.exchange(other.app, code)), 400, "invalid_grant"
    );
    check_error(other.node.get(kMe, other.ana.token), 401);
}

TEST_CASE("an app without a secret must use PKCE, and then needs no secret") {
    OAuthWorld world;
    const auto app = world.registers({{"token_endpoint_auth_method", "none"}});
    CHECK(app.secret.empty());
    const auto bare = world.asks(app, {});
    REQUIRE_FALSE(bare);
    CHECK(bare.error().why == services::oauth::Why::InvalidRequest);
    const auto code = world.code(app, {.challenge = challenge_of(kVerifier)});
    const auto fields = without(world.exchange(app, code), "client_secret");
    OAuthWorld::check_refused(world.node.post(kTokenPath, {}, fields), 400, "invalid_grant");
    OAuthWorld::check_refused(
        world.node.post(kTokenPath, {}, with(fields, "client_secret", "made-up")),
        401,
        "invalid_client"
    );
    const auto reply = world.node.post(kTokenPath, {}, with(fields, "code_verifier", kVerifier));
    check_entity(reply, "token");
    OAuthWorld::check_refused(
        world.node.post(
            kTokenPath, {}, {{"grant_type", "client_credentials"}, {"client_id", app.id}}
        ),
        403,
        "unauthorized_client"
    );
    const auto revoked = world.node.post(
        "/oauth/revoke", {}, {{"client_id", app.id}, {"token", reply.json["access_token"]}}
    );
    CHECK(revoked.status == 200);
    check_error(world.node.get(kMe, reply.json["access_token"]), 401);
}

TEST_CASE("PKCE is S256 or nothing, and scopes are those the app registered") {
    using services::oauth::Why;
    OAuthWorld world;
    const auto why = [&](services::oauth::AuthorizationRequest request) {
        const auto asked = world.asks(world.app, std::move(request));
        REQUIRE_FALSE(asked);
        CHECK_FALSE(asked.error().shown.empty());
        return asked.error().why;
    };
    const auto challenge = challenge_of(kVerifier);
    CHECK(why({.challenge = challenge, .challenge_method = "plain"}) == Why::InvalidRequest);
    CHECK(why({.challenge = challenge, .challenge_method = "s256"}) == Why::InvalidRequest);
    CHECK(why({.challenge = {}, .challenge_method = "S256"}) == Why::InvalidRequest);
    CHECK(why({.challenge = "too-short"}) == Why::InvalidRequest);
    CHECK(why({.challenge = challenge + "="}) == Why::InvalidRequest);
    CHECK(why({.response_type = "token"}) == Why::UnsupportedResponseType);
    CHECK(why({.scope = "read push"}) == Why::InvalidScope);
    CHECK(why({.scope = "admin:read"}) == Why::InvalidScope);
    CHECK(why({.scope = "nonsense"}) == Why::InvalidScope);
    const auto narrow = world.asks(world.app, {.scope = "write:statuses+read:accounts profile"});
    REQUIRE(narrow);
    CHECK(narrow->scopes == "write:statuses read:accounts profile");
    CHECK(world.asks(world.app, {.scope = "follow"}).has_value());  // read and write hold its parts
    CHECK(world.asks(world.app, {})->scopes == "read");
    const auto plain = world.asks(world.app, {.challenge = challenge, .challenge_method = "plain"});
    CHECK_FALSE(plain);
}

TEST_CASE("scopes of admins are given by owners and admins only") {
    OAuthWorld world;
    const auto app = world.registers({{"scopes", "read admin:read"}});
    const auto asked = world.asks(app, {.scope = "read admin:read:accounts"});
    REQUIRE(asked);
    const auto code = services::oauth::grant_code(world.node.app(), *asked, world.ana.id);
    REQUIRE_FALSE(code);
    CHECK(code.error().why == services::oauth::Why::InvalidScope);
}

TEST_CASE("an app's own token belongs to no person") {
    OAuthWorld world;
    const json fields = {
        {"grant_type", "client_credentials"},
        {"client_id", world.app.id},
        {"client_secret", world.app.secret}
    };
    const auto reply = world.node.post(kTokenPath, {}, with(fields, "scope", "read write"));
    check_entity(reply, "token");
    CHECK(reply.json["scope"] == "read write");
    check_error(
        world.node.get(kMe, reply.json["access_token"]),
        422,
        "This method requires an authenticated user"
    );
    CHECK(world.node.post(kTokenPath, {}, fields).json["scope"] == "read");
    OAuthWorld::check_refused(
        world.node.post(kTokenPath, {}, with(fields, "scope", "push")), 400, "invalid_scope"
    );
    // Asking again and again keeps the newest few.
    for (int i = 0; i < 25; ++i) {
        world.node.clock.advance(std::chrono::seconds(1));
        REQUIRE(world.node.post(kTokenPath, {}, fields).status == 200);
    }
    check_error(world.node.get("/api/v2/instance", reply.json["access_token"]), 401);
    CHECK(world.node.get(kMe, world.ana.token).status == 200);
}

TEST_CASE("grant types that are not served are named") {
    OAuthWorld world;
    const json fields = {{"client_id", world.app.id}, {"client_secret", world.app.secret}};
    for (const std::string grant : {"password", "refresh_token", "implicit"}) {
        OAuthWorld::check_refused(
            world.node.post(kTokenPath, {}, with(fields, "grant_type", grant)),
            400,
            "unsupported_grant_type"
        );
    }
    OAuthWorld::check_refused(world.node.post(kTokenPath, {}, fields), 400, "invalid_request");
    OAuthWorld::check_refused(
        world.node.post(kTokenPath, {}, with(fields, "grant_type", "authorization_code")),
        400,
        "invalid_request"
    );
}

TEST_CASE("a token is revoked by its app, and by no other") {
    OAuthWorld world;
    const auto issued = world.node.post(
        kTokenPath, {}, world.exchange(world.app, world.code(world.app, {.scope = "read"}))
    );
    const std::string token = issued.json["access_token"];
    const auto other = world.registers({});
    const auto revoke = [&](const OAuthWorld::Client& client, const std::string& text) {
        return world.node.post(
            "/oauth/revoke",
            {},
            form_of({{"client_id", client.id}, {"client_secret", client.secret}, {"token", text}})
        );
    };
    OAuthWorld::check_refused(revoke(other, token), 403, "unauthorized_client");
    OAuthWorld::check_refused(revoke({world.app.id, "wrong"}, token), 401, "invalid_client");
    OAuthWorld::check_refused(revoke({"", ""}, token), 401, "invalid_client");
    OAuthWorld::check_refused(revoke(world.app, ""), 400, "invalid_request");
    CHECK(world.node.get(kMe, token).status == 200);
    for (int twice = 0; twice < 2; ++twice) {
        const auto reply = revoke(world.app, token);
        CHECK(reply.status == 200);
        CHECK(reply.body == "{}");
        CHECK(reply.header("access-control-allow-origin") == "*");
        check_error(world.node.get(kMe, token), 401, "The access token is invalid");
    }
    CHECK(revoke(world.app, "never-issued").status == 200);
}

TEST_CASE("scripts may ask before they post to the token endpoint") {
    TestNode node;
    const auto asked = node.call(
        "OPTIONS",
        kTokenPath,
        {},
        nullptr,
        {{"Origin", "https://client.example"}, {"Access-Control-Request-Method", "POST"}}
    );
    CHECK(asked.status == 204);
    CHECK(asked.header("access-control-allow-origin") == "*");
    const auto malformed = node.call("POST", kTokenPath, {}, "%00=1");
    CHECK(malformed.status == 400);
    CHECK(malformed.json["error"] == "invalid_request");
    CHECK(malformed.header("access-control-allow-origin") == "*");
}

TEST_CASE("tokens and codes are kept as hashes alone, and swept when they are over") {
    OAuthWorld world;
    const auto fields = world.exchange(world.app, world.code(world.app, {}));
    const auto reply = world.node.post(kTokenPath, {}, fields);
    const std::string token = reply.json["access_token"];
    const std::string code = fields["code"];
    world.node.db().read([&](store::Reader& db) {
        CHECK_FALSE(store::tokens::find(db, token));
        CHECK(store::tokens::find(db, secret_hash(token)));
        CHECK_FALSE(store::oauth_codes::find(db, code));
        CHECK(store::oauth_codes::find(db, secret_hash(code)));
    });
    world.node.clock.advance(std::chrono::hours(25));
    const auto swept = world.node.db().write([&](store::Writer& tx) {
        return store::oauth_codes::drop_expired(tx, tx.now() - limits::kCodeMemory, 100);
    });
    CHECK(swept == 1);
}

}  // namespace
}  // namespace outboard::tests
