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

void to_json(json& out, const Status& status) {
    out = {
        {"id", status.id},
        {"uri", status.uri},
        {"url", or_null(status.url)},
        {"created_at", status.created_at},
        {"edited_at", or_null(status.edited_at)},
        {"in_reply_to_id", or_null(status.in_reply_to_id)},
        {"in_reply_to_account_id", or_null(status.in_reply_to_account_id)},
        {"sensitive", status.sensitive},
        {"spoiler_text", status.spoiler_text},
        {"visibility", status.visibility},
        {"language", text_or_null(status.language)},
        {"replies_count", status.replies_count},
        {"reblogs_count", status.reblogs_count},
        {"favourites_count", status.favourites_count},
        {"quotes_count", 0},
        {"content", status.content.str()},
        {"reblog", status.reblog ? json(*status.reblog) : json(nullptr)},
        {"application", or_null(status.application)},
        {"account", status.account},
        {"media_attachments", array_of(status.media_attachments)},
        {"mentions", array_of(status.mentions)},
        {"tags", array_of(status.tags)},
        {"emojis", json::array()},
        {"card", nullptr},
        {"poll", or_null(status.poll)},
        {"quote", nullptr}
    };
    if (status.flags) {
        out["favourited"] = status.flags->favourited;
        out["reblogged"] = status.flags->reblogged;
        out["bookmarked"] = status.flags->bookmarked;
        out["muted"] = status.flags->muted;
        out["filtered"] = json::array();
        put_if(out, "pinned", status.flags->pinned);
    }
    put_if(out, "text", status.text);
}

}  // namespace outboard::entities
