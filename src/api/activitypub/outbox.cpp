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
    App& app, const std::string& id, AccountId account, std::optional<std::int64_t> max_id
) {
    const auto rows = app.db.read([&](store::Reader& db) {
        return store::outbox::list_public(db, account, max_id, kItems);
    });
    std::vector<json> items;
    for (const auto& row : rows) {
        auto activity = current_activity(app, row);
        if (!activity) continue;
        activity->erase("@context");
        items.push_back(*std::move(activity));
    }
    std::optional<std::string> next;
    if (rows.size() == static_cast<std::size_t>(kItems))
        next = id + "?page=true&max_id=" + rows.back().id.str();
    const auto cursor = max_id ? "&max_id=" + std::to_string(*max_id) : std::string();
    return federation::write_page(id + "?page=true" + cursor, id, items, next, std::nullopt);
}

Result<http::Response> outbox(App& app, const Call& call) {
    OB_TRY(const auto account, find_local(app, call.path("name")));
    if (!wants_activity(call.request()))
        return see_page(app.identity.profile_url(account.username));
    const auto page = call.params().boolean("page").value_or(false);
    const auto max_id = call.params().number("max_id");
    return serve_open(
        app,
        call.request(),
        [&app, account, page, max_id, request = call.request()](const Asker&)
            -> Result<http::Response> {
            const auto id = account.uri + "/outbox";
            if (page)
                return document(request, outbox_page(app, id, account.id, max_id), Keep::Public);
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
