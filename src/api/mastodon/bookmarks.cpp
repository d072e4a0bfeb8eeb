// SPDX-License-Identifier: Apache-2.0
#include "src/api/mastodon/bookmarks.hpp"

#include "src/api/mastodon/common.hpp"

// Lists of what an account marked; the verbs on one status are in statuses.cpp.

namespace outboard::api::mastodon {
namespace {

using store::statuses::Page;

Result<http::Response> bookmarks(App& app, const Call& call) {
    return show_marked(app, call, {}, [&](store::Reader& db, const Page& page) {
        return store::bookmarks::list_of(db, call.viewer(), page);
    });
}

Result<http::Response> favourites(App& app, const Call& call) {
    return show_marked(app, call, {}, [&](store::Reader& db, const Page& page) {
        return store::favourites::list_of(db, call.viewer(), page);
    });
}

}  // namespace

void bookmarks(Router& router) {
    auto group = router.group("/api/v1");
    group.get("/bookmarks", bookmarks, {.scope = Scope::ReadBookmarks});
    group.get("/favourites", favourites, {.scope = Scope::ReadFavourites});
}

}  // namespace outboard::api::mastodon
