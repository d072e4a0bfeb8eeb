// SPDX-License-Identifier: Apache-2.0
#include "src/api/oauth/routes.hpp"

#include <nlohmann/json.hpp>

#include "src/api/oauth/apps.hpp"
#include "src/api/oauth/token.hpp"
#include "src/base/version.hpp"
#include "src/domain/scopes.hpp"
#include "src/entities/authorization_server.hpp"
#include "src/entities/user_info.hpp"
#include "src/present/presenter.hpp"

namespace outboard::api::oauth {
namespace {

Result<http::Response> metadata(App& app, const Call& /*call*/) {
    entities::AuthorizationServer server;
    server.origin = app.identity.origin();
    server.documentation = kSoftwareUrl;
    for (const auto scope : scopes::all()) server.scopes.emplace_back(scope);
    auto response = ok(json(server));
    response.set("Cache-Control", "public, max-age=300");
    return response;
}

Result<http::Response> userinfo(App& app, const Call& call) {
    const auto account = app.db.read([&](store::Reader& db) {
        return present::Presenter(app.identity, db, call.viewer()).account(call.viewer());
    });
    if (!account) return fail(Code::NotFound, std::string(kNoRecord));
    const entities::UserInfo user{
        .iss = app.identity.origin() + "/",
        .sub = account->uri,
        .name = account->display_name.empty() ? account->username : account->display_name,
        .preferred_username = account->username,
        .profile = account->url,
        .picture = account->avatar
    };
    return ok(json(user));
}

}  // namespace

void routes(Router& router) {
    router.add(
        "POST",
        "/api/v1/apps",
        register_app,
        {.anonymous = true, .body_limit = limits::kAppBody, .rate = "apps"}
    );
    router.add("GET", "/api/v1/apps/verify_credentials", verify_app, {.app = true});
    // Clients are known here by their secret; a login they had before says nothing.
    const Policy by_secret{
        .anonymous = true,
        .surface = Surface::OAuth,
        .body_limit = limits::kLoginBody,
        .ignores_token = true
    };
    router.add("POST", "/oauth/token", token, by_secret);
    router.add("POST", "/oauth/revoke", revoke, by_secret);
    router.add("GET", "/oauth/userinfo", userinfo, {.scope = Scope::Profile});
    router.add(
        "GET",
        "/.well-known/oauth-authorization-server",
        metadata,
        {.anonymous = true, .ignores_token = true}
    );
}

}  // namespace outboard::api::oauth
