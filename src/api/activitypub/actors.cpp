// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>

#include "federation/base/text.hpp"
#include "federation/discovery/collection.hpp"
#include "federation/write.hpp"
#include "src/api/activitypub/documents.hpp"
#include "src/api/activitypub/reader.hpp"
#include "src/api/activitypub/routes.hpp"
#include "src/services/actor_document.hpp"
#include "src/store/accounts.hpp"
#include "src/store/follows.hpp"
#include "src/store/keys.hpp"
#include "src/store/statuses.hpp"

namespace outboard::api::activitypub {

namespace {

constexpr int kItems = 40;  // of a page of followers or following

/// The bytes signed when the profile last changed.
Result<std::string> served_bytes(App& app, const Account& account) {
    if (account.document) {
        auto bytes = app.db.read([&](store::Reader& db) {
            return store::documents::find(db, *account.document);
        });
        if (bytes) return *std::move(bytes);
    }
    return services::refresh_actor_document(app, account.id);
}

Result<http::Response> actor(App& app, const Call& call) {
    auto found = find_local(app, call.path("name"));
    if (!found && found.error().code == Code::Gone && wants_activity(call.request())) {
        return serve_open(
            app,
            call.request(),
            kNobody,
            [&app,
             error = found.error(),
             name = std::string(call.path("name")),
             request = call.request()](const Asker&) -> Result<http::Response> {
                const auto account = app.db.read([&](store::Reader& db) {
                    return store::accounts::find_by_handle(db, name, "");
                });
                auto gone = find_tombstone(app, request, account ? account->uri : "");
                if (!gone) return error;
                return *std::move(gone);
            }
        );
    }
    OB_TRY(const auto account, std::move(found));
    if (!wants_activity(call.request()))
        return see_page(app.identity.profile_url(account.username));
    return serve_open(
        app,
        call.request(),
        kNobody,  // its keys are for whoever it speaks to
        [&app, account, request = call.request()](const Asker&) -> Result<http::Response> {
            OB_TRY(auto bytes, served_bytes(app, account));
            return document(request, std::move(bytes), Keep::Public);
        }
    );
}

/// Never asks for a signature: two servers that both want signed requests would wait for each other
/// (S11).
Result<http::Response> node_actor(App& app, const Call& call) {
    const auto account = app.db.read([&](store::Reader& db) {
        return store::accounts::find_by_uri(db, app.identity.node_actor());
    });
    if (!account) return not_here();
    OB_TRY(auto bytes, served_bytes(app, *account));
    return document(call.request(), std::move(bytes), Keep::Public);
}

using List = std::vector<
    store::follows::FollowRow> (*)(store::Reader&, AccountId, const store::statuses::Page&);

struct FollowCollection {
    std::string_view name;
    List list;
    AccountId store::follows::FollowRow::* other;
    std::int64_t Account::* count;
};
constexpr FollowCollection kFollowers{
    "followers",
    store::follows::list_followers,
    &store::follows::FollowRow::account,
    &Account::followers_count
};
constexpr FollowCollection kFollowing{
    "following",
    store::follows::list_following,
    &store::follows::FollowRow::target,
    &Account::following_count
};

json follow_page(
    App& app,
    const FollowCollection& which,
    const Account& account,
    const std::string& id,
    const store::statuses::Page& window
) {
    std::vector<json> items;
    std::vector<std::int64_t> cursors;
    app.db.read([&](store::Reader& db) {
        std::vector<AccountId> ids;
        for (const auto& row : which.list(db, account.id, window)) {
            cursors.push_back(row.id.value);
            ids.push_back(row.*which.other);
        }
        const auto accounts = store::accounts::load(db, ids);
        for (const auto wanted : ids) {
            const auto found = std::find_if(accounts.begin(), accounts.end(), [&](const auto& one) {
                return one.id == wanted;
            });
            if (found != accounts.end()) items.emplace_back(found->uri);
        }
    });
    return collection_page(id, window, cursors, items);
}

/// Numbers for everybody; names only of those who chose to be found (THREATS 110, C1).
Result<http::Response> follows(App& app, const Call& call, const FollowCollection& which) {
    OB_TRY(const auto account, find_local(app, call.path("name")));
    if (!wants_activity(call.request()))
        return see_page(app.identity.profile_url(account.username));
    const auto page = call.params().boolean("page").value_or(false);
    const auto window = read_window(call, kItems);
    return serve_open(
        app,
        call.request(),
        account.id,
        [&app, &which, account, page, window, request = call.request()](const Asker&)
            -> Result<http::Response> {
            const auto id = account.uri + "/" + std::string(which.name);
            const bool listed = account.discoverable;
            if (page && listed)
                return document(
                    request, follow_page(app, which, account, id, window), Keep::Public
                );
            if (page) return not_here();
            const auto first = listed ? std::optional(id + "?page=true") : std::nullopt;
            return document(
                request, federation::write_collection(id, account.*which.count, first), Keep::Public
            );
        }
    );
}

Result<http::Response> followers(App& app, const Call& call) {
    return follows(app, call, kFollowers);
}
Result<http::Response> following(App& app, const Call& call) {
    return follows(app, call, kFollowing);
}

Result<http::Response> featured(App& app, const Call& call) {
    OB_TRY(const auto account, find_local(app, call.path("name")));
    return serve_open(
        app,
        call.request(),
        account.id,
        [&app, account, request = call.request()](const Asker&) -> Result<http::Response> {
            std::vector<json> items;
            app.db.read([&](store::Reader& db) {
                const auto ids = store::statuses::list_pinned(db, account.id);
                const auto loaded = store::statuses::load(db, ids);
                for (const auto id : ids) {
                    const auto found = std::find_if(
                        loaded.begin(), loaded.end(), [&](const auto& one) { return one.id == id; }
                    );
                    if (found != loaded.end() && is_open(*found)) items.emplace_back(found->uri);
                }
            });
            return document(
                request,
                federation::write_items(account.uri + "/collections/featured", items),
                Keep::Public
            );
        }
    );
}

Result<http::Response> featured_tags(App& app, const Call& call) {
    OB_TRY(const auto account, find_local(app, call.path("name")));
    return serve_open(
        app,
        call.request(),
        account.id,
        [account, request = call.request()](const Asker&) -> Result<http::Response> {
            return document(
                request,
                federation::write_items(account.uri + "/collections/tags", {}),
                Keep::Public
            );
        }
    );
}

}  // namespace

void actor_routes(Router& router) {
    router.add("GET", "/users/:name", actor, kOpen);
    router.add("GET", "/users/:name/followers", followers, kOpen);
    router.add("GET", "/users/:name/following", following, kOpen);
    router.add("GET", "/users/:name/collections/featured", featured, kOpen);
    router.add("GET", "/users/:name/collections/tags", featured_tags, kOpen);
    router.add("GET", "/actor", node_actor, kOpen);
}

void routes(Router& router) {
    actor_routes(router);
    inbox_routes(router);
    outbox_routes(router);
    status_routes(router);
}

}  // namespace outboard::api::activitypub
