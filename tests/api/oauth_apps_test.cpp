// SPDX-License-Identifier: Apache-2.0
#include "src/domain/secret.hpp"
#include "tests/api/oauth_world.hpp"

namespace outboard::tests {
namespace {

using nlohmann::json;

const std::string kOob = "urn:ietf:wg:oauth:2.0:oob";

Reply registered_as(TestNode& node, json redirect_uris) {
    return node.post(
        "/api/v1/apps", {}, {{"client_name", "Tusk"}, {"redirect_uris", std::move(redirect_uris)}}
    );
}

TEST_CASE("an app registers and is told its id and its secret, once") {
    TestNode node;
    const auto reply = node.post(
        "/api/v1/apps",
        {},
        {{"client_name", "Tusk"},
         {"redirect_uris", {kRedirect, kOob}},
         {"scopes", "read write follow push"},
         {"website", "https://client.example/"}}
    );
    check_entity(reply, "credential_application");
    CHECK(reply.json["name"] == "Tusk");
    CHECK(reply.json["website"] == "https://client.example/");
    CHECK(reply.json["redirect_uris"] == json{kRedirect, kOob});
    CHECK(reply.json["redirect_uri"] == kRedirect + "\n" + kOob);
    CHECK(reply.json["scopes"] == json{"read", "write", "follow", "push"});
    CHECK(reply.json["client_secret_expires_at"] == 0);
    CHECK(reply.header("cache-control") == "no-store");
    const std::string secret = reply.json["client_secret"];
    CHECK(secret.size() == kSecretCharacters);
    const auto stored = node.db().read([&](store::Reader& db) {
        return store::oauth_apps::find_by_client_id(db, reply.json["client_id"].get<std::string>());
    });
    REQUIRE(stored);
    CHECK(stored->secret_hash == secret_hash(secret));  // never the secret itself
}

TEST_CASE("an app registers in every encoding that clients use") {
    TestNode node;
    const auto target = "/api/v1/apps?client_name=Ice&scopes=read+write&redirect_uris=ice%3A%2F%2F";
    check_entity(node.post(target), "credential_application");  // Ice Cubes sends no body
    const auto form = node.post(
        "/api/v1/apps",
        {},
        "client_name=Tusk&redirect_uris=https%3A%2F%2Fclient.example%2Fcallback%0A" + kOob
    );
    check_entity(form, "credential_application");
    CHECK(form.json["redirect_uris"] == json{kRedirect, kOob});
    CHECK(form.json["scopes"] == json{"read"});
    CHECK(form.json["website"].is_null());
    const auto list = node.post(
        "/api/v1/apps", {}, "client_name=T&redirect_uris[]=a%3A%2Fb&redirect_uris[]=c%3Ad"
    );
    check_entity(list, "credential_application");
    CHECK(list.json["redirect_uris"] == json{"a:/b", "c:d"});
}

TEST_CASE("schemes of an app's own are taken, those that run or carry content are not") {
    TestNode node;
    for (const std::string uri :
         {"icecubesapp://",
          "com.tapbots.Ivory.10217:/request_token",
          "tusky://accept_token.here/x?y=1",
          "http://127.0.0.1/callback",
          "http://[::1]:8000/",
          "http://localhost:3000/callback"}) {
        CAPTURE(uri);
        check_entity(registered_as(node, uri), "credential_application");
    }
    auto config = node.config;
    config.limits_rate_limit = false;
    node.reconfigure(config);
    for (const std::string uri :
         {"not a uri",
          "/callback",
          "callback",
          "//client.example/callback",
          "javascript:alert(1)",
          "JavaScript:alert(1)",
          "data:text/html,x",
          "vbscript:x",
          "file:///etc/passwd",
          "blob:https://client.example/1",
          "view-source:https://client.example/",
          "https://client.example/callback#part",
          "https://user@client.example/callback",
          "https:///callback",
          "https:client.example",
          "https://client.example\\@evil.example/",
          "https://client.example/\"onload=x",
          "https://client.example/caf\xc3\xa9",
          ":x",
          "1x:y",
          ""}) {
        CAPTURE(uri);
        check_error(registered_as(node, uri), 422);
    }
    check_error(registered_as(node, json::array()), 422);
    check_error(registered_as(node, json{kRedirect, "javascript:alert(1)"}), 422);
    check_error(registered_as(node, json(std::vector<std::string>(21, kRedirect))), 422);
    check_error(registered_as(node, "https://client.example/" + std::string(2000, 'a')), 422);
}

TEST_CASE("names, websites and scopes that make no sense are refused") {
    TestNode node;
    const auto with = [&](const char* name, const std::string& value) {
        json body = {{"client_name", "Tusk"}, {"redirect_uris", kRedirect}};
        body[name] = value;
        return node.post("/api/v1/apps", {}, body);
    };
    check_error(with("client_name", ""), 422);
    check_error(with("client_name", "\xe2\x80\x8b"), 422);  // nothing to see
    check_error(with("client_name", std::string(101, 'a')), 422);
    check_error(with("website", "javascript:alert(1)"), 422);
    check_error(with("website", "client"), 422);
    check_error(with("scopes", "read everything"), 422);
    check_error(with("scopes", "read:nonsense"), 422);
    check_entity(with("scopes", "read read:statuses admin:read push"), "credential_application");
}

TEST_CASE("who registers app after app is asked to wait") {
    TestNode node;
    for (int i = 0; i < 20; ++i) REQUIRE(registered_as(node, kRedirect).status == 200);
    const auto over = registered_as(node, kRedirect);
    check_error(over, 429);
    CHECK(over.header("retry-after") == "600");
    CHECK(node.get("/api/v2/instance").status == 200);
}

TEST_CASE("an app sees itself by its own token and by a person's, and nobody else does") {
    OAuthWorld world;
    const auto own = world.node.post(
        "/oauth/token",
        {},
        {{"grant_type", "client_credentials"},
         {"client_id", world.app.id},
         {"client_secret", world.app.secret}}
    );
    check_entity(own, "token");
    const auto reply = world.node.get("/api/v1/apps/verify_credentials", own.json["access_token"]);
    check_entity(reply, "application");
    CHECK(reply.json["name"] == "Tusk");
    CHECK_FALSE(reply.json.contains("client_secret"));
    const auto of_person = world.node.get("/api/v1/apps/verify_credentials", world.ana.token);
    check_entity(of_person, "application");
    CHECK(of_person.json["name"] == "tests");
    check_error(world.node.get("/api/v1/apps/verify_credentials"), 401);
    check_error(world.node.get("/api/v1/apps/verify_credentials", "nonsense"), 401);
}

TEST_CASE("the metadata says what this server does, to scripts of any site") {
    TestNode node;
    const auto reply = node.get("/.well-known/oauth-authorization-server");
    check_entity(reply, "authorization_server");
    CHECK(reply.json["issuer"] == "https://home.example/");
    CHECK(reply.json["code_challenge_methods_supported"] == json{"S256"});
    CHECK(reply.json["grant_types_supported"] == json{"authorization_code", "client_credentials"});
    CHECK(reply.header("access-control-allow-origin") == "*");
    for (const auto* name :
         {"token_endpoint", "revocation_endpoint", "userinfo_endpoint", "app_registration_endpoint"
         }) {
        const auto address = reply.json[name].get<std::string>();
        CAPTURE(address);
        REQUIRE(address.starts_with("https://home.example/"));
        const auto found = node.router().match("GET", address.substr(20));
        CHECK((found.route != nullptr || found.path_known));
    }
}

TEST_CASE("userinfo says who is logged in, to tokens that may know") {
    TestNode node;
    const auto ana = node.person("ana");
    const auto reply = node.get("/oauth/userinfo", node.token(ana.id, "profile"));
    check_entity(reply, "user_info");
    CHECK(reply.json["sub"] == ana.uri);
    CHECK(reply.json["preferred_username"] == "ana");
    check_error(node.get("/oauth/userinfo", node.token(ana.id, "write")), 403);
    check_error(node.get("/oauth/userinfo"), 401);
}

}  // namespace
}  // namespace outboard::tests
