// SPDX-License-Identifier: Apache-2.0
#include "src/api/mastodon/statuses.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>

#include "src/api/mastodon/common.hpp"
#include "src/api/mastodon/media.hpp"
#include "src/entities/status_edit.hpp"
#include "src/present/sight.hpp"
#include "src/services/boosts.hpp"
#include "src/services/compose.hpp"
#include "src/services/favourites.hpp"
#include "src/services/statuses.hpp"

namespace outboard::api::mastodon {
namespace {

Result<std::optional<Visibility>> read_visibility(const Params& params) {
    const auto word = params.text_or("visibility", "");
    if (word.empty()) return std::optional<Visibility>{};
    const auto visibility = federation::parse_visibility(word);
    if (!visibility) {
        return fail(Code::Invalid, "Validation failed: Visibility is not included in the list");
    }
    return std::optional<Visibility>(visibility);
}

/// Parts of a post that this version cannot make: refused, so that nothing is lost silently.
Result<void> check_parts(const Params& params) {
    const auto unsupported = [](std::string_view what) {
        return fail(
            Code::Invalid, "Validation failed: " + std::string(what) + " cannot be posted here yet"
        );
    };
    if (!params.text_or("scheduled_at", "").empty()) return unsupported("Scheduled statuses");
    if (!params.text_or("quoted_status_id", "").empty()) return unsupported("Quotes");
    return {};
}

/// A poll counts when it names options: clients send an empty one for none.
std::optional<services::NewPoll> read_poll(const Params& params) {
    const auto options = params.list("poll[options]");
    if (options.empty()) return std::nullopt;
    services::NewPoll poll;
    poll.options = options;
    const auto most = services::kPollLongest.count() + 1;
    poll.expires_in = std::chrono::seconds(
        std::clamp<std::int64_t>(params.number("poll[expires_in]").value_or(0), 0, most)
    );
    poll.multiple = params.is_true("poll[multiple]");
    poll.hide_totals = params.is_true("poll[hide_totals]");
    return poll;
}

/// `media_ids[]`; what is no number names nothing of anybody's.
Result<std::vector<std::int64_t>> read_media(const Params& params) {
    std::vector<std::int64_t> ids;
    for (const auto& text : params.list("media_ids")) {
        if (text.empty()) continue;  // as good as not given
        std::int64_t id = 0;
        if (!parse_decimal(text, id)) {
            return fail(Code::Invalid, "Validation failed: Media ids are numbers");
        }
        ids.push_back(id);
    }
    return ids;
}

/// `media_attributes[]`: what an edit says anew about what is attached.
std::vector<std::pair<std::int64_t, services::MediaDetails>> read_media_details(const Params& params
) {
    std::vector<std::pair<std::int64_t, services::MediaDetails>> all;
    for (const auto& item : params.objects("media_attributes")) {
        const auto part = [&](const char* name) {
            const auto it = item.find(name);
            return it == item.end() ? std::nullopt : scalar_text(*it);
        };
        std::int64_t id = 0;
        if (!parse_decimal(part("id").value_or(""), id)) continue;
        all.emplace_back(id, read_details(part("description"), part("focus")));
    }
    return all;
}

Result<std::optional<StatusId>> read_parent(const Params& params) {
    const auto text = params.text_or("in_reply_to_id", "");
    if (text.empty()) return std::optional<StatusId>{};
    std::int64_t value = 0;
    if (!parse_decimal(text, value)) {
        return fail(
            Code::NotFound, "The post you are trying to reply to does not appear to exist."
        );
    }
    return std::optional<StatusId>(StatusId{value});
}

Result<services::Draft> read_draft(const Call& call) {
    const auto& params = call.params();
    OB_CHECK(check_parts(params));
    services::Draft draft;
    draft.text = params.text_or("status", "");
    OB_TRY(draft.media, read_media(params));
    OB_TRY(draft.reply_to, read_parent(params));
    OB_TRY(draft.visibility, read_visibility(params));
    draft.spoiler = params.text_or("spoiler_text", "");
    draft.sensitive = params.boolean("sensitive");
    draft.language = params.text_or("language", "");
    draft.content_type = params.text_or("content_type", "");
    draft.poll = read_poll(params);
    draft.application = call.caller().app_name;
    draft.idempotency_key = std::string(call.request().header("idempotency-key").value_or(""));
    return draft;
}

Result<http::Response> post_and_show(App& app, AccountId author, const services::Draft& draft) {
    OB_TRY(const auto id, services::post(app, author, draft));
    return show_status(app, author, id);
}

/// People named who are not known here are looked up first, so that their mention reaches them.
Result<http::Response> when_known(
    App& app, const std::string& text, const std::function<Result<http::Response>()>& act
) {
    const auto unknown = services::unknown_handles(app, text);
    if (unknown.empty()) return act();
    const auto host = unknown.front().substr(unknown.front().find('@') + 1);
    return later(host, Surface::Api, [&app, unknown, act](const Resume& resume) {
        services::resolve_handles(app, unknown, [act, resume] { resume(act); });
    });
}

Result<http::Response> create(App& app, const Call& call) {
    OB_TRY(auto draft, read_draft(call));
    const auto author = call.viewer();
    if (const auto made = services::find_by_key(app, author, draft.idempotency_key)) {
        return show_status(app, author, *made);
    }
    return when_known(app, draft.text, [&app, author, draft] {
        return post_and_show(app, author, draft);
    });
}

Result<http::Response> show(App& app, const Call& call) {
    return show_status(app, call.maybe_viewer(), call.id<Status>("id"));
}

Result<http::Response> show_many(App& app, const Call& call) {
    auto ids = read_ids<Status>(call.params(), "id");
    if (ids.size() > limits::kPage) ids.resize(limits::kPage);
    return present_for(app, call.maybe_viewer(), [&](present::Presenter& present, store::Reader&) {
        return shown_list(present.statuses(ids));
    });
}

Result<http::Response> edit(App& app, const Call& call) {
    const auto& params = call.params();
    OB_CHECK(check_parts(params));
    services::Changes changes;
    changes.text = params.text("status");
    changes.spoiler = params.text("spoiler_text");
    changes.language = params.text("language");
    changes.content_type = params.text("content_type");
    changes.sensitive = params.boolean("sensitive");
    changes.poll = read_poll(params);
    // Without ids nothing stays attached (pitfalls.md 7.7).
    OB_TRY(changes.media, read_media(params));
    changes.media_details = read_media_details(params);
    return when_known(
        app,
        changes.text.value_or(""),
        [&app, author = call.viewer(), id = call.id<Status>("id"), changes](
        ) -> Result<http::Response> {
            OB_CHECK(services::edit(app, author, id, changes));
            return show_status(app, author, id);
        }
    );
}

/// Answers with the source, for delete-and-redraft (pitfalls.md 7.6).
Result<http::Response> remove(App& app, const Call& call) {
    const auto id = call.id<Status>("id");
    auto before =
        present_for(app, call.viewer(), [&](present::Presenter& present, store::Reader& db) {
            auto entity = present.status(id);
            const auto status = store::statuses::find(db, id);
            if (entity && status) entity->text = status->source;
            return entity;
        });
    const bool keep_media = !call.params().is_true("delete_media");
    OB_CHECK(services::remove_status(app, call.viewer(), id, keep_media));
    return shown(before);
}

Result<http::Response> source(App& app, const Call& call) {
    const auto found = app.db.read([&](store::Reader& db) {
        return present::find_seen(db, call.id<Status>("id"), call.viewer());
    });
    if (!found || found->status.account != call.viewer()) {
        return fail(Code::NotFound, std::string(kNoRecord));
    }
    const auto& status = found->status;
    return ok(entities::StatusSource{
        .id = status.id.str(),
        .text = status.source,
        .spoiler_text = status.spoiler,
        .content_type = status.content_type
    });
}

Result<http::Response> history(App& app, const Call& call) {
    return present_for(
        app,
        call.maybe_viewer(),
        [&](present::Presenter& present, store::Reader&) -> Result<http::Response> {
            const auto edits = present.history(call.id<Status>("id"));
            if (!edits) return fail(Code::NotFound, std::string(kNoRecord));
            return shown_list(*edits);
        }
    );
}

Result<http::Response> context(App& app, const Call& call) {
    return present_for(app, call.maybe_viewer(), [&](present::Presenter& present, store::Reader&) {
        return shown(present.context(call.id<Status>("id")));
    });
}

Result<http::Response> favourite(App& app, const Call& call) {
    OB_TRY(const auto id, services::add_favourite(app, call.viewer(), call.id<Status>("id")));
    return show_status(app, call.viewer(), id);
}

Result<http::Response> unfavourite(App& app, const Call& call) {
    OB_TRY(const auto id, services::remove_favourite(app, call.viewer(), call.id<Status>("id")));
    return show_status(app, call.viewer(), id);
}

Result<http::Response> reblog(App& app, const Call& call) {
    OB_TRY(const auto visibility, read_visibility(call.params()));
    OB_TRY(
        const auto id, services::add_boost(app, call.viewer(), call.id<Status>("id"), visibility)
    );
    return show_status(app, call.viewer(), id);
}

Result<http::Response> unreblog(App& app, const Call& call) {
    OB_TRY(const auto id, services::remove_boost(app, call.viewer(), call.id<Status>("id")));
    return show_status(app, call.viewer(), id);
}

Result<http::Response> bookmark(App& app, const Call& call) {
    OB_TRY(const auto id, services::bookmark(app, call.viewer(), call.id<Status>("id")));
    return show_status(app, call.viewer(), id);
}

Result<http::Response> unbookmark(App& app, const Call& call) {
    OB_TRY(const auto id, services::unbookmark(app, call.viewer(), call.id<Status>("id")));
    return show_status(app, call.viewer(), id);
}

Result<http::Response> mute(App& app, const Call& call) {
    OB_TRY(const auto id, services::mute_thread(app, call.viewer(), call.id<Status>("id")));
    return show_status(app, call.viewer(), id);
}

Result<http::Response> unmute(App& app, const Call& call) {
    OB_TRY(const auto id, services::unmute_thread(app, call.viewer(), call.id<Status>("id")));
    return show_status(app, call.viewer(), id);
}

Result<http::Response> pin(App& app, const Call& call) {
    OB_TRY(const auto id, services::pin(app, call.viewer(), call.id<Status>("id")));
    return show_status(app, call.viewer(), id);
}

Result<http::Response> unpin(App& app, const Call& call) {
    OB_TRY(const auto id, services::unpin(app, call.viewer(), call.id<Status>("id")));
    return show_status(app, call.viewer(), id);
}

using ListPeople =
    std::vector<AccountId> (*)(store::Reader&, StatusId, const store::statuses::Page&);

Result<http::Response> people_of(App& app, const Call& call, ListPeople list) {
    const auto page = read_page(call, 40, 80);
    OB_TRY(const auto ids, app.db.read([&](store::Reader& db) -> Result<std::vector<AccountId>> {
        const auto seen = present::find_seen(db, call.id<Status>("id"), call.maybe_viewer());
        if (!seen) return fail(Code::NotFound, std::string(kNoRecord));
        return list(db, seen->original().id, page);
    }));
    return show_people(app, call, ids);
}

Result<http::Response> reblogged_by(App& app, const Call& call) {
    return people_of(app, call, store::statuses::list_boosters);
}

Result<http::Response> favourited_by(App& app, const Call& call) {
    return people_of(app, call, store::favourites::list_accounts);
}

}  // namespace

void statuses(Router& router) {
    auto group = router.group("/api/v1/statuses");
    const Policy read{.scope = Scope::ReadStatuses, .anonymous = true};
    const Policy write{.scope = Scope::WriteStatuses};
    group.post("", create, write);
    group.get("", show_many, read);
    group.get("/:id", show, read);
    group.put("/:id", edit, write);
    group.del("/:id", remove, {.scope = Scope::WriteStatuses, .rate = "delete"});
    group.get("/:id/source", source, {.scope = Scope::ReadStatuses});
    group.get("/:id/history", history, read);
    group.get("/:id/context", context, read);
    group.get("/:id/reblogged_by", reblogged_by, read);
    group.get("/:id/favourited_by", favourited_by, read);
    group.post("/:id/favourite", favourite, {.scope = Scope::WriteFavourites});
    group.post("/:id/unfavourite", unfavourite, {.scope = Scope::WriteFavourites});
    group.post("/:id/reblog", reblog, write);
    group.post("/:id/unreblog", unreblog, write);
    group.post("/:id/pin", pin, {.scope = Scope::WriteAccounts});
    group.post("/:id/unpin", unpin, {.scope = Scope::WriteAccounts});
    group.post("/:id/mute", mute, {.scope = Scope::WriteMutes});
    group.post("/:id/unmute", unmute, {.scope = Scope::WriteMutes});
    group.post("/:id/bookmark", bookmark, {.scope = Scope::WriteBookmarks});
    group.post("/:id/unbookmark", unbookmark, {.scope = Scope::WriteBookmarks});
}

}  // namespace outboard::api::mastodon
