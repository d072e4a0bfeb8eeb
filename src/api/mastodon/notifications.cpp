// SPDX-License-Identifier: Apache-2.0
#include "src/api/mastodon/notifications.hpp"

#include <algorithm>

#include "src/api/mastodon/common.hpp"
#include "src/store/follows.hpp"

namespace outboard::api::mastodon {
namespace {

Result<http::Response> list(App& app, const Call& call) {
    const auto page = read_page(call, 40, 80);
    store::notifications::Filter filter;
    filter.types = call.params().list("types");
    filter.exclude_types = call.params().list("exclude_types");
    if (const auto source = call.params().number("account_id")) filter.source = AccountId{*source};
    return present_for(app, call.viewer(), [&](present::Presenter& present, store::Reader& db) {
        const auto rows = store::notifications::list(db, call.viewer(), filter, page);
        Cursors cursors;
        if (!rows.empty()) {
            cursors = {.oldest = rows.back().id.value, .newest = rows.front().id.value};
        }
        return with_links(
            app, call, ok_text(present.notifications_text(app.fragments, rows)), cursors
        );
    });
}

/// Those newer than the marker of the reading position.
Result<http::Response> unread_count(App& app, const Call& call) {
    const auto most = read_page(call, 100, 1000).limit;
    const auto count = app.db.read([&](store::Reader& db) {
        std::int64_t read = 0;
        for (const auto& marker : store::markers::load(db, call.viewer())) {
            if (marker.timeline == "notifications") read = marker.last_read;
        }
        return store::notifications::count_after(db, call.viewer(), read, most);
    });
    return ok({{"count", count}});
}

Result<http::Response> show(App& app, const Call& call) {
    return present_for(
        app,
        call.viewer(),
        [&](present::Presenter& present, store::Reader& db) -> Result<http::Response> {
            const auto row =
                store::notifications::find(db, call.viewer(), call.id<Notification>("id"));
            if (!row) return fail(Code::NotFound, std::string(kNoRecord));
            const auto entities = present.notifications({*row});
            if (entities.empty()) return fail(Code::NotFound, std::string(kNoRecord));
            return ok(entities.front());
        }
    );
}

Result<http::Response> dismiss(App& app, const Call& call) {
    const auto id = call.id<Notification>("id");
    OB_CHECK(app.db.write([&](store::Writer& tx) -> Result<void> {
        if (!store::notifications::find(tx, call.viewer(), id)) {
            return fail(Code::NotFound, std::string(kNoRecord));
        }
        store::notifications::dismiss(tx, call.viewer(), id);
        return {};
    }));
    return ok_empty();
}

Result<http::Response> clear(App& app, const Call& call) {
    OB_CHECK(app.db.write([&](store::Writer& tx) { store::notifications::clear(tx, call.viewer()); }
    ));
    return ok_empty();
}

}  // namespace

void notifications(Router& router) {
    auto group = router.group("/api/v1/notifications");
    group.get("", list, {.scope = Scope::ReadNotifications});
    group.get("/unread_count", unread_count, {.scope = Scope::ReadNotifications});
    group.post("/clear", clear, {.scope = Scope::WriteNotifications});
    group.get("/:id", show, {.scope = Scope::ReadNotifications});
    group.post("/:id/dismiss", dismiss, {.scope = Scope::WriteNotifications});
}

}  // namespace outboard::api::mastodon
