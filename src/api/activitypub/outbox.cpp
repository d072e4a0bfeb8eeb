// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "federation/discovery/collection.hpp"
#include "src/api/activitypub/documents.hpp"
#include "src/api/activitypub/reader.hpp"
#include "src/api/activitypub/routes.hpp"
#include "src/api/activitypub/statuses.hpp"
#include "src/store/queues.hpp"

namespace outboard::api::activitypub {

namespace {

constexpr int kItems = 20;

json outbox_page(
    App& app, const std::string& id, AccountId account, const store::statuses::Page& window
) {
    const auto rows = app.db.read([&](store::Reader& db) {
        return store::outbox::list_public(db, account, window);
    });
    std::vector<json> items;
    std::vector<std::int64_t> cursors;
    for (const auto& row : rows) {
        cursors.push_back(row.id.value);
        auto activity = current_activity(app, row);
        if (!activity) continue;
        activity->erase("@context");
        items.push_back(*std::move(activity));
    }
    return collection_page(id, window, cursors, items);
}

Result<http::Response> outbox(App& app, const Call& call) {
    OB_TRY(const auto account, find_local(app, call.path("name")));
    if (!wants_activity(call.request()))
        return see_page(app.identity.profile_url(account.username));
    const auto page = call.params().boolean("page").value_or(false);
    const auto window = read_window(call, kItems);
    return serve_open(
        app,
        call.request(),
        account.id,
        [&app, account, page, window, request = call.request()](const Asker&)
            -> Result<http::Response> {
            const auto id = account.uri + "/outbox";
            if (page)
                return document(request, outbox_page(app, id, account.id, window), Keep::Public);
            const auto total = app.db.read([&](store::Reader& db) {
                return store::outbox::count_public(db, account.id);
            });
            return document(
                request, federation::write_collection(id, total, id + "?page=true"), Keep::Public
            );
        }
    );
}

}  // namespace

void outbox_routes(Router& router) { router.add("GET", "/users/:name/outbox", outbox, kOpen); }

}  // namespace outboard::api::activitypub
