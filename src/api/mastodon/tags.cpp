// SPDX-License-Identifier: Apache-2.0
#include "src/api/mastodon/tags.hpp"

#include "src/api/mastodon/common.hpp"
#include "src/services/tags.hpp"
#include "src/store/tags.hpp"

namespace outboard::api::mastodon {
namespace {

/// https://docs.joinmastodon.org/methods/tags/#get: any name that can be a tag has one.
Result<http::Response> show_tag(App& app, const Call& call) {
    const auto name = services::read_tag(call.path("name"));
    if (!name) return fail(Code::NotFound, std::string(kNoRecord));
    return present_for(app, call.maybe_viewer(), [&](present::Presenter& present, store::Reader&) {
        return ok(present.tags({*name}).front());
    });
}

Result<http::Response> follow(App& app, const Call& call) {
    OB_CHECK(services::follow_tag(app, call.viewer(), call.path("name")));
    return show_tag(app, call);
}

Result<http::Response> unfollow(App& app, const Call& call) {
    OB_CHECK(services::unfollow_tag(app, call.viewer(), call.path("name")));
    return show_tag(app, call);
}

Result<http::Response> followed(App& app, const Call& call) {
    const auto page = read_page(call, 100, 200);
    return present_for(app, call.viewer(), [&](present::Presenter& present, store::Reader& db) {
        const auto rows = store::tags::list_followed(db, call.viewer(), page);
        std::vector<std::string> names;
        names.reserve(rows.size());
        for (const auto& row : rows) names.push_back(row.name);
        return with_links(app, call, shown_list(present.tags(names)), cursors_of(rows));
    });
}

}  // namespace

void tags(Router& router) {
    auto group = router.group("/api/v1");
    group.get("/tags/:name", show_tag, {.anonymous = true});
    group.post("/tags/:name/follow", follow, {.scope = Scope::WriteFollows});
    group.post("/tags/:name/unfollow", unfollow, {.scope = Scope::WriteFollows});
    group.get("/followed_tags", followed, {.scope = Scope::ReadFollows});
}

}  // namespace outboard::api::mastodon
