// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <map>

#include "federation/base/text.hpp"
#include "tests/api/check.hpp"

// The table of all routes of the client API: each with an ordinary call and the entity it must
// give.

namespace outboard::tests {
namespace {

/// What the ordinary calls speak about.
struct World {
    TestNode node;
    Actor ana = node.person("ana");
    Actor bob = node.person("bob");
    Actor eve = node.person("eve", /*locked=*/true);
    std::string own = node.posts(ana, "Notes on pumps #work");
    std::string other = node.posts(bob, "An answer for @ana");
    nlohmann::json client =
        node.post("/api/v1/apps", {}, {{"client_name", "Tusk"}, {"redirect_uris", "tusk://"}}).json;
    std::string notification = node.get("/api/v1/notifications", ana.token).json.at(0).at("id");
};

struct Row {
    std::string entity;  // schema of the answer; "" for {} and []
    std::string target;  // with {own}, {other}, {bob}, {eve}, {notification}, {client}
    nlohmann::json body = nullptr;
    std::function<void(World&)> before = nullptr;
};

const std::map<std::string, Row>& table() {
    const auto request_from_eve = [](World& world) {
        world.node.call(
            "PATCH", "/api/v1/accounts/update_credentials", world.ana.token, {{"locked", true}}
        );
        world.node.post("/api/v1/accounts/" + world.ana.id.str() + "/follow", world.eve.token);
    };
    static const std::map<std::string, Row> rows = {
        {"GET /api/v1/accounts", {"account", "/api/v1/accounts?id[]={bob}"}},
        {"GET /api/v1/accounts/verify_credentials",
         {"credential_account", "/api/v1/accounts/verify_credentials"}},
        {"PATCH /api/v1/accounts/update_credentials",
         {"credential_account", "/api/v1/accounts/update_credentials", {{"note", "I mend pumps"}}}},
        {"GET /api/v1/accounts/lookup", {"account", "/api/v1/accounts/lookup?acct=bob"}},
        {"GET /api/v1/accounts/search", {"account", "/api/v1/accounts/search?q=bo"}},
        {"GET /api/v1/accounts/relationships",
         {"relationship", "/api/v1/accounts/relationships?id[]={bob}"}},
        {"GET /api/v1/accounts/:id", {"account", "/api/v1/accounts/{bob}"}},
        {"GET /api/v1/accounts/:id/statuses", {"status", "/api/v1/accounts/{bob}/statuses"}},
        {"GET /api/v1/accounts/:id/followers", {"account", "/api/v1/accounts/{bob}/followers"}},
        {"GET /api/v1/accounts/:id/following", {"account", "/api/v1/accounts/{bob}/following"}},
        {"GET /api/v1/accounts/:id/featured_tags", {"", "/api/v1/accounts/{bob}/featured_tags"}},
        {"GET /api/v1/accounts/:id/lists", {"", "/api/v1/accounts/{bob}/lists"}},
        {"POST /api/v1/accounts/:id/follow", {"relationship", "/api/v1/accounts/{bob}/follow"}},
        {"POST /api/v1/accounts/:id/unfollow", {"relationship", "/api/v1/accounts/{bob}/unfollow"}},
        {"POST /api/v1/accounts/:id/remove_from_followers",
         {"relationship", "/api/v1/accounts/{eve}/remove_from_followers", nullptr, request_from_eve}
        },
        {"POST /api/v1/accounts/:id/block", {"relationship", "/api/v1/accounts/{bob}/block"}},
        {"POST /api/v1/accounts/:id/unblock", {"relationship", "/api/v1/accounts/{bob}/unblock"}},
        {"POST /api/v1/accounts/:id/mute", {"relationship", "/api/v1/accounts/{bob}/mute"}},
        {"POST /api/v1/accounts/:id/unmute", {"relationship", "/api/v1/accounts/{bob}/unmute"}},
        {"GET /api/v1/follow_requests",
         {"account", "/api/v1/follow_requests", nullptr, request_from_eve}},
        {"POST /api/v1/follow_requests/:id/authorize",
         {"relationship", "/api/v1/follow_requests/{eve}/authorize", nullptr, request_from_eve}},
        {"POST /api/v1/follow_requests/:id/reject",
         {"relationship", "/api/v1/follow_requests/{eve}/reject", nullptr, request_from_eve}},
        {"GET /api/v2/instance", {"instance", "/api/v2/instance"}},
        {"GET /api/v1/instance", {"instance_v1", "/api/v1/instance"}},
        {"GET /api/v1/instance/rules", {"", "/api/v1/instance/rules"}},
        {"GET /api/v1/custom_emojis", {"", "/api/v1/custom_emojis"}},
        {"GET /api/v1/announcements", {"", "/api/v1/announcements"}},
        {"GET /api/v1/preferences", {"preferences", "/api/v1/preferences"}},
        {"GET /api/v1/markers", {"", "/api/v1/markers"}},
        {"GET /api/v1/lists", {"", "/api/v1/lists"}},
        {"GET /api/v1/followed_tags", {"", "/api/v1/followed_tags"}},
        {"GET /api/v1/conversations", {"", "/api/v1/conversations"}},
        {"GET /api/v2/filters", {"", "/api/v2/filters"}},
        {"GET /api/v1/notifications", {"notification", "/api/v1/notifications"}},
        {"GET /api/v1/notifications/:id", {"notification", "/api/v1/notifications/{notification}"}},
        {"POST /api/v1/notifications/:id/dismiss",
         {"", "/api/v1/notifications/{notification}/dismiss"}},
        {"POST /api/v1/notifications/clear", {"", "/api/v1/notifications/clear"}},
        {"GET /api/v2/search", {"search", "/api/v2/search?q=bob"}},
        {"POST /api/v1/statuses", {"status", "/api/v1/statuses", {{"status", "Hello"}}}},
        {"GET /api/v1/statuses", {"status", "/api/v1/statuses?id[]={own}&id[]={other}"}},
        {"GET /api/v1/statuses/:id", {"status", "/api/v1/statuses/{other}"}},
        {"PUT /api/v1/statuses/:id", {"status", "/api/v1/statuses/{own}", {{"status", "Changed"}}}},
        {"DELETE /api/v1/statuses/:id", {"status", "/api/v1/statuses/{own}"}},
        {"GET /api/v1/statuses/:id/source", {"status_source", "/api/v1/statuses/{own}/source"}},
        {"GET /api/v1/statuses/:id/history", {"status_edit", "/api/v1/statuses/{other}/history"}},
        {"GET /api/v1/statuses/:id/context", {"context", "/api/v1/statuses/{other}/context"}},
        {"GET /api/v1/statuses/:id/reblogged_by",
         {"account", "/api/v1/statuses/{other}/reblogged_by"}},
        {"GET /api/v1/statuses/:id/favourited_by",
         {"account", "/api/v1/statuses/{other}/favourited_by"}},
        {"POST /api/v1/statuses/:id/favourite", {"status", "/api/v1/statuses/{other}/favourite"}},
        {"POST /api/v1/statuses/:id/unfavourite", {"status", "/api/v1/statuses/{other}/unfavourite"}
        },
        {"POST /api/v1/statuses/:id/reblog", {"status", "/api/v1/statuses/{other}/reblog"}},
        {"POST /api/v1/statuses/:id/unreblog", {"status", "/api/v1/statuses/{other}/unreblog"}},
        {"POST /api/v1/statuses/:id/bookmark", {"status", "/api/v1/statuses/{other}/bookmark"}},
        {"POST /api/v1/statuses/:id/unbookmark", {"status", "/api/v1/statuses/{other}/unbookmark"}},
        {"POST /api/v1/statuses/:id/pin", {"status", "/api/v1/statuses/{own}/pin"}},
        {"POST /api/v1/statuses/:id/unpin", {"status", "/api/v1/statuses/{own}/unpin"}},
        {"GET /api/v1/timelines/home", {"status", "/api/v1/timelines/home"}},
        {"GET /api/v1/timelines/public", {"status", "/api/v1/timelines/public"}},
        {"POST /api/v1/apps",
         {"credential_application",
          "/api/v1/apps",
          {{"client_name", "Tusk"}, {"redirect_uris", "tusk://"}}}},
        {"GET /api/v1/apps/verify_credentials", {"application", "/api/v1/apps/verify_credentials"}},
        {"POST /oauth/token", {"token", "/oauth/token?grant_type=client_credentials&{client}"}},
        {"POST /oauth/revoke", {"", "/oauth/revoke?token=unknown&{client}"}},
        {"GET /oauth/userinfo", {"user_info", "/oauth/userinfo"}},
        {"GET /.well-known/oauth-authorization-server",
         {"authorization_server", "/.well-known/oauth-authorization-server"}},
        {"GET /api/v1/timelines/tag/:hashtag", {"status", "/api/v1/timelines/tag/work"}},
    };
    return rows;
}

std::string fill(const World& world, std::string target) {
    const std::pair<std::string, std::string> words[] = {
        {"{own}", world.own},
        {"{other}", world.other},
        {"{bob}", world.bob.id.str()},
        {"{eve}", world.eve.id.str()},
        {"{notification}", world.notification},
        {"{client}",
         "client_id=" + world.client.at("client_id").get<std::string>() +
             "&client_secret=" + world.client.at("client_secret").get<std::string>()}
    };
    for (const auto& [word, value] : words) {
        for (auto at = target.find(word); at != std::string::npos; at = target.find(word)) {
            target.replace(at, word.size(), value);
        }
    }
    return target;
}

std::string any_target(const std::string& pattern) {
    std::string target;
    for (const auto segment : split(pattern, '/')) {
        if (segment.empty()) continue;
        target += "/" + std::string(segment.starts_with(':') ? std::string_view("1") : segment);
    }
    return target;
}

TEST_CASE("every route of the client API stands in this table, and nothing else does") {
    TestNode node;
    std::map<std::string, bool> there;
    for (const auto& route : node.router().routes()) {
        const auto name = route.method + " " + route.pattern;
        CAPTURE(name);
        CHECK(table().contains(name));
        there[name] = true;
    }
    for (const auto& [name, row] : table()) {
        CAPTURE(name);
        CHECK(there.contains(name));
    }
}

TEST_CASE("every route answers its ordinary call with a valid entity") {
    for (const auto& [name, row] : table()) {
        World fresh;  // so that one call's effect is not another's world
        CAPTURE(name);
        if (row.before) row.before(fresh);
        const auto method = name.substr(0, name.find(' '));
        const auto reply =
            fresh.node.call(method, fill(fresh, row.target), fresh.ana.token, row.body);
        if (row.entity.empty()) {
            CHECK(reply.status == 200);
            CHECK(reply.json.empty());
        } else {
            check_entity(reply, row.entity);
        }
    }
}

TEST_CASE("routes for a login refuse everybody who has none that fits") {
    TestNode node;
    const auto ana = node.person("ana");
    const auto nothing = node.token(ana.id, "push");
    const auto app = node.token(std::nullopt, "read write follow");
    const auto gone = node.person("gone");
    node.suspend(gone.id);
    for (const auto& route : node.router().routes()) {
        CAPTURE(route.method);
        CAPTURE(route.pattern);
        if (route.policy.ignores_token) continue;  // nobody's login counts there
        auto config = node.config;
        config.limits_rate_limit = false;
        node.reconfigure(config);
        const auto target = any_target(route.pattern);
        const auto call = [&](const std::string& token) {
            return node.call(route.method, target, token);
        };
        check_error(call("unknown"), 401, "The access token is invalid");
        check_error(call(gone.token), 403);
        if (route.policy.scope != api::Scope::None) {
            check_error(call(nothing), 403, "This action is outside the authorized scopes");
        }
        if (route.policy.anonymous) {
            CHECK(call("").status != 401);
        } else {
            check_error(call(""), 401, "The access token is invalid");
            if (route.policy.app) {
                CHECK(call(app).status == 200);
            } else {
                check_error(call(app), 422, "This method requires an authenticated user");
            }
        }
    }
}

TEST_CASE("what is somebody else's cannot be changed, and what may not be seen is not there") {
    World world;
    auto& node = world.node;
    const auto secret = node.posts(world.bob, "For followers", "private");
    for (const auto& [name, row] : table()) {
        if (row.target.find("/api/v1/statuses/{") == std::string::npos) continue;
        CAPTURE(name);
        const auto method = name.substr(0, name.find(' '));
        auto target = row.target;
        target.replace(target.find('{'), target.find('}') - target.find('{') + 1, secret);
        check_error(node.call(method, target, world.ana.token, row.body), 404, "Record not found");
    }
    for (const auto* method : {"PUT", "DELETE"}) {
        check_error(
            node.call(
                method, "/api/v1/statuses/" + world.other, world.ana.token, {{"status", "Mine"}}
            ),
            404,
            "Record not found"
        );
    }
    check_error(node.get("/api/v1/statuses/" + world.other + "/source", world.ana.token), 404);
    check_error(node.get("/api/v1/notifications/" + world.notification, world.bob.token), 404);
    check_error(
        node.post("/api/v1/notifications/" + world.notification + "/dismiss", world.bob.token), 404
    );
}

}  // namespace
}  // namespace outboard::tests
