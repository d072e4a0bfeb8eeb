// SPDX-License-Identifier: Apache-2.0
#include "src/api/media.hpp"

#include "src/media/files.hpp"
#include "src/present/media.hpp"
#include "src/store/media.hpp"

namespace outboard::api {
namespace {

using present::Variant;

/// Nothing but the picture may come of it, whatever a browser thinks it is.
void shut_in(http::Response& response, bool is_open) {
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Content-Security-Policy", "default-src 'none'; sandbox");
    response.set("Content-Disposition", "inline");
    response.set("Cross-Origin-Resource-Policy", "cross-origin");
    // What an address shows never changes; what a link shows is not for shared caches.
    response.set(
        "Cache-Control",
        is_open ? "public, max-age=31536000, immutable" : "private, max-age=900, immutable"
    );
}

/// Not there, deleted, and not to be seen by this caller are one answer.
Result<http::Response> show(App& app, const Call& call) {
    const auto gone = [] { return fail(Code::NotFound, "There is no such picture here."); };
    const auto found = app.db.read([&](store::Reader& db) {
        return store::media::find_served(db, call.path("id"));
    });
    if (!found) return gone();
    const auto& media = found->media;
    const bool is_small = call.path("name") == present::media_name(media, Variant::Small);
    if (!is_small && call.path("name") != present::media_name(media, Variant::Original)) {
        return gone();
    }
    const bool may_see = found->is_open || present::is_link_valid(
                                               app.identity,
                                               media.url_id,
                                               call.params().text_or("expires", ""),
                                               call.params().text_or("signature", ""),
                                               app.clock.now()
                                           );
    if (!may_see) return gone();
    const auto tag = "\"" + media.url_id + (is_small ? "-small" : "-original") + "\"";
    auto response = http::Response::make(304, is_small ? media.preview_type : media.media_type, "");
    shut_in(response, found->is_open);
    response.set("ETag", tag);
    if (call.request().header("if-none-match").value_or("") == tag) return response;
    response.status = 200;
    OB_TRY(response.body, app.media_files.read(is_small ? *media.preview : *media.file));
    return response;
}

}  // namespace

void media_routes(Router& router) {
    router.add("GET", "/media/:id/:name", show, {.anonymous = true, .surface = Surface::Page});
}

}  // namespace outboard::api
