// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "src/base/safe_html.hpp"
#include "src/entities/account.hpp"
#include "src/entities/media_attachment.hpp"
#include "src/entities/poll.hpp"

namespace outboard::entities {

struct StatusMention {
    std::string id, username, url, acct;
};
void to_json(nlohmann::json& out, const StatusMention& mention);

struct StatusTag {
    std::string name, url;
};
void to_json(nlohmann::json& out, const StatusTag& tag);

struct StatusApplication {
    std::string name, website;
};
void to_json(nlohmann::json& out, const StatusApplication& application);

/// What the viewer did with a status; the keys are absent for anonymous readers (pitfalls.md 2.9).
struct ViewerFlags {
    bool favourited = false, reblogged = false, bookmarked = false, muted = false;
    std::optional<bool> pinned;  // own public posts only
};

/// What changes without a new revision of the status, or depends on the viewer or the time.
struct StatusNow {
    std::optional<std::string> in_reply_to_id, in_reply_to_account_id;
    std::int64_t replies_count = 0, reblogs_count = 0, favourites_count = 0;
    std::optional<Poll> poll;
    std::optional<ViewerFlags> flags;
};

/// https://docs.joinmastodon.org/entities/Status/
struct Status : StatusNow {
    std::string id;
    std::string uri;                 // the object's id, or the Announce's
    std::optional<std::string> url;  // HTML page
    std::string created_at;
    std::optional<std::string> edited_at;  // null until the first edit
    bool sensitive = false;
    std::string spoiler_text;
    std::string visibility;  // public unlisted private direct
    std::string language;    // empty: null
    SafeHtml content;
    std::shared_ptr<const Status>
        reblog;  // shared: entities are copied into answers, and one boosted status is not
    std::optional<StatusApplication> application;
    Account account;
    std::vector<MediaAttachment> media_attachments;
    std::vector<StatusMention> mentions;
    std::vector<StatusTag> tags;
    std::optional<std::string> text;  // source, only in the answer to a deletion
};
void to_json(nlohmann::json& out, const Status& status);
/// The JSON of a status in pieces: `{"content":…` with all that its revision settles, and
/// `,"replies_count":…` with what it does not. `account`, `reblog` and the last brace are the
/// caller's to add.
std::string opening(const Status& status);
void append(std::string& text, const StatusNow& now);

}  // namespace outboard::entities
