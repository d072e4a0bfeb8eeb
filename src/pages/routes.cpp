// SPDX-License-Identifier: Apache-2.0
#include "src/pages/routes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "federation/base/text.hpp"
#include "src/api/render.hpp"
#include "src/base/version.hpp"
#include "src/html/html.hpp"
#include "src/pages/authorize.hpp"
#include "src/pages/embedded.hpp"
#include "src/pages/login.hpp"
#include "src/pages/page.hpp"
#include "src/present/links.hpp"
#include "src/present/page.hpp"
#include "src/present/presenter.hpp"
#include "src/store/accounts.hpp"
#include "src/store/statuses.hpp"

namespace outboard::pages {
namespace {

using api::Call;
using store::statuses::Page;

constexpr int kPosts = 20;  // of one page

bool wants_activity(const http::Request& request) {
    const auto accept = request.header("Accept").value_or("");
    return accept.find("application/activity+json") != std::string_view::npos ||
           accept.find("application/ld+json") != std::string_view::npos;
}

http::Response see(std::string address) {
    auto response = http::Response::make(302, "text/plain", "");
    response.set("Location", std::move(address)).set("Vary", "Accept");
    return response;
}

std::string name_of(const Account& account) {
    return account.display_name.empty() ? account.username : account.display_name;
}

Result<Account> find_person(store::Reader& db, const Identity& identity, std::string_view name) {
    // "@ana@our.domain" is the same page as "@ana"; people of other servers have theirs there.
    const auto at = name.find('@');
    if (at != std::string_view::npos && !identity.is_own_domain(name.substr(at + 1)))
        return fail(Code::NotFound, "This person is not here.");
    auto account = store::accounts::find_by_handle(db, name.substr(0, at), "");
    if (!account || account->kind == "Application" || account->suspended_at)
        return fail(Code::NotFound, "There is nobody of that name here.");
    if (account->deleted_at) return fail(Code::Gone, "This account was deleted.");
    return *account;
}

Page page_of(const Call& call) {
    Page page{.limit = kPosts};
    page.max_id = call.params().number("max_id");
    return page;
}

struct Posts {
    std::vector<entities::Status> items;
    std::optional<std::int64_t> oldest;  // there may be more below
};

Posts load_posts(App& app, store::Reader& db, const present::ListStatuses& list, const Page& page) {
    const auto candidates = [&](const Page& at) { return present::as_candidates(list(at)); };
    const auto seen = present::load_page(db, candidates, page, std::nullopt, {});
    Posts posts;
    posts.items = present::Presenter(app.identity, db, std::nullopt).statuses(seen.items);
    if (static_cast<int>(posts.items.size()) >= kPosts) posts.oldest = seen.oldest;
    return posts;
}

Posts load_posts_of(App& app, store::Reader& db, AccountId account, const Page& page) {
    return load_posts(
        app,
        db,
        [&](const Page& at) { return store::statuses::list_public_of_account(db, account, at); },
        page
    );
}

Result<http::Response> front(App& app, const Call& call) {
    if (wants_activity(call.request())) return see(app.identity.node_actor());
    return app.db.read([&](store::Reader& db) -> http::Response {
        std::vector<Fill> people;
        for (const auto& account : store::accounts::list_local(db)) {
            if (!account.is_active() || !account.discoverable || account.kind == "Application")
                continue;
            Fill one;
            one.text("avatar", avatar_path(app.identity, account.avatar_url))
                .text("url", present::profile_url(app.identity, account));
            one.text("name", name_of(account))
                .text("handle", present::full_handle(app.identity, account));
            people.push_back(std::move(one));
            if (people.size() >= kPosts) break;
        }
        const auto posts = load_posts(
            app,
            db,
            [&](const Page& at) {
                return store::statuses::list_public(
                    db, /*local_only=*/true, /*remote_only=*/false, at
                );
            },
            Page{.limit = kPosts}
        );
        const std::string description =
            app.config->instance_description.empty()
                ? "Notes and posts by the people below, from a node of their own."
                : app.config->instance_description;
        Fill fill;
        fill.text("heading", site_name(app))
            .text("description", description)
            .flag("has_accounts", !people.empty())
            .list("accounts", std::move(people));
        fill.html("statuses", articles(app.identity, posts.items))
            .flag("has_statuses", !posts.items.empty());
        return page(
            app,
            200,
            {.title = site_name(app),
             .url = app.identity.origin() + "/",
             .description = description,
             .activity = app.identity.node_actor()},
            render("front.mustache", std::move(fill))
        );
    });
}

Result<http::Response> profile(App& app, const Call& call) {
    return app.db.read([&](store::Reader& db) -> Result<http::Response> {
        OB_TRY(const auto account, find_person(db, app.identity, call.path("name")));
        if (wants_activity(call.request())) return see(account.uri);
        const auto window = page_of(call);
        const auto posts = load_posts_of(app, db, account.id, window);
        const auto url = present::profile_url(app.identity, account);
        Fill fill;
        fill.text("avatar", avatar_path(app.identity, account.avatar_url))
            .text("name", name_of(account));
        fill.text("handle", present::full_handle(app.identity, account)).html("note", account.note);
        std::vector<Fill> fields;
        for (const auto& field : account.fields) {
            Fill one;
            one.text("name", field.name).html("value", field.value);
            fields.push_back(std::move(one));
        }
        fill.flag("has_fields", !fields.empty()).list("fields", std::move(fields));
        fill.text("posts", std::to_string(account.statuses_count))
            .text("following", std::to_string(account.following_count))
            .text("followers", std::to_string(account.followers_count));
        fill.text(
            "kind_line",
            account.kind == "Organization"
                ? "An organization's own node."
                : "This page and its posts are served by " + name_of(account) + "'s own node."
        );
        fill.text("feed", url + "/feed.atom")
            .html("statuses", articles(app.identity, posts.items))
            .flag("has_statuses", !posts.items.empty())
            .flag("older", window.max_id.has_value());
        fill.text("next", posts.oldest ? fmt::format("{}?max_id={}", url, *posts.oldest) : "");
        const auto text = one_line(html::to_plain_text(account.note.str()), 200);
        return page(
            app,
            200,
            {.title = fmt::format(
                 "{} (@{})", name_of(account), present::full_handle(app.identity, account)
             ),
             .url = url,
             .og_type = "profile",
             .description = text.empty() ? "Posts of " + name_of(account) : text,
             .activity = account.uri,
             .feed = url + "/feed.atom",
             .noindex = !account.indexable || window.max_id.has_value()},
            render("profile.mustache", std::move(fill))
        );
    });
}

/// Deleted, and until then anybody could have read it.
bool was_open(const Status& status) {
    return status.state == StatusState::Deleted &&
           (status.visibility == Visibility::Public || status.visibility == Visibility::Unlisted);
}

Result<http::Response> status(App& app, const Call& call) {
    return app.db.read([&](store::Reader& db) -> Result<http::Response> {
        OB_TRY(const auto account, find_person(db, app.identity, call.path("name")));
        const auto id = call.id<Status>("id");
        const auto row = store::statuses::find(db, id);
        const auto seen = present::find_seen(db, id, std::nullopt);
        // A private post and none at all look the same (THREATS 106), deleted or not.
        if (!row || row->account != account.id || (!seen && !was_open(*row)))
            return fail(Code::NotFound, "There is no such post here, or it is not public.");
        if (!seen) return fail(Code::Gone, "This post was deleted by its author.");
        if (wants_activity(call.request())) return see(row->uri);
        if (seen->boosted)
            return see(seen->original().url.empty() ? seen->original().uri : seen->original().url);
        present::Presenter presenter(app.identity, db, std::nullopt);
        const auto shown = presenter.status(id);
        const auto context = presenter.context(id);
        if (!shown || !context)
            return fail(Code::NotFound, "There is no such post here, or it is not public.");
        Fill fill;
        const auto name = name_of(account);
        fill.text("heading", "A post by " + name)
            .html("ancestors", articles(app.identity, context->ancestors))
            .html("status", articles(app.identity, {*shown}, shown->id));
        fill.text(
                "provenance",
                fmt::format(
                    "Written by {} (@{}). This is the original; it lives on {}.",
                    name,
                    present::full_handle(app.identity, account),
                    app.identity.domain
                )
        )
            .text("uri", row->uri);
        fill.flag("has_replies", !context->descendants.empty())
            .html("replies", articles(app.identity, context->descendants));
        return page(
            app,
            200,
            {.title = fmt::format("{}: {}", name, summary_of(*shown, 70)),
             .url = shown->url.value_or(row->uri),
             .og_type = "article",
             .description = summary_of(*shown, 300),
             .activity = row->uri,
             .feed = present::profile_url(app.identity, account) + "/feed.atom",
             .noindex = !account.indexable || shown->visibility != "public"},
            render("status.mustache", std::move(fill))
        );
    });
}

Result<http::Response> feed(App& app, const Call& call) {
    return app.db.read([&](store::Reader& db) -> Result<http::Response> {
        OB_TRY(const auto account, find_person(db, app.identity, call.path("name")));
        const auto posts = load_posts_of(app, db, account.id, page_of(call));
        const auto url = present::profile_url(app.identity, account);
        std::vector<Fill> entries;
        for (const auto& one : posts.items) {
            const auto& shown = one.reblog ? *one.reblog : one;
            Fill entry;
            entry.text("uri", shown.uri)
                .text("title", summary_of(shown, 70))
                .text("published", shown.created_at)
                .text("updated", shown.edited_at.value_or(shown.created_at));
            entry.text("url", shown.url.value_or(shown.uri)).text("content", shown.content.str());
            entries.push_back(std::move(entry));
        }
        Fill fill;
        fill.text("id", account.uri)
            .text("name", name_of(account))
            .text("handle", present::full_handle(app.identity, account))
            .text("profile", url)
            .text("self", url + "/feed.atom");
        fill.text(
            "updated",
            posts.items.empty() ? format_rfc3339(account.created_at)
                                : posts.items.front().created_at
        );
        fill.text(
                "next",
                posts.oldest ? fmt::format("{}/feed.atom?max_id={}", url, *posts.oldest) : ""
        )
            .list("entries", std::move(entries));
        auto response = http::Response::make(
            200,
            "application/atom+xml; charset=utf-8",
            render("feed.mustache", std::move(fill)).str()
        );
        add_security(response);
        response.set("Cache-Control", "public, max-age=60");
        return response;
    });
}

Result<http::Response> tag(App& app, const Call& call) {
    return app.db.read([&](store::Reader& db) -> http::Response {
        const auto name = html::clean_name(call.path("name"), 100);
        const auto posts = load_posts(
            app,
            db,
            [&](const Page& at) { return store::statuses::list_tag(db, name, at); },
            page_of(call)
        );
        const auto url = present::tag_url(app.identity, name);
        Fill fill;
        fill.text("tag", name)
            .html("statuses", articles(app.identity, posts.items))
            .flag("has_statuses", !posts.items.empty());
        fill.text("next", posts.oldest ? fmt::format("{}?max_id={}", url, *posts.oldest) : "");
        return page(
            app,
            200,
            {.title = "#" + name,
             .url = url,
             .description = "Public posts with the tag #" + name,
             .noindex = true},
            render("tag.mustache", std::move(fill))
        );
    });
}

Result<http::Response> asset(App& /*app*/, const Call& call) {
    const auto name = call.path("name");
    const auto* file = name.ends_with(".mustache") ? nullptr : find_embedded(name);
    if (!file) return fail(Code::NotFound, "There is no such file.");
    auto response = http::Response::make(
        200,
        name.ends_with(".css") ? "text/css; charset=utf-8" : "image/svg+xml",
        std::string(file->content)
    );
    add_security(response);
    response.set("Cache-Control", "public, max-age=86400").set("Access-Control-Allow-Origin", "*");
    return response;
}

Result<http::Response> robots(App& /*app*/, const Call& /*call*/) {
    auto response = http::Response::make(
        200,
        "text/plain; charset=utf-8",
        "User-agent: *\nDisallow: /api/\nDisallow: /oauth/\nDisallow: /proxy/\n"
    );
    add_security(response);
    return response;
}

}  // namespace

void routes(api::Router& router) {
    const api::Policy open{.anonymous = true, .surface = api::Surface::Page, .cors = false};
    auto root = router.group("");
    root.get("/", front, open);
    root.get("/@:name", profile, open);
    root.get("/@:name/feed.atom", feed, open);
    root.get("/@:name/:id", status, open);
    root.get("/tags/:name", tag, open);
    root.get("/assets/:name", asset, open);
    root.get("/robots.txt", robots, open);
    authorize_routes(router);
    login_routes(router);
    router.set_error_page(error_page);
}

}  // namespace outboard::pages
