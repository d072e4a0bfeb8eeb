// SPDX-License-Identifier: Apache-2.0
#include "src/api/mastodon/accounts.hpp"

#include <memory>
#include <nlohmann/json.hpp>

#include "src/api/mastodon/common.hpp"
#include "src/api/mastodon/media.hpp"
#include "src/services/profile.hpp"
#include "src/services/search.hpp"
#include "src/store/accounts.hpp"
#include "src/store/follows.hpp"

namespace outboard::api::mastodon {
namespace {

Result<http::Response> show_credentials(App& app, AccountId viewer) {
    return present_for(app, viewer, [&](present::Presenter& present, store::Reader&) {
        return shown(present.credentials(viewer));
    });
}

Result<http::Response> verify_credentials(App& app, const Call& call) {
    return show_credentials(app, call.viewer());
}

std::vector<std::pair<std::string, std::string>> read_fields(const Params& params) {
    std::vector<std::pair<std::string, std::string>> fields;
    for (const auto& field : params.objects("fields_attributes")) {
        const auto part = [&](const char* name) {
            const auto it = field.find(name);
            return it == field.end() ? std::string() : scalar_text(*it).value_or("");
        };
        fields.emplace_back(part("name"), part("value"));
    }
    return fields;
}

/// Pictures are made anew first, by outboard-media; the rest waits for them.
Result<http::Response> update_with_pictures(
    App& app, const Call& call, services::ProfileChanges changes
) {
    const auto viewer = call.viewer();
    const auto avatar = call.params().file("avatar"), header = call.params().file("header");
    std::vector<WantedPicture> wanted;
    if (avatar) {
        wanted.push_back(
            {std::string(*avatar),
             {.longest_side = limits::kAvatarSide, .animated = false, .square = true}}
        );
    }
    if (header) {
        wanted.push_back(
            {std::string(*header), {.longest_side = limits::kHeaderSide, .animated = false}}
        );
    }
    auto kept = std::make_shared<services::ProfileChanges>(std::move(changes));  // waits along
    return with_pictures(
        app,
        viewer,
        std::move(wanted),
        [&app, viewer, kept, has_avatar = avatar.has_value(), has_header = header.has_value()](
            const std::vector<media::Made>& made
        ) -> Result<http::Response> {
            if (has_avatar) {
                OB_TRY(kept->avatar, services::store_made(app, viewer, made.front()));
            }
            if (has_header) {
                OB_TRY(kept->header, services::store_made(app, viewer, made.back()));
            }
            OB_CHECK(services::update_profile(app, viewer, *kept));
            return show_credentials(app, viewer);
        }
    );
}

Result<http::Response> update_credentials(App& app, const Call& call) {
    const auto& params = call.params();
    services::ProfileChanges changes;
    changes.display_name = params.text("display_name");
    changes.note = params.text("note");
    changes.locked = params.boolean("locked");
    changes.bot = params.boolean("bot");
    changes.discoverable = params.boolean("discoverable");
    changes.indexable = params.boolean("indexable");
    if (params.has("fields_attributes")) changes.fields = read_fields(params);
    changes.default_visibility = params.text("source[privacy]");
    changes.default_language = params.text("source[language]");
    changes.default_sensitive = params.boolean("source[sensitive]");
    changes.default_content_type = params.text("source[status_content_type]");
    return update_with_pictures(app, call, std::move(changes));
}

Result<http::Response> lookup(App& app, const Call& call) {
    auto acct = call.params().text_or("acct", "");
    if (!acct.starts_with('@')) acct.insert(0, "@");
    auto query = services::read_search(app.identity, acct);
    if (!query.user) query.user = query.text;
    const auto found = services::find_named_thing(app, query, call.maybe_viewer());
    if (found.accounts.empty()) return fail(Code::NotFound, std::string(kNoRecord));
    return present_for(app, call.maybe_viewer(), [&](present::Presenter& present, store::Reader&) {
        return shown(present.account(found.accounts.front()));
    });
}

Result<http::Response> show(App& app, const Call& call) {
    return present_for(app, call.maybe_viewer(), [&](present::Presenter& present, store::Reader&) {
        return shown(present.account(call.id<Account>("id")));
    });
}

Result<http::Response> show_many(App& app, const Call& call) {
    auto ids = read_ids<Account>(call.params(), "id");
    if (ids.size() > limits::kPage) ids.resize(limits::kPage);
    return present_for(app, call.maybe_viewer(), [&](present::Presenter& present, store::Reader&) {
        return shown_list(present.accounts(ids));
    });
}

Result<Account> find_known(store::Reader& db, AccountId id) {
    auto account = store::accounts::find(db, id);
    if (!account || account->deleted_at) return fail(Code::NotFound, std::string(kNoRecord));
    return *std::move(account);
}

Result<http::Response> statuses_of(App& app, const Call& call) {
    const auto& params = call.params();
    const auto account = call.id<Account>("id");
    OB_CHECK(app.db.read([&](store::Reader& db) { return find_known(db, account); }));
    const store::statuses::AccountFilter filter{
        .exclude_replies = params.is_true("exclude_replies"),
        .exclude_boosts = params.is_true("exclude_reblogs"),
        .only_media = params.is_true("only_media"),
        .pinned = params.is_true("pinned"),
        .tagged = params.text_or("tagged", "")
    };
    return show_page(app, call, {}, [&](store::Reader& db, const store::statuses::Page& page) {
        return store::statuses::list_account(db, account, filter, page);
    });
}

using ListFollows = std::vector<
    store::follows::FollowRow> (*)(store::Reader&, AccountId, const store::statuses::Page&);

/// A page of one side of follows; its cursors are the follows' own ids.
Result<http::Response> show_follows(
    App& app,
    const Call& call,
    AccountId of,
    ListFollows list,
    AccountId store::follows::FollowRow::* side
) {
    const auto page = read_page(call, 40, 80);
    return present_for(
        app,
        call.maybe_viewer(),
        [&](present::Presenter& present, store::Reader& db) -> Result<http::Response> {
            OB_CHECK(find_known(db, of));
            Cursors cursors;
            std::vector<AccountId> ids;
            for (const auto& row : list(db, of, page)) {
                ids.push_back(row.*side);
                cursors.oldest = std::min(cursors.oldest.value_or(row.id.value), row.id.value);
                cursors.newest = std::max(cursors.newest.value_or(row.id.value), row.id.value);
            }
            return with_links(app, call, shown_list(present.accounts(ids)), cursors);
        }
    );
}

template <ListFollows list, AccountId store::follows::FollowRow::* side>
Result<http::Response> follows_of(App& app, const Call& call) {
    return show_follows(app, call, call.id<Account>("id"), list, side);
}

Result<http::Response> requests(App& app, const Call& call) {
    return show_follows(
        app, call, call.viewer(), store::follows::list_requests, &store::follows::FollowRow::account
    );
}

/// For mention completion: prefix match, people followed first.
Result<http::Response> search(App& app, const Call& call) {
    const auto query = services::read_search(app.identity, call.params().text_or("q", ""));
    const auto limit = read_page(call, 40, 80).limit;
    auto ids = query.user || query.url
                   ? services::find_named_thing(app, query, call.viewer()).accounts
                   : std::vector<AccountId>{};
    if (ids.empty()) ids = services::search_words(app, query, call.viewer(), limit).accounts;
    return present_for(app, call.viewer(), [&](present::Presenter& present, store::Reader& db) {
        if (call.params().is_true("following")) {
            const auto relations = store::follows::load_relationships(db, call.viewer(), ids);
            std::erase_if(ids, [&](AccountId id) {
                const auto it = relations.find(id);
                return it == relations.end() || !it->second.following;
            });
        }
        return shown_list(present.accounts(ids));
    });
}

/// Nobody is kept in lists or featured yet, so these are empty for every account that exists.
Result<http::Response> none_of(App& app, const Call& call) {
    OB_CHECK(app.db.read([&](store::Reader& db) { return find_known(db, call.id<Account>("id")); })
    );
    return ok(json::array());
}

}  // namespace

void accounts(Router& router) {
    auto group = router.group("/api/v1/accounts");
    const Policy read{.scope = Scope::ReadAccounts, .anonymous = true};
    group.get("", show_many, read);
    group.get("/verify_credentials", verify_credentials, {.scope = Scope::Profile});
    group.patch(
        "/update_credentials",
        update_credentials,
        {.scope = Scope::WriteAccounts, .body_limit = limits::kMediaBody, .files = "avatar header"}
    );
    group.get("/lookup", lookup, read);
    group.get("/search", search, {.scope = Scope::ReadAccounts});
    group.get("/:id", show, read);
    group.get("/:id/statuses", statuses_of, {.scope = Scope::ReadStatuses, .anonymous = true});
    group.get(
        "/:id/followers",
        follows_of<store::follows::list_followers, &store::follows::FollowRow::account>,
        read
    );
    group.get(
        "/:id/following",
        follows_of<store::follows::list_following, &store::follows::FollowRow::target>,
        read
    );
    group.get("/:id/featured_tags", none_of, read);
    group.get("/:id/lists", none_of, {.scope = Scope::ReadLists});
    router.group("/api/v1").get("/follow_requests", requests, {.scope = Scope::ReadFollows});
}

}  // namespace outboard::api::mastodon
