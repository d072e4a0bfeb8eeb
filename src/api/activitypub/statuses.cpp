// SPDX-License-Identifier: Apache-2.0
#include "src/api/activitypub/statuses.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "federation/base/text.hpp"
#include "federation/discovery/collection.hpp"
#include "federation/write.hpp"
#include "src/api/activitypub/documents.hpp"
#include "src/api/activitypub/reader.hpp"
#include "src/api/activitypub/routes.hpp"
#include "src/present/sight.hpp"
#include "src/store/accounts.hpp"
#include "src/store/keys.hpp"
#include "src/store/queues.hpp"
#include "src/store/statuses.hpp"

namespace outboard::api::activitypub {

namespace {

constexpr int kItems = 20;  // of a page of replies

struct Found {
    Account author;
    Status status;
};

/// A local status by the author's name and its id; boosts are found by their activity.
std::optional<Found> find_status(App& app, std::string_view name, std::string_view id) {
    std::int64_t number = 0;
    if (!parse_decimal(id, number)) return std::nullopt;
    return app.db.read([&](store::Reader& db) -> std::optional<Found> {
        auto author = store::accounts::find_by_handle(db, name, "");
        auto status = store::statuses::find(db, {number});
        if (!author || !status || !status->local || status->account != author->id ||
            author->suspended_at)
            return std::nullopt;
        return Found{*std::move(author), *std::move(status)};
    });
}

bool may_see_it(App& app, const Status& status, const std::optional<AccountId>& asker) {
    const auto sight = app.db.read([&](store::Reader& db) {
        return store::statuses::load_sight(db, {status.id}, asker);
    });
    const auto facts = sight.find(status.id);
    return facts != sight.end() && may_see(facts->second);
}

/// Of those that anybody may see, in the order given.
std::vector<json> open_uris(store::Reader& db, const std::vector<StatusId>& ids) {
    std::vector<json> uris;
    for (const auto& seen : present::load_seen(db, ids, std::nullopt)) {
        if (is_open(seen.status)) uris.emplace_back(seen.status.uri);
    }
    return uris;
}

std::optional<std::string> find_bytes(App& app, const std::optional<std::string>& hash) {
    if (!hash) return std::nullopt;
    return app.db.read([&](store::Reader& db) { return store::documents::find(db, *hash); });
}

/// 410 where everybody could see it, nothing elsewhere (O14).
std::optional<http::Response> tombstone(
    App& app, const http::Request& request, const Status& status
) {
    const bool was_open =
        status.visibility == Visibility::Public || status.visibility == Visibility::Unlisted;
    if (status.state != StatusState::Deleted || !was_open) return std::nullopt;
    return find_tombstone(app, request, status.uri);
}

/// Serves `make(status)` to whoever may see the status. What is not there takes the same path as
/// what is not theirs (SIG70, THREATS 106).
Result<http::Response> serve_status(
    App& app, const Call& call, std::function<Result<http::Response>(const Found&, Keep)> make
) {
    const auto name = std::string(call.path("name"));
    const auto id = std::string(call.path("id"));
    const auto found = find_status(app, name, id);
    if (found && is_open(found->status) && found->author.is_active()) {
        return serve_open(app, call.request(), found->author.id, [found, make](const Asker&) {
            return make(*found, Keep::Public);
        });
    }
    if (found) {
        if (auto gone = tombstone(app, call.request(), found->status)) {
            return serve_open(
                app,
                call.request(),
                found->author.id,
                [gone](const Asker&) -> Result<http::Response> { return *gone; }
            );
        }
    }
    return serve_checked(
        app,
        call.request(),
        [&app, found, make](const Asker& asker) -> Result<http::Response> {
            const bool seen = found && asker.account && found->author.is_active() &&
                              may_see_it(app, found->status, asker.account);
            return seen ? make(*found, Keep::Private) : Result<http::Response>(not_here());
        }
    );
}

Result<http::Response> object(App& app, const Call& call) {
    if (!wants_activity(call.request())) {
        return see_page(
            app.identity.profile_url(percent_encode(call.path("name"))) + "/" +
            percent_encode(call.path("id"))
        );
    }
    return serve_status(
        app,
        call,
        [&app, request = call.request()](const Found& found, Keep keep) -> Result<http::Response> {
            auto bytes = find_bytes(app, found.status.document);
            if (!bytes || found.status.boost_of) return not_here();
            return document(request, *std::move(bytes), keep);
        }
    );
}

Result<http::Response> activity(App& app, const Call& call) {
    return serve_status(
        app,
        call,
        [&app, request = call.request()](const Found& found, Keep keep) -> Result<http::Response> {
            const auto item = app.db.read([&](store::Reader& db) {
                return store::outbox::find_by_uri(db, found.status.activity_uri);
            });
            if (!item) return not_here();
            auto current = current_activity(app, *item);
            if (!current) return not_here();
            return document(request, *current, keep);
        }
    );
}

/// Ids of the answers everybody may see.
Result<http::Response> replies(App& app, const Call& call) {
    const auto page = call.params().boolean("page").value_or(false);
    const auto window = read_window(call, kItems);
    return serve_status(
        app,
        call,
        [&app, page, window, request = call.request()](
            const Found& found, Keep keep
        ) -> Result<http::Response> {
            const auto id = found.status.uri + "/replies";
            if (!page)
                return document(
                    request,
                    federation::write_collection(id, found.status.replies_count, id + "?page=true"),
                    keep
                );
            std::vector<json> items;
            std::vector<std::int64_t> cursors;
            app.db.read([&](store::Reader& db) {
                const auto ids = store::statuses::list_replies(db, found.status.id, window);
                for (const auto reply : ids) cursors.push_back(reply.value);
                items = open_uris(db, ids);
            });
            return document(request, collection_page(id, window, cursors, items), keep);
        }
    );
}

/// Counts only: who likes and shares is not for everybody to list.
Result<http::Response> counted(
    App& app, const Call& call, std::string_view name, std::int64_t Status::* count
) {
    return serve_status(
        app,
        call,
        [name,
         count,
         request = call.request()](const Found& found, Keep keep) -> Result<http::Response> {
            const auto id = found.status.uri + "/" + std::string(name);
            return document(
                request, federation::write_collection(id, found.status.*count, std::nullopt), keep
            );
        }
    );
}

Result<http::Response> likes(App& app, const Call& call) {
    return counted(app, call, "likes", &Status::favourites_count);
}

Result<http::Response> shares(App& app, const Call& call) {
    return counted(app, call, "shares", &Status::boosts_count);
}

/// The open posts of a thread that began here, oldest first (C5).
Result<http::Response> context(App& app, const Call& call) {
    const auto thread = call.id<Status>("id");
    const auto id = app.identity.context_uri(thread.value);
    const auto owner = app.db.read([&](store::Reader& db) -> std::optional<Account> {
        const auto root = store::statuses::find(db, thread);
        if (!root || !root->local || !is_open(*root) || root->context_uri != id)
            return std::nullopt;
        return store::accounts::find(db, root->account);
    });
    return serve_open(
        app,
        call.request(),
        owner ? owner->id : kNobody,
        [&app, thread, id, owner, request = call.request()](const Asker&)
            -> Result<http::Response> {
            if (!owner || !owner->is_active()) return not_here();
            auto collection = federation::write_items(id, app.db.read([&](store::Reader& db) {
                auto ids = store::statuses::list_descendants(db, thread);
                std::sort(ids.begin(), ids.end());
                ids.insert(ids.begin(), thread);
                return open_uris(db, ids);
            }));
            collection["attributedTo"] = owner->uri;
            return document(request, collection, Keep::Public);
        }
    );
}

}  // namespace

std::optional<json> current_activity(App& app, const store::outbox::Item& item) {
    const auto stored = find_bytes(app, item.document);
    if (!stored) return std::nullopt;
    auto read = read_json(*stored);
    if (!read) return std::nullopt;
    auto activity = *std::move(read);
    if (item.kind != "Create" || !item.status) return activity;
    const auto status =
        app.db.read([&](store::Reader& db) { return store::statuses::find(db, *item.status); });
    if (!status || status->state != StatusState::Present) return std::nullopt;
    if (status->revision == 1) return activity;
    // Edited since: the Create shows what the post says now. Its proof was over the first text.
    const auto bytes = find_bytes(app, status->document);
    if (!bytes) return std::nullopt;
    auto now = read_json(*bytes);
    if (!now) return std::nullopt;
    activity["object"] = *std::move(now);
    activity.erase("proof");
    return activity;
}

void status_routes(Router& router) {
    router.add("GET", "/users/:name/statuses/:id", object, kOpen);
    router.add("GET", "/users/:name/statuses/:id/activity", activity, kOpen);
    router.add("GET", "/users/:name/statuses/:id/replies", replies, kOpen);
    router.add("GET", "/users/:name/statuses/:id/likes", likes, kOpen);
    router.add("GET", "/users/:name/statuses/:id/shares", shares, kOpen);
    router.add("GET", "/contexts/:id", context, kOpen);
}

}  // namespace outboard::api::activitypub
