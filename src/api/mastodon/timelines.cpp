// SPDX-License-Identifier: Apache-2.0
#include "src/api/mastodon/timelines.hpp"

#include "src/api/mastodon/common.hpp"

namespace outboard::api::mastodon {
namespace {

using store::statuses::Page;

present::Taste read_taste(const Params& params) {
    return {
        .hide_muted = true,
        .local_only = params.is_true("local"),
        .remote_only = params.is_true("remote"),
        .only_media = params.is_true("only_media")
    };
}

Result<http::Response> home(App& app, const Call& call) {
    return show_page(
        app,
        call,
        {.hide_muted = true, .hide_replies_to_strangers = true},
        [&](store::Reader& db, const Page& page) {
            return store::statuses::list_home(db, call.viewer(), page);
        }
    );
}

Result<http::Response> everybody(App& app, const Call& call) {
    const auto taste = read_taste(call.params());
    return show_page(app, call, taste, [&](store::Reader& db, const Page& page) {
        return store::statuses::list_public(db, taste.local_only, taste.remote_only, page);
    });
}

Result<http::Response> tag(App& app, const Call& call) {
    const std::string name(call.path("hashtag"));
    return show_page(
        app,
        call,
        read_taste(call.params()),
        [&](store::Reader& db, const Page& page) {
            return store::statuses::list_tag(db, name, page);
        }
    );
}

}  // namespace

void timelines(Router& router) {
    auto group = router.group("/api/v1/timelines");
    group.get("/home", home, {.scope = Scope::ReadStatuses});
    group.get("/public", everybody, {.scope = Scope::ReadStatuses, .anonymous = true});
    group.get("/tag/:hashtag", tag, {.scope = Scope::ReadStatuses, .anonymous = true});
}

}  // namespace outboard::api::mastodon
