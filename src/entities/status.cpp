// SPDX-License-Identifier: Apache-2.0
#include "src/entities/status.hpp"

#include "src/entities/common.hpp"

namespace outboard::entities {

void to_json(json& out, const StatusMention& mention) {
    out = {
        {"id", mention.id},
        {"username", mention.username},
        {"url", mention.url},
        {"acct", mention.acct}
    };
}

void to_json(json& out, const StatusTag& tag) { out = {{"name", tag.name}, {"url", tag.url}}; }

void to_json(json& out, const StatusApplication& application) {
    out = {{"name", application.name}, {"website", text_or_null(application.website)}};
}

namespace {

/// Each key that a revision does not settle, with its value.
template <class Put>
void each_of_now(const StatusNow& now, Put&& put) {
    put("in_reply_to_id", now.in_reply_to_id);
    put("in_reply_to_account_id", now.in_reply_to_account_id);
    put("replies_count", now.replies_count);
    put("reblogs_count", now.reblogs_count);
    put("favourites_count", now.favourites_count);
    put("poll", now.poll);
    if (!now.flags) return;
    put("favourited", now.flags->favourited);
    put("reblogged", now.flags->reblogged);
    put("bookmarked", now.flags->bookmarked);
    put("muted", now.flags->muted);
    put("filtered", std::vector<std::string>{});
    if (now.flags->pinned) put("pinned", *now.flags->pinned);
}

json settled(const Status& status) {
    return {
        {"id", status.id},
        {"uri", status.uri},
        {"url", or_null(status.url)},
        {"created_at", status.created_at},
        {"edited_at", or_null(status.edited_at)},
        {"sensitive", status.sensitive},
        {"spoiler_text", status.spoiler_text},
        {"visibility", status.visibility},
        {"language", text_or_null(status.language)},
        {"quotes_count", 0},
        {"content", status.content.str()},
        {"application", or_null(status.application)},
        {"media_attachments", array_of(status.media_attachments)},
        {"mentions", array_of(status.mentions)},
        {"tags", array_of(status.tags)},
        {"emojis", json::array()},
        {"card", nullptr},
        {"quote", nullptr}
    };
}

}  // namespace

void to_json(json& out, const Status& status) {
    out = settled(status);
    out["account"] = status.account;
    out["reblog"] = status.reblog ? json(*status.reblog) : json(nullptr);
    each_of_now(status, PutInto{out});
    put_if(out, "text", status.text);
}

std::string opening(const Status& status) { return open_object(settled(status)); }

void append(std::string& text, const StatusNow& now) { each_of_now(now, AppendTo{text}); }

}  // namespace outboard::entities
