// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>

#include "federation/base/text.hpp"
#include "src/base/limits.hpp"
#include "src/base/log.hpp"
#include "src/html/html.hpp"
#include "src/services/remote.hpp"
#include "src/services/tags.hpp"
#include "src/store/accounts.hpp"
#include "src/store/follows.hpp"
#include "src/store/keys.hpp"
#include "src/store/queues.hpp"

namespace outboard::services {

namespace {

using federation::Iri;
using federation::Object;

constexpr std::size_t kTitle = 500, kSpoiler = 500, kDescription = 1500, kBlurhash = 120,
                      kPollOption = 200;

bool is_card(const std::string& type) { return type != "Note" && type != "Question"; }

std::optional<Iri> followers_of(const Account& author) {
    if (author.followers.empty()) return std::nullopt;
    auto iri = Iri::parse(author.followers);
    return iri ? std::optional(*std::move(iri)) : std::nullopt;
}

/// The text of anything that is not a Note: title, abstract or content, and the link (N1, N3). Put
/// together first and sanitized once as a whole.
std::string text_of(const Object& object, const std::string& link) {
    if (object.type == "Note") return object.content;
    std::string text;
    if (is_card(object.type) && !object.name.empty())
        text += "<p><strong>" + escape_html(object.name) + "</strong></p>";
    text += object.content.empty() && is_card(object.type) ? object.summary : object.content;
    if (is_card(object.type) && !link.empty()) {
        text += "<p><a href=\"" + escape_html(link) + "\">" + escape_html(link) + "</a></p>";
    }
    return text;
}

std::string kind_of_media(const federation::Attachment& attachment) {
    const auto& type = attachment.media_type;
    if (type.starts_with("image/")) return "image";
    if (type.starts_with("video/")) return "video";
    if (type.starts_with("audio/")) return "audio";
    if (attachment.type == "Image") return "image";
    if (attachment.type == "Video") return "video";
    if (attachment.type == "Audio") return "audio";
    return "unknown";
}

std::vector<Media> media_of(const Object& object, AccountId author) {
    std::vector<Media> media;
    for (const auto& attachment : object.attachments) {
        const auto address = Iri::parse(attachment.url);
        if (!address || !address->is_http()) continue;
        Media item;
        item.account = author;
        item.kind = kind_of_media(attachment);
        item.media_type = html::clean_name(attachment.media_type, 100);
        item.remote_url = address->str();
        item.description =
            std::string(cut_codepoints(html::to_plain_text(attachment.description), kDescription));
        if (attachment.blurhash.size() <= kBlurhash)
            item.blurhash = html::clean_name(attachment.blurhash, kBlurhash);
        item.focus = attachment.focal_point;
        item.width = std::clamp<std::int64_t>(attachment.width, 0, 100'000);
        item.height = std::clamp<std::int64_t>(attachment.height, 0, 100'000);
        media.push_back(std::move(item));
    }
    return media;
}

/// Options of one name are one: votes are given by name (N6).
std::optional<Poll> poll_of(const Object& object) {
    if (object.type != "Question" || object.options.empty()) return std::nullopt;
    Poll poll;
    poll.multiple = object.multiple_choice;
    poll.expires_at = object.closes;
    poll.voters = object.voters;
    for (const auto& option : object.options) {
        const auto title = html::clean_name(option.name, kPollOption);
        const bool known =
            std::any_of(poll.options.begin(), poll.options.end(), [&](const auto& have) {
                return have.title == title;
            });
        if (!title.empty() && !known) poll.options.push_back({title, option.votes});
    }
    if (poll.options.empty()) return std::nullopt;
    return poll;
}

std::string language_of(const Object& object) {
    if (object.language.size() > 35) return {};
    const bool plain = std::all_of(object.language.begin(), object.language.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-';
    });
    return plain ? object.language : std::string();
}

/// The narrower of object's and activity's audience (A051). A fetched object has no activity, and
/// some peers address only the object; an object without recipients stays without (A049).
federation::Addressing audience_of(const Object& object, const federation::Addressing& activity) {
    return activity.empty() ? object.audience : federation::narrower(object.audience, activity);
}

/// Accounts that are both tagged and addressed (V2, A053); unknown ones are not fetched (A077).
std::vector<AccountId> mentioned_accounts(
    App& app, const Object& object, const federation::Addressing& audience
) {
    std::vector<std::string> uris;
    for (const auto& mention : object.mentions) {
        if (audience.names(mention.href)) uris.push_back(mention.href.str());
    }
    std::vector<AccountId> found;
    if (uris.empty()) return found;
    for (const auto& account :
         app.db.read([&](store::Reader& db) { return store::accounts::load_by_uris(db, uris); })) {
        if (account.is_active()) found.push_back(account.id);
    }
    return found;
}

/// A quote is linked when everybody may see what is quoted, or it is the author's own (A057).
std::optional<StatusId> quoted_status(App& app, const Object& object, AccountId author) {
    if (!object.quote) return std::nullopt;
    const auto quoted = app.db.read([&](store::Reader& db) {
        return store::statuses::find_by_any_uri(db, object.quote->str());
    });
    if (!quoted || quoted->state != StatusState::Present) return std::nullopt;
    const bool open =
        quoted->visibility == Visibility::Public || quoted->visibility == Visibility::Unlisted;
    return open || quoted->account == author ? std::optional(quoted->id) : std::nullopt;
}

/// Links a reply to its parent here. One of ours that the author may not see stays unlinked:
/// nothing confirms that it exists (A056).
void link_parent(store::Writer& tx, Status& status) {
    if (status.reply_to_uri.empty()) return;
    const auto parent = store::statuses::find_by_any_uri(tx, status.reply_to_uri);
    if (!parent || parent->state == StatusState::Deleted || parent->uri == status.uri) return;
    if (parent->local) {
        const auto sight = store::statuses::load_sight(tx, {parent->id}, status.account);
        const auto facts = sight.find(parent->id);
        if (facts == sight.end() || !may_see(facts->second)) return;
    }
    status.reply_to = parent->id;
    status.reply_to_account = parent->account;
    status.thread = parent->thread;
    if (status.context_uri.empty()) status.context_uri = parent->context_uri;
}

}  // namespace

void notify_mentioned(
    store::Writer& tx,
    const store::statuses::NewStatus& status,
    StatusId id,
    const std::vector<AccountId>& told
) {
    for (const auto account : status.mentions) {
        const AudienceLine named{.kind = AudienceKind::Actor, .target = account};
        const auto& audience = status.audience;
        const bool addressed = std::find(audience.begin(), audience.end(), named) != audience.end();
        const bool knows = std::find(told.begin(), told.end(), account) != told.end();
        if (addressed && !knows)
            store::notifications::add(tx, account, status.status.account, "mention", id);
    }
}

std::vector<AudienceLine> audience_lines(
    App& app, const federation::Addressing& audience, Visibility visibility, AccountId author
) {
    std::vector<AudienceLine> lines;
    if (visibility == Visibility::Public || visibility == Visibility::Unlisted)
        lines.push_back({AudienceKind::Public, {}});
    if (visibility != Visibility::Direct) lines.push_back({AudienceKind::Followers, author});
    std::vector<std::string> ours;
    for (const auto* list : {&audience.to, &audience.cc}) {
        for (const auto& iri : *list) {
            if (app.identity.owns(iri.str())) ours.push_back(iri.str());
        }
    }
    if (ours.empty()) return lines;
    for (const auto& account :
         app.db.read([&](store::Reader& db) { return store::accounts::load_by_uris(db, ours); })) {
        if (account.is_local()) lines.push_back({AudienceKind::Actor, account.id});
    }
    return lines;
}

Result<PreparedStatus> prepare_status(
    App& app,
    const federation::Verified<Object>& verified,
    const Account& author,
    const federation::Addressing& activity_audience
) {
    const auto& object = *verified;
    if (!object.id || !object.id->is_http()) return fail(Code::Invalid, "The object has no id.");
    if (app.identity.owns(object.id->str()))
        return fail(Code::Invalid, "Ids of this server are not made elsewhere.");
    if (object.attributed_to && object.attributed_to->str() != author.uri) {
        return fail(Code::Forbidden, "The object is attributed to somebody else.");
    }
    const auto author_id = Iri::parse(author.uri);
    if (!author_id || !same_origin(*author_id, *object.id))
        return fail(Code::Forbidden, "The object's id is not of its author's origin.");

    PreparedStatus prepared;
    prepared.author_uri = author.uri;
    const auto now = app.clock.now();
    const auto audience = audience_of(object, activity_audience);
    auto& fresh = prepared.fresh;
    auto& status = fresh.status;
    status.uri = object.id->str();
    status.account = author.id;
    status.kind = object.type;
    status.visibility = federation::visibility_of(audience, followers_of(author));
    status.url = object.url && object.url->is_http() && object.url->host() == object.id->host()
                     ? object.url->str()
                     : status.uri;
    status.title = html::clean_name(object.name, kTitle);
    status.content = html::sanitize(text_of(object, status.url));
    if (object.source_media_type == "text/markdown" || object.source_media_type == "text/plain") {
        status.source = std::string(cut_bytes(object.source, 64 * limits::kKiB));
    }
    if (!is_card(object.type))
        status.spoiler = std::string(cut_codepoints(html::to_plain_text(object.summary), kSpoiler));
    status.sensitive = object.sensitive;
    status.language = language_of(object);
    status.reply_to_uri = object.in_reply_to ? object.in_reply_to->str() : "";
    status.context_uri = object.context ? object.context->str() : "";
    status.conversation = std::string(cut_bytes(object.conversation, 500));
    status.created_at = shown_time(object.published, now);
    status.received_at = now;
    if (object.updated) prepared.updated = std::min(*object.updated, now);
    if (prepared.updated && *prepared.updated > status.created_at)
        status.edited_at = prepared.updated;
    status.id = {store::Writer::id_for(status.created_at, status.uri)};

    app.db.read([&](store::Reader&) {  // one snapshot for the three
        status.quote_of = quoted_status(app, object, author.id);
        fresh.audience = audience_lines(app, audience, status.visibility, author.id);
        fresh.mentions = mentioned_accounts(app, object, audience);
    });
    for (const auto& tag : object.hashtags)
        fresh.hashtags.push_back(html::clean_name(tag.name, 100));
    fresh.media = media_of(object, author.id);
    fresh.poll = poll_of(object);
    if (object.type == "Note" && !object.name.empty() && object.content.empty() &&
        object.in_reply_to && object.attachments.empty()) {
        prepared.poll_vote = status.title;
    }
    return prepared;
}

namespace {

/// Those who asked to be told of each post; answers to others are none of their business.
void notify_followers(
    store::Writer& tx, AccountId author, StatusId id, std::int64_t after, int chunk
) {
    const auto told = store::statuses::list_notified(tx, author, after, chunk);
    if (told.empty()) return;
    const auto status = store::statuses::find(tx, id);
    if (!status || (!status->reply_to_uri.empty() && status->reply_to_account != author)) return;
    for (const auto account : told) store::notifications::add(tx, account, author, "status", id);
}

}  // namespace

void fan_out_home(
    store::Writer& tx,
    App& app,
    AccountId author,
    StatusId status,
    bool is_boost,
    std::int64_t after
) {
    constexpr auto kChunk = static_cast<int>(limits::kFanOutChunk);
    const auto next = store::statuses::fan_out_home(tx, author, status, is_boost, after, kChunk);
    if (!is_boost) notify_followers(tx, author, status, after, kChunk);
    if (next == 0) return;
    const json rest = {
        {"author", author.value}, {"status", status.value}, {"boost", is_boost}, {"after", next}
    };
    store::jobs::add(tx, "home.fanout", write_json(rest), tx.now());
    tx.after_commit([&wake = app.jobs_wake] { wake.notify(); });
}

Result<StatusId> store_status(store::Writer& tx, App& app, const PreparedStatus& prepared) {
    auto fresh = prepared.fresh;
    auto& status = fresh.status;
    if (prepared.poll_vote) return fail(Code::Invalid, "A vote is not a post.");
    const auto tombstone = store::tombstones::find(tx, status.uri);
    if (tombstone && tombstone->owner == prepared.author_uri)
        return fail(Code::NotFound, "That post was deleted.");
    if (!store::accounts::is_active(tx, status.account))
        return fail(Code::Forbidden, "Posts of that account are not taken here.");

    if (const auto existing = store::statuses::find_by_uri(tx, status.uri)) {
        if (existing->account != status.account)
            return fail(Code::Forbidden, "That id belongs to somebody else.");
        if (existing->state == StatusState::Deleted)
            return fail(Code::NotFound, "That post was deleted.");
        return existing->id;
    }
    link_parent(tx, status);
    const auto id = store::statuses::insert(tx, fresh);
    notify_mentioned(tx, fresh, id);
    if (status.visibility != Visibility::Direct)
        fan_out_home(tx, app, status.account, id, /*is_boost=*/false);
    if (status.visibility == Visibility::Public && !fresh.hashtags.empty())
        fan_out_tags(tx, app, id);
    if (prepared.fetch_ancestors && !status.reply_to && !status.reply_to_uri.empty() &&
        !app.identity.owns(status.reply_to_uri)) {
        store::jobs::add(
            tx,
            "thread.ancestors",
            write_json({{"status", id.value}}),
            tx.now(),
            "ancestors " + status.reply_to_uri
        );
        tx.after_commit([&wake = app.jobs_wake] { wake.notify(); });
    }
    return id;
}

}  // namespace outboard::services
