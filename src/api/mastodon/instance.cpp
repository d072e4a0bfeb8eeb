// SPDX-License-Identifier: Apache-2.0
#include "src/api/mastodon/instance.hpp"

#include "src/api/mastodon/common.hpp"
#include "src/entities/preferences.hpp"
#include "src/present/instance.hpp"
#include "src/store/accounts.hpp"

namespace outboard::api::mastodon {
namespace {

entities::Instance load(App& app) {
    return app.db.read([&](store::Reader& db) {
        return present::instance(app.identity, *app.config, db, app.clock.now());
    });
}

Result<http::Response> v2(App& app, const Call&) { return ok(load(app)); }

Result<http::Response> v1(App& app, const Call&) { return ok(entities::to_v1(load(app))); }

Result<http::Response> preferences(App& app, const Call& call) {
    const auto user =
        app.db.read([&](store::Reader& db) { return store::users::find(db, call.viewer()); });
    if (!user) return fail(Code::NotFound, std::string(kNoRecord));
    return ok(entities::Preferences{
        .visibility = user->default_visibility,
        .sensitive = user->default_sensitive,
        .language = user->default_language
    });
}

}  // namespace

void instance(Router& router) {
    const Policy open{.anonymous = true, .app = true};
    router.group("/api/v2").get("/instance", v2, open);
    auto group = router.group("/api/v1");
    group.get("/instance", v1, open);
    group.get("/preferences", preferences, {.scope = Scope::ReadAccounts});
}

}  // namespace outboard::api::mastodon
