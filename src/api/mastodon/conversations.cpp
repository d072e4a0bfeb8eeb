// SPDX-License-Identifier: Apache-2.0
#include "src/api/mastodon/conversations.hpp"

#include "src/api/mastodon/common.hpp"
#include "src/store/conversations.hpp"

namespace outboard::api::mastodon {
namespace {

struct Conversation;  // only to name its ids

/// https://docs.joinmastodon.org/methods/conversations/; the cursors are the last statuses.
Result<http::Response> list(App& app, const Call& call) {
    const auto page = read_page(call, 20, 40);
    return present_for(app, call.viewer(), [&](present::Presenter& present, store::Reader& db) {
        const auto rows = store::conversations::list(db, call.viewer(), page);
        Cursors cursors;
        if (!rows.empty()) {
            cursors = {
                .oldest = rows.back().last_status.value, .newest = rows.front().last_status.value
            };
        }
        return with_links(app, call, shown_list(present.conversations(rows)), cursors);
    });
}

using Change = void (*)(store::Writer&, AccountId, std::int64_t);

/// Changes one of the viewer's own.
Result<void> change(App& app, const Call& call, Change change) {
    const auto id = call.id<Conversation>("id").value;
    return app.db.write([&](store::Writer& tx) -> Result<void> {
        if (!store::conversations::find(tx, call.viewer(), id)) {
            return fail(Code::NotFound, std::string(kNoRecord));
        }
        change(tx, call.viewer(), id);
        return {};
    });
}

Result<http::Response> read(App& app, const Call& call) {
    OB_CHECK(change(app, call, store::conversations::set_read));
    return present_for(
        app,
        call.viewer(),
        [&](present::Presenter& present, store::Reader& db) -> Result<http::Response> {
            const auto row =
                store::conversations::find(db, call.viewer(), call.id<Conversation>("id").value);
            if (!row) return fail(Code::NotFound, std::string(kNoRecord));
            const auto shown = present.conversations({*row});
            if (shown.empty()) return fail(Code::NotFound, std::string(kNoRecord));
            return ok(shown.front());
        }
    );
}

Result<http::Response> remove(App& app, const Call& call) {
    OB_CHECK(change(app, call, store::conversations::remove));
    return ok_empty();
}

}  // namespace

void conversations(Router& router) {
    auto group = router.group("/api/v1/conversations");
    group.get("", list, {.scope = Scope::ReadStatuses});
    group.post("/:id/read", read, {.scope = Scope::WriteConversations});
    group.del("/:id", remove, {.scope = Scope::WriteConversations});
}

}  // namespace outboard::api::mastodon
