// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>
#include <map>
#include <optional>

#include "federation/base/text.hpp"
#include "tests/api/check.hpp"
#include "tests/support/pictures.hpp"

// The table of all routes of the client API: each with an ordinary call and the entity it must
// give.

namespace outboard::tests {
namespace {

/// What the ordinary calls speak about.
struct World {
    TestNode node;
    std::string asks(const Actor& author, const std::string& visibility) {
        const auto reply = node.post(
            "/api/v1/statuses",
            author.token,
            {{"status", "Which pump?"},
             {"visibility", visibility},
             {"poll", {{"options", {"red", "blue"}}, {"expires_in", 3600}}}}
        );
        return reply.json.at("id");
    }
    Actor ana = node.person("ana");
    Actor bob = node.person("bob");
    Actor eve = node.person("eve", /*locked=*/true);
    std::string own = node.posts(ana, "Notes on pumps #work");
    std::string other = node.posts(bob, "An answer for @ana");
    std::string poll = asks(bob, "public");
    std::string direct = node.posts(bob, "Between us @ana", "direct");
    std::string conversation = node.get("/api/v1/conversations", ana.token).json.at(0).at("id");
    nlohmann::json client =
        node.post("/api/v1/apps", {}, {{"client_name", "Tusk"}, {"redirect_uris", "tusk://"}}).json;
    std::string notification = node.get("/api/v1/notifications", ana.token).json.at(0).at("id");
};

struct Row {
    std::string entity;  // schema of the answer; "" for {} and []
    // with {own}, {other}, {poll}, {conversation}, {bob}, {eve}, {notification}, {client}
    std::string target;
    nlohmann::json body = nullptr;
    std::function<void(World&)> before = nullptr;
    bool with_picture = false;  // a multipart body with a file
};

std::string fill(World& world, std::string target);

/// What ana does before the call.
std::function<void(World&)> first(std::string target) {
    return [target = std::move(target)](World& world) {
        REQUIRE(world.node.post(fill(world, target), world.ana.token).status == 200);
    };
}

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
        {"GET /api/v1/accounts/familiar_followers",
         {"familiar_followers", "/api/v1/accounts/familiar_followers?id[]={bob}"}},
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
        {"POST /api/v2/media", {"media_attachment", "/api/v2/media", nullptr, nullptr, true}},
        {"POST /api/v1/media", {"media_attachment", "/api/v1/media", nullptr, nullptr, true}},
        {"GET /api/v1/media/:id", {"media_attachment", "/api/v1/media/{media}"}},
        {"PUT /api/v1/media/:id",
         {"media_attachment", "/api/v1/media/{media}", {{"description", "A pump"}}}},
        {"DELETE /api/v1/media/:id", {"", "/api/v1/media/{media}"}},
        {"GET /api/v2/instance", {"instance", "/api/v2/instance"}},
        {"GET /api/v1/instance", {"instance_v1", "/api/v1/instance"}},
        {"GET /api/v1/instance/rules", {"", "/api/v1/instance/rules"}},
        {"GET /api/v1/custom_emojis", {"", "/api/v1/custom_emojis"}},
        {"GET /api/v1/announcements", {"", "/api/v1/announcements"}},
        {"GET /api/v1/preferences", {"preferences", "/api/v1/preferences"}},
        {"GET /api/v1/markers", {"markers", "/api/v1/markers?timeline[]=home"}},
        {"POST /api/v1/markers", {"markers", "/api/v1/markers", {{"home", {{"last_read_id", "7"}}}}}
        },
        {"GET /api/v1/filters", {"", "/api/v1/filters"}},
        {"GET /api/v1/featured_tags", {"", "/api/v1/featured_tags"}},
        {"GET /api/v1/endorsements", {"", "/api/v1/endorsements"}},
        {"GET /api/v1/scheduled_statuses", {"", "/api/v1/scheduled_statuses"}},
        {"GET /api/v1/suggestions", {"", "/api/v1/suggestions"}},
        {"GET /api/v2/suggestions", {"", "/api/v2/suggestions"}},
        {"GET /api/v1/notifications/requests", {"", "/api/v1/notifications/requests"}},
        {"GET /api/v2/notifications/policy", {"notification_policy", "/api/v2/notifications/policy"}
        },
        {"GET /api/v1/trends", {"", "/api/v1/trends"}},
        {"GET /api/v1/trends/tags", {"", "/api/v1/trends/tags"}},
        {"GET /api/v1/trends/statuses", {"", "/api/v1/trends/statuses"}},
        {"GET /api/v1/trends/links", {"", "/api/v1/trends/links"}},
        {"GET /api/v1/timelines/list/:id", {"", "/api/v1/timelines/list/1"}},
        {"GET /api/v1/blocks",
         {"account", "/api/v1/blocks", nullptr, first("/api/v1/accounts/{bob}/block")}},
        {"GET /api/v1/mutes",
         {"muted_account", "/api/v1/mutes", nullptr, first("/api/v1/accounts/{bob}/mute")}},
        {"GET /api/v1/domain_blocks", {"", "/api/v1/domain_blocks"}},
        {"POST /api/v1/domain_blocks", {"", "/api/v1/domain_blocks", {{"domain", "loud.example"}}}},
        {"DELETE /api/v1/domain_blocks", {"", "/api/v1/domain_blocks?domain=loud.example"}},
        {"GET /api/v1/bookmarks",
         {"status", "/api/v1/bookmarks", nullptr, first("/api/v1/statuses/{other}/bookmark")}},
        {"GET /api/v1/favourites",
         {"status", "/api/v1/favourites", nullptr, first("/api/v1/statuses/{other}/favourite")}},
        {"GET /api/v1/tags/:name", {"tag", "/api/v1/tags/caf%C3%A9"}},
        {"POST /api/v1/tags/:name/follow", {"tag", "/api/v1/tags/work/follow"}},
        {"POST /api/v1/tags/:name/unfollow", {"tag", "/api/v1/tags/work/unfollow"}},
        {"GET /api/v1/polls/:id", {"poll", "/api/v1/polls/{poll}"}},
        {"POST /api/v1/polls/:id/votes", {"poll", "/api/v1/polls/{poll}/votes", {{"choices", {0}}}}
        },
        {"POST /api/v1/accounts/:id/note",
         {"relationship", "/api/v1/accounts/{bob}/note", {{"comment", "mends pumps"}}}},
        {"GET /api/v1/notifications/unread_count",
         {"unread_count", "/api/v1/notifications/unread_count"}},
        {"POST /api/v1/statuses/:id/mute", {"status", "/api/v1/statuses/{other}/mute"}},
        {"POST /api/v1/statuses/:id/unmute", {"status", "/api/v1/statuses/{other}/unmute"}},
        {"GET /api/v1/lists", {"", "/api/v1/lists"}},
        {"GET /api/v1/followed_tags",
         {"tag", "/api/v1/followed_tags", nullptr, first("/api/v1/tags/work/follow")}},
        {"GET /api/v1/conversations", {"conversation", "/api/v1/conversations"}},
        {"POST /api/v1/conversations/:id/read",
         {"conversation", "/api/v1/conversations/{conversation}/read"}},
        {"DELETE /api/v1/conversations/:id", {"", "/api/v1/conversations/{conversation}"}},
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

Reply send_picture(
    World& world, const std::string& method, const std::string& target, const std::string& token
) {
    const auto form = upload_form(picture("png"));
    http::Request request;
    request.method = method;
    request.target = target;
    request.fields = {{"Content-Type", form.content_type}, {"Authorization", "Bearer " + token}};
    request.body = form.body;
    return world.node.send(request);
}

std::string fill(World& world, std::string target) {
    std::string media;  // made where it is asked for only: it takes a process
    if (target.find("{media}") != std::string::npos) {
        media = send_picture(world, "POST", "/api/v2/media", world.ana.token).json.at("id");
    }
    const std::pair<std::string, std::string> words[] = {
        {"{own}", world.own},
        {"{other}", world.other},
        {"{poll}", world.poll},
        {"{conversation}", world.conversation},
        {"{bob}", world.bob.id.str()},
        {"{eve}", world.eve.id.str()},
        {"{media}", media},
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
        const auto target = fill(fresh, row.target);
        const auto reply = row.with_picture
                               ? send_picture(fresh, method, target, fresh.ana.token)
                               : fresh.node.call(method, target, fresh.ana.token, row.body);
        if (row.entity.empty()) {
            CHECK(reply.status == 200);
            CHECK(reply.json.empty());
        } else {
            check_entity(reply, row.entity);
        }
    }
}

/// What a call with a token that is nobody's gets there.
int status_for_strangers(const TestNode& node, const std::string& name) {
    for (const auto& route : node.router().routes()) {
        if (route.method + " " + route.pattern == name) {
            return route.policy.ignores_token ? 200 : 401;
        }
    }
    return 404;
}

/// The same address with a slash at the end of its path.
std::string slashed(std::string target) {
    return target.insert(std::min(target.find('?'), target.size()), "/");
}

TEST_CASE("every answer is JSON that any site's script may read, with a slash at the end or not") {
    for (const auto& [name, row] : table()) {
        World fresh;
        CAPTURE(name);
        if (row.before) row.before(fresh);
        const auto method = name.substr(0, name.find(' '));
        const auto target = slashed(fill(fresh, row.target));
        for (const auto& token : {fresh.ana.token, std::string("unknown")}) {
            // PUT and PATCH are the same on routes that change something (pitfalls.md 1.7).
            const auto asked = method == "PUT" ? "PATCH" : method == "PATCH" ? "PUT" : method;
            const auto reply = row.with_picture ? send_picture(fresh, asked, target, token)
                                                : fresh.node.call(asked, target, token, row.body);
            const bool is_stranger = token == "unknown";
            CHECK(reply.status == (is_stranger ? status_for_strangers(fresh.node, name) : 200));
            CHECK(reply.header("access-control-allow-origin") == "*");
            CHECK(reply.header("access-control-expose-headers").starts_with("Link"));
            CHECK(reply.header("content-type").starts_with("application/json"));
            CHECK_FALSE(reply.body.empty());
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

/// The call of a row about another thing than the one it names in its path; nothing when it names
/// none.
std::optional<std::string> about(const Row& row, const std::string& id) {
    auto target = row.target;
    const auto start = target.find('{');
    if (start == std::string::npos || start > target.find('?')) return std::nullopt;
    return target.replace(start, target.find('}') - start + 1, id);
}

bool names(const Row& row, const std::string& word) {
    return row.target.find(word) != std::string::npos;
}

TEST_CASE("what is not there is not found, on every route that names something") {
    World world;
    world.node.reconfigure([&] {
        auto config = world.node.config;
        config.limits_rate_limit = false;
        return config;
    }());
    std::size_t checked = 0;
    for (const auto& [name, row] : table()) {
        CAPTURE(name);
        const auto method = name.substr(0, name.find(' '));
        for (const std::string id : {"1", "99999999999999999999999", "x", "-1"}) {
            const auto target = about(row, id);
            if (!target) continue;
            ++checked;
            check_error(
                world.node.call(method, *target, world.ana.token, row.body), 404, "Record not found"
            );
        }
    }
    CHECK(checked > 100);
}

TEST_CASE("nothing can be begun with an account that is suspended") {
    World world;
    auto& node = world.node;
    const auto gone = node.person("gone");
    const auto post = node.posts(gone, "From before @ana");
    const auto poll = world.asks(gone, "public");
    node.suspend(gone.id);
    for (const auto& [name, row] : table()) {
        CAPTURE(name);
        const auto method = name.substr(0, name.find(' '));
        for (const auto& [word, id] : {std::pair("{other}", post), std::pair("{poll}", poll)}) {
            if (!names(row, word) || row.target.find('?') != std::string::npos) continue;
            check_error(
                node.call(method, *about(row, id), world.ana.token, row.body),
                404,
                "Record not found"
            );
        }
    }
    check_error(node.post("/api/v1/accounts/" + gone.id.str() + "/follow", world.ana.token), 404);
    const auto shown = node.get("/api/v1/accounts/" + gone.id.str(), world.ana.token);
    check_entity(shown, "account");
    CHECK(shown.json["suspended"] == true);
}

TEST_CASE("what is somebody else's cannot be changed, and what may not be seen is not there") {
    World world;
    auto& node = world.node;
    const auto secret = node.posts(world.bob, "For followers", "private");
    const auto ballot = world.asks(world.bob, "private");
    for (const auto& [name, row] : table()) {
        CAPTURE(name);
        const auto method = name.substr(0, name.find(' '));
        const bool is_poll = names(row, "{poll}");
        if (!is_poll && !names(row, "/api/v1/statuses/{")) continue;
        const auto target = about(row, is_poll ? ballot : secret);
        check_error(node.call(method, *target, world.ana.token, row.body), 404, "Record not found");
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
    const auto conversation = "/api/v1/conversations/" + world.conversation;
    check_error(node.post(conversation + "/read", world.bob.token), 404);
    check_error(node.call("DELETE", conversation, world.bob.token), 404);
    check_error(
        node.post("/api/v1/notifications/" + world.notification + "/dismiss", world.bob.token), 404
    );
}

}  // namespace
}  // namespace outboard::tests
