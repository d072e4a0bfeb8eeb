// SPDX-License-Identifier: Apache-2.0
#include "src/services/statuses.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "federation/base/text.hpp"
#include "src/base/limits.hpp"
#include "src/present/sight.hpp"
#include "src/services/compose.hpp"
#include "src/services/outgoing.hpp"
#include "src/services/polls.hpp"
#include "src/services/remote.hpp"
#include "src/services/tags.hpp"
#include "src/store/accounts.hpp"
#include "src/store/follows.hpp"
#include "src/store/media.hpp"
#include "src/store/polls.hpp"
#include "src/store/statuses.hpp"

namespace outboard::services {
namespace {

constexpr std::size_t kTextBytes = 64 * limits::kKiB;  // what html/ takes at once
constexpr std::size_t kIdempotencyKey = 255;

bool is_open(Visibility visibility) {
    return visibility == Visibility::Public || visibility == Visibility::Unlisted;
}

/// The parts of a text that have limits, checked before anything is read.
Result<void> check_text(
    const App& app,
    std::string_view text,
    std::string_view spoiler,
    std::string_view language,
    std::string_view content_type,
    bool has_media
) {
    if (is_blank(text) && !has_media) {
        return fail(Code::Invalid, "Validation failed: Text can't be blank");
    }
    const auto most = static_cast<std::size_t>(app.config->limits_status_characters);
    if (text.size() > kTextBytes || count_characters(text) + count_codepoints(spoiler) > most) {
        return fail(
            Code::Invalid,
            "Validation failed: Text character limit of " + std::to_string(most) + " exceeded"
        );
    }
    if (count_codepoints(spoiler) > limits::kSpoilerCharacters) {
        return fail(
            Code::Invalid,
            "Validation failed: Spoiler text is longer than " +
                std::to_string(limits::kSpoilerCharacters) + " characters"
        );
    }
    if (!language.empty() && !is_language(language)) {
        return fail(Code::Invalid, "Validation failed: Language is not a language code");
    }
    if (!content_type.empty() && content_type != "text/plain" && content_type != "text/markdown") {
        return fail(
            Code::Invalid, "Validation failed: Content type must be text/plain or text/markdown"
        );
    }
    return {};
}

/// A reply is never wider than what it answers unless its author says so; to a private post of
/// somebody else it goes to the people named (V3).
Visibility choose_visibility(
    const Draft& draft, Visibility preferred, const std::optional<Status>& parent, AccountId author
) {
    if (draft.visibility) return *draft.visibility;
    if (!parent) return preferred;
    if (parent->visibility == Visibility::Followers && parent->account != author) {
        return Visibility::Direct;
    }
    return std::max(preferred, parent->visibility);  // the enumerators stand from wide to narrow
}

/// What the store knows that a post needs.
struct Surroundings {
    Account author;
    User user;
    std::optional<Status> parent;
    std::optional<Account> parent_author;
    Named named;
};

Result<Surroundings> look_around(
    App& app,
    AccountId author,
    std::optional<StatusId> reply_to,
    const std::vector<std::string>& handles
) {
    return app.db.read([&](store::Reader& db) -> Result<Surroundings> {
        Surroundings around;
        const auto account = store::accounts::find(db, author);
        const auto user = store::users::find(db, author);
        if (!account || !user) return fail(Code::NotFound, "Record not found");
        around.author = *account;
        around.user = *user;
        if (reply_to) {
            const auto seen = present::find_seen(db, *reply_to, author);
            if (!seen) {
                return fail(
                    Code::NotFound, "The post you are trying to reply to does not appear to exist."
                );
            }
            around.parent = seen->original();
            around.parent_author = store::accounts::find(db, around.parent->account);
        }
        around.named = find_named(db, app.identity, handles);
        return around;
    });
}

/// Those a status goes to by name: whom the text names and whom it answers. Not the author.
std::vector<Account> mentioned_by(const Surroundings& around) {
    std::vector<Account> mentioned;
    const auto add = [&](const Account& account) {
        const bool there =
            std::any_of(mentioned.begin(), mentioned.end(), [&](const Account& other) {
                return other.id == account.id;
            });
        if (!there && account.id != around.author.id && account.is_active()) {
            mentioned.push_back(account);
        }
    };
    if (around.parent_author) add(*around.parent_author);
    for (const auto& account : around.named.accounts) add(account);
    return mentioned;
}

void join_thread(Status& status, const Surroundings& around, const Identity& identity) {
    if (around.parent) {
        status.reply_to = around.parent->id;
        status.reply_to_uri = around.parent->uri;
        status.reply_to_account = around.parent->account;
        status.thread = around.parent->thread;
        status.context_uri = around.parent->context_uri;
        status.conversation = around.parent->conversation;
    } else {
        status.thread = status.id;
    }
    if (status.context_uri.empty()) status.context_uri = identity.context_uri(status.thread.value);
    if (status.conversation.empty()) status.conversation = status.context_uri;
}

Status make_status(
    App& app, const Draft& draft, const Surroundings& around, std::string content_type
) {
    Status status;
    status.id = {app.db.reserve_id()};
    const auto& name = around.author.username;
    status.uri = app.identity.status_uri(name, status.id.value);
    status.url = app.identity.status_url(name, status.id.value);
    status.activity_uri = status.uri + "/activity";
    status.account = around.author.id;
    const auto preferred =
        federation::parse_visibility(around.user.default_visibility).value_or(Visibility::Public);
    status.visibility = choose_visibility(draft, preferred, around.parent, around.author.id);
    status.source = draft.text;
    status.content_type = std::move(content_type);
    status.content = render_text(app.identity, draft.text, status.content_type, around.named);
    status.spoiler = draft.spoiler;
    status.sensitive =
        draft.sensitive.value_or(around.user.default_sensitive) || !draft.spoiler.empty();
    status.language = draft.language.empty() ? around.user.default_language : draft.language;
    status.created_at = app.clock.now();
    status.received_at = status.created_at;
    status.local = true;
    status.application = draft.application;
    join_thread(status, around, app.identity);
    return status;
}

/// Object and activity around it, rendered and signed outside the transaction.
struct Rendered {
    RenderedObject object;
    PreparedActivity activity;
};

Result<Rendered> render_change(
    App& app,
    std::string_view type,
    const std::string& activity_uri,
    const Account& author,
    const store::statuses::NewStatus& fresh,
    const std::vector<Account>& mentioned
) {
    const bool open = is_open(fresh.status.visibility);
    auto poll = fresh.poll;
    if (poll) poll = told_to_peers(*std::move(poll), app.clock.now());
    auto object = object_of(app.identity, author, fresh.status, mentioned, fresh.hashtags, poll);
    object.attachments = attachments_of(app.identity, fresh.status, fresh.media, app.clock.now());
    OB_TRY(auto rendered, render_object(app, author, object, /*with_proof=*/open));
    OB_TRY(
        auto activity,
        prepare_activity(app, author, type, activity_uri, rendered.document, object.audience, open)
    );
    activity.item.status = fresh.status.id;
    return Rendered{std::move(rendered), std::move(activity)};
}

/// Votes stay where a poll asks the same as before.
void keep_votes(Poll& wanted, const std::optional<Poll>& there) {
    if (!there || !asks_the_same(*there, wanted)) return;
    wanted.options = there->options;
    wanted.voters = there->voters;
}

/// The poll an edit leaves: a new one, or the one that is there.
Result<std::optional<Poll>> changed_poll(App& app, const Status& before, const Changes& changes) {
    auto there = app.db.read([&](store::Reader& db) { return store::polls::find(db, before.id); });
    if (!changes.poll) return there;
    OB_TRY(auto wanted, make_poll(*changes.poll, app.clock.now()));
    keep_votes(wanted, there);
    return std::optional(std::move(wanted));
}

/// What an edit leaves attached.
Result<std::vector<Media>> changed_media(App& app, const Status& before, const Changes& changes) {
    OB_TRY(auto media, app.db.read([&](store::Reader& db) -> Result<std::vector<Media>> {
        if (!changes.media) return store::media::load_of_status(db, before.id);
        return load_attachable(db, before.account, *changes.media, before.id);
    }));
    for (const auto& [id, details] : changes.media_details) {
        OB_CHECK(check_details(details));
        for (auto& item : media) {
            if (item.id != id) continue;
            item.description = details.description.value_or(item.description);
            if (details.focus) item.focus = details.focus;
        }
    }
    return media;
}

/// What an edit makes of the text; who it names and what hangs on it comes after.
Status with_changes(const Status& before, const Changes& changes) {
    auto status = before;
    status.source = changes.text.value_or(before.source);
    status.spoiler = changes.spoiler.value_or(before.spoiler);
    status.sensitive = changes.sensitive.value_or(before.sensitive) || !status.spoiler.empty();
    status.language = changes.language.value_or(before.language);
    status.content_type = changes.content_type.value_or(before.content_type);
    return status;
}

bool is_same_text(const Status& a, const Status& b) {
    return a.content.str() == b.content.str() && a.source == b.source && a.spoiler == b.spoiler &&
           a.sensitive == b.sensitive && a.language == b.language;
}

void tell_boosters(store::Writer& tx, AccountId author, StatusId id) {
    store::statuses::Page many;
    many.limit = 1000;
    for (const auto booster : store::statuses::list_boosters(tx, id, many)) {
        store::notifications::add(tx, booster, author, "update", id);
    }
}

bool is_same_media(App& app, const Status& before, const std::vector<Media>& media) {
    const auto there =
        app.db.read([&](store::Reader& db) { return store::media::load_of_status(db, before.id); });
    return std::equal(
        there.begin(),
        there.end(),
        media.begin(),
        media.end(),
        [](const Media& a, const Media& b) {
            return a.id == b.id && a.description == b.description && a.focus == b.focus;
        }
    );
}

Result<void> check_count(const std::vector<Account>& mentioned) {
    if (mentioned.size() <= limits::kMentions) return {};
    return fail(
        Code::Invalid,
        "Validation failed: a post may name at most " + std::to_string(limits::kMentions) +
            " people"
    );
}

/// Renders and stores a post; nothing when its id was taken meanwhile.
Result<std::optional<StatusId>> store_post(
    App& app,
    AccountId author,
    const Draft& draft,
    const Surroundings& around,
    const std::vector<Account>& mentioned,
    const std::vector<std::string>& hashtags
) {
    store::statuses::NewStatus fresh;
    fresh.status = make_status(
        app,
        draft,
        around,
        draft.content_type.empty() ? around.user.default_content_type : draft.content_type
    );
    if (draft.poll) {
        OB_TRY(fresh.poll, make_poll(*draft.poll, app.clock.now()));
        fresh.status.kind = "Question";
    }
    fresh.audience = audience_of(fresh.status, mentioned);
    for (const auto& account : mentioned) fresh.mentions.push_back(account.id);
    fresh.hashtags = hashtags;
    OB_TRY(fresh.media, app.db.read([&](store::Reader& db) {
        return load_attachable(db, author, draft.media, std::nullopt);
    }));
    OB_TRY(
        auto rendered,
        render_change(app, "Create", fresh.status.activity_uri, around.author, fresh, mentioned)
    );
    rendered.activity.item.listed = is_open(fresh.status.visibility);
    fresh.status.document = rendered.object.packed.hash;

    return app.db.write([&](store::Writer& tx) -> Result<std::optional<StatusId>> {
        const auto id = fresh.status.id;
        if (store::statuses::is_taken(tx, id)) return std::optional<StatusId>{};
        const auto& key = draft.idempotency_key;
        if (!key.empty() && !store::idempotency::take(tx, author, key, id)) {
            return store::idempotency::find(tx, author, key).value_or(id);
        }
        OB_CHECK(load_attachable(tx, author, draft.media, std::nullopt));  // still
        put_object(tx, fresh.status, rendered.object);
        store::statuses::insert(tx, fresh);
        if (fresh.poll) plan_end(tx, app, id, *fresh.poll);
        emit(tx, app, rendered.activity);
        notify_mentioned(tx, fresh, id);
        store::statuses::add_to_home(tx, author, id);
        if (fresh.status.visibility != Visibility::Direct) {
            fan_out_home(tx, app, author, id, /*is_boost=*/false);
        }
        if (fresh.status.visibility == Visibility::Public && !fresh.hashtags.empty()) {
            fan_out_tags(tx, app, id);
        }
        return id;
    });
}

}  // namespace

std::optional<StatusId> find_by_key(App& app, AccountId author, const std::string& key) {
    if (key.empty()) return std::nullopt;
    return app.db.read([&](store::Reader& db) { return store::idempotency::find(db, author, key); }
    );
}

Result<StatusId> post(App& app, AccountId author, const Draft& draft) {
    if (draft.idempotency_key.size() > kIdempotencyKey) {
        return fail(Code::Invalid, "The Idempotency-Key is longer than 255 characters.");
    }
    if (const auto made = find_by_key(app, author, draft.idempotency_key)) return *made;
    OB_CHECK(check_text(
        app, draft.text, draft.spoiler, draft.language, draft.content_type, !draft.media.empty()
    ));
    const auto found = html::find_entities(draft.text);
    OB_TRY(const auto around, look_around(app, author, draft.reply_to, found.handles));
    const auto mentioned = mentioned_by(around);
    OB_CHECK(check_count(mentioned));

    return with_fresh_id([&] {
        return store_post(app, author, draft, around, mentioned, found.hashtags);
    });
}

namespace {

Result<StatusId> store_edit(
    store::Writer& tx,
    App& app,
    const Status& before,
    store::statuses::NewStatus changed,
    const Changes& changes,
    const Rendered& rendered
) {
    const auto id = before.id;
    OB_TRY(const auto here, find_own(tx, before.account, id));
    if (here.revision != before.revision) {
        return fail(Code::Conflict, "The post was edited at the same time; try again.");
    }
    if (changes.media) OB_CHECK(load_attachable(tx, before.account, *changes.media, id));  // still
    put_object(tx, changed.status, rendered.object);
    if (changed.poll) keep_votes(*changed.poll, store::polls::find(tx, id));
    const auto told = store::statuses::load_mentions(tx, {id})[id];
    store::statuses::edit(tx, changed);
    notify_mentioned(tx, changed, id, told);
    if (changed.poll) plan_end(tx, app, id, *changed.poll);
    emit(tx, app, rendered.activity);
    tell_boosters(tx, before.account, id);
    return id;
}

}  // namespace

Result<StatusId> edit(App& app, AccountId author, StatusId id, const Changes& changes) {
    OB_TRY(const auto before, app.db.read([&](store::Reader& db) {
        return find_own(db, author, id);
    }));
    if (before.boost_of) return fail(Code::Invalid, "A boost has no text to edit.");
    store::statuses::NewStatus changed;
    changed.status = with_changes(before, changes);
    auto& status = changed.status;
    OB_TRY(changed.media, changed_media(app, before, changes));
    OB_CHECK(check_text(
        app,
        status.source,
        status.spoiler,
        status.language,
        status.content_type,
        !changed.media.empty()
    ));
    const auto found = html::find_entities(status.source);
    OB_TRY(const auto around, look_around(app, author, before.reply_to, found.handles));
    const auto mentioned = mentioned_by(around);
    OB_CHECK(check_count(mentioned));
    status.content = render_text(app.identity, status.source, status.content_type, around.named);
    OB_TRY(changed.poll, changed_poll(app, before, changes));
    if (changed.poll) status.kind = "Question";
    if (!changes.poll && is_same_text(status, before) && is_same_media(app, before, changed.media))
        return id;
    status.edited_at = app.clock.now();
    for (const auto& account : mentioned) changed.mentions.push_back(account.id);
    changed.hashtags = found.hashtags;
    changed.audience = audience_of(status, mentioned);
    OB_TRY(
        auto rendered,
        render_change(
            app,
            "Update",
            transient_uri(app, around.author, "updates"),
            around.author,
            changed,
            mentioned
        )
    );
    status.document = rendered.object.packed.hash;
    if (is_open(status.visibility)) {  // who is no longer named may not read what others say now
        const auto had = app.db.read([&](store::Reader& db) { return had_by(db, before); });
        add_recipients(rendered.activity.item.to_accounts, had);
    }

    return app.db.write([&](store::Writer& tx) {
        return store_edit(tx, app, before, changed, changes, rendered);
    });
}

}  // namespace outboard::services
