// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "federation/addressing.hpp"
#include "federation/base/time.hpp"
#include "src/base/id.hpp"
#include "src/base/safe_html.hpp"

namespace outboard {

using federation::Visibility;

enum class StatusState { Present, Pruned, Deleted };

struct Status {
    StatusId id;
    std::string uri;
    AccountId account;
    std::int64_t revision = 1;
    std::string kind = "Note";
    Visibility visibility = Visibility::Public;
    StatusState state = StatusState::Present;
    std::optional<StatusId> boost_of, quote_of, reply_to;
    std::string reply_to_uri;
    std::optional<AccountId> reply_to_account;
    StatusId thread;
    std::string context_uri, conversation;
    std::string title;
    SafeHtml content;
    std::string source, content_type = "text/html";
    std::string spoiler;
    bool sensitive = false;
    std::string language;
    std::string url;
    Instant created_at{};
    std::optional<Instant> edited_at;
    Instant received_at{};
    bool local = false;
    std::string application;
    std::int64_t replies_count = 0, boosts_count = 0, favourites_count = 0;
    std::optional<std::string> document;  // hash
    std::string activity_uri;
};

enum class AudienceKind { Public, Followers, Actor };
/// One line of who may see a status. `target` is the author for Followers, the reader for Actor, 0
/// for Public.
struct AudienceLine {
    AudienceKind kind = AudienceKind::Public;
    AccountId target;
    friend bool operator==(const AudienceLine&, const AudienceLine&) = default;
};

struct Media {
    std::int64_t id = 0;
    AccountId account;
    std::optional<StatusId> status;
    std::string kind = "unknown", media_type, remote_url, description, blurhash;
    std::int64_t width = 0, height = 0;
    std::optional<std::array<double, 2>> focus;  // x and y, each from -1 to 1
    // Ours only:
    std::string purpose = "attachment";        // attachment, avatar, header
    std::string url_id;                        // 32 hex digits; empty for remote ones
    std::optional<std::string> file, preview;  // SHA-256, raw
    std::int64_t file_bytes = 0;
    std::string preview_type;
    std::int64_t preview_width = 0, preview_height = 0;

    bool is_local() const { return !url_id.empty(); }
};

struct StatusRevision {
    std::int64_t revision = 1;
    SafeHtml content;
    std::string spoiler;
    bool sensitive = false;
    Instant created_at{};
};

/// Facts about viewer and author that `may_see` decides on; loaded in one query for a page of
/// statuses.
struct SightFacts {
    bool is_author = false;
    // By a Public line, an Actor line with the viewer, or a Followers line whose target the viewer
    // follows, accepted.
    bool is_reached = false;
    bool author_blocks_viewer = false;
    bool viewer_blocks_author = false;
    bool author_active = true;  // neither suspended nor deleted
    StatusState state = StatusState::Present;
};
/// The one authority to see (DESIGN.md 3.13). `viewer` facts are all false for anonymous readers.
bool may_see(const SightFacts& facts);

std::string_view to_string(StatusState state);
StatusState parse_state(std::string_view text);
std::string_view to_string(AudienceKind kind);
AudienceKind parse_audience_kind(std::string_view text);

}  // namespace outboard
