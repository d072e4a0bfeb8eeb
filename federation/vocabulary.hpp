// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "federation/base/time.hpp"
#include "federation/iri.hpp"
#include "federation/json.hpp"
#include "federation/keys.hpp"

namespace outboard::federation {

inline constexpr std::string_view kPublic = "https://www.w3.org/ns/activitystreams#Public";
inline constexpr std::string_view kActivityJson = "application/activity+json";
inline constexpr std::string_view kLdJson =
    R"(application/ld+json; profile="https://www.w3.org/ns/activitystreams")";

/// Who something is addressed to. Public in any of its spellings is a flag, never an Iri.
struct Addressing {
    std::vector<Iri> to = {};
    std::vector<Iri> cc = {};
    bool public_in_to = false;
    bool public_in_cc = false;

    bool names(const Iri& actor) const;  // in to or cc
    bool empty() const { return to.empty() && cc.empty() && !public_in_to && !public_in_cc; }
    friend bool operator==(const Addressing&, const Addressing&) = default;
};

struct MentionTag {
    Iri href;               // the actor's id (some peers: the profile URL)
    std::string name = {};  // "@user@domain" as written
    friend bool operator==(const MentionTag&, const MentionTag&) = default;
};
struct HashtagTag {
    std::string name = {};  // without '#', as written
    std::string href = {};  // the page of that tag; may be empty
    friend bool operator==(const HashtagTag&, const HashtagTag&) = default;
};
struct EmojiTag {
    std::string shortcode = {};  // without colons, matches [a-zA-Z0-9_]{2,64}
    std::string url = {};
    std::string id = {};  // the emoji's own id; may be empty
    friend bool operator==(const EmojiTag&, const EmojiTag&) = default;
};

struct Attachment {
    std::string type = {};  // Document, Image, Video, Audio
    std::string media_type = {};
    std::string url = {};
    std::string description = {};  // `name`, else `summary`
    std::string blurhash = {};
    std::int64_t width = 0, height = 0;                     // 0 when not said
    std::optional<std::array<double, 2>> focal_point = {};  // x and y, each from -1 to 1
    friend bool operator==(const Attachment&, const Attachment&) = default;
};

struct PollOption {
    std::string name = {};
    std::int64_t votes = 0;  // 0 to 2^53
    friend bool operator==(const PollOption&, const PollOption&) = default;
};

/// Note, Article, Page, Question, Image, Audio, Video, Event, and anything else that has content,
/// name or url (N1).
struct Object {
    std::optional<Iri> id = {};  // fragmentless ids of transient objects may be absent
    std::string type = "Note";   // as written; the first known one of several
    std::optional<Iri> attributed_to = {};
    std::vector<Iri> also_attributed_to = {};  // further authors: shown nowhere until they confirm
    std::string name = {};                     // plain text; title, or the option of a poll vote
    std::string content = {};                  // HTML from outside, not sanitized
    std::string summary = {};   // content warning or abstract; may hold HTML, treated as text
    std::string language = {};  // from contentMap; may be empty
    std::string source = {};    // `source.content`
    std::string source_media_type = {};
    std::optional<Iri> url = {};  // the HTML page; dropped when it is not http(s)
    std::optional<Iri> in_reply_to = {};
    std::optional<Iri> context = {};  // FEP-7888
    std::string conversation = {};    // the older tag
    std::optional<Iri> quote = {
    };  // first of quote, quoteUrl, quoteURL, quoteUri, _misskey_quote, FEP-e232 link
    std::vector<std::string> quote_conflicts = {
    };  // other quote properties that named another object
    std::optional<Iri> quote_authorization = {};               // FEP-044f: the stamp, unverified
    std::optional<Iri> replies = {}, likes = {}, shares = {};  // the collections (DESIGN.md 3.8)
    std::optional<Iri> group = {};  // `audience`: the group or community it belongs to (FEP-1b12)
    std::string image = {};         // URL of the first `image`, else `icon`; may be empty
    Addressing audience = {};
    bool sensitive = false;
    std::optional<Instant> published = {}, updated = {};
    std::vector<MentionTag> mentions = {};
    std::vector<HashtagTag> hashtags = {};
    std::vector<EmojiTag> emoji = {};
    std::vector<Attachment> attachments = {};
    std::vector<PollOption> options = {};  // Question
    bool multiple_choice = false;
    std::optional<Instant> closes = {};
    std::optional<std::int64_t> voters = {};  // votersCount, 0 to 2^53
    bool has_proof = false;
    std::string former_type = {};  // Tombstone
    friend bool operator==(const Object&, const Object&) = default;
};

struct ActorKey {
    Iri id;
    Iri owner;
    PublicKey key;
};

struct ProfileField {
    std::string name = {}, value = {};  // value is HTML from outside
    friend bool operator==(const ProfileField&, const ProfileField&) = default;
};

struct Actor {
    Iri id;
    std::string type = {};      // Person, Organization, Group, Service, Application
    std::string username = {};  // preferredUsername, as written
    std::string name = {};
    std::string summary = {};  // HTML from outside
    std::optional<Iri> url = {};
    std::optional<Iri> inbox = {}, outbox = {}, followers = {}, following = {}, featured = {},
                       shared_inbox = {};
    std::string icon = {}, image = {};  // URLs, may be empty
    std::vector<ActorKey> keys = {
    };  // publicKey and assertionMethod together; only its own, and only those that parse
    std::vector<std::string> proof_keys = {
    };  // ids of those under assertionMethod: the ones that may make proofs (P3)
    std::vector<EmojiTag> emoji = {};
    std::vector<std::string> also_known_as = {};
    std::optional<Iri> moved_to = {};
    bool locked = false;  // manuallyApprovesFollowers
    bool discoverable = false, indexable = false;
    std::string webfinger = {};  // FEP-2c59, may be empty
    std::vector<ProfileField> fields = {};
    std::vector<std::string> identity_statements = {
    };  // FEP-c390 statements as JSON text, unverified
    std::optional<Instant> published = {};
    bool takes_rfc9421 = false;  // FEP-844e generator.implements
};

struct Activity;

/// What an activity is about: an id, or something embedded. An embedded thing counts only as O6
/// says.
struct Reference {
    std::optional<Iri> id = {};
    std::shared_ptr<const Object> object = {
    };  // shared: activities are passed between jobs and never change
    std::shared_ptr<const Actor> actor = {};
    std::shared_ptr<const Activity> activity = {};
    bool is_link_only() const { return !object && !actor && !activity; }
};

struct Activity {
    std::optional<Iri> id = {};
    std::string type = {};  // as written
    Iri actor;
    Reference object = {};
    std::vector<Iri> objects = {};  // all ids, the first included; Flag names several
    std::vector<Reference> more_objects = {
    };  // embedded ones after the first: GoToSocial sends several poll votes in one Create
    std::optional<Iri> target = {}, origin = {}, instrument = {}, result = {};
    std::string content = {};  // Flag's comment, EmojiReact's emoji
    Addressing audience = {};
    std::optional<Instant> published = {};
    bool has_proof = false;
    bool has_ld_signature =
        false;  // an embedded `signature`: never an authority, but a sign of forwarding (S16)
};

/// Collection pages count as Collection. Other: nothing that says what it is.
enum class DocumentKind {
    Actor,
    Object,
    Activity,
    Collection,
    Key,
    WebFinger,
    NodeInfo,
    NodeInfoDiscovery,
    Other
};

/// Counts from outside are clamped to this: 2^53, the last integer every JSON reader agrees on.
inline constexpr std::int64_t kMaxCount = std::int64_t{1} << 53;

/// Types that are actors, activities we act on, and objects we show.
bool is_actor_type(std::string_view type);
bool is_activity_type(std::string_view type
);  // any of AS2, Lemmy, litepub and so on: known by name
bool is_handled_activity(std::string_view type);  // those that have an effect here (THREATS 17)
bool is_object_type(std::string_view type
);  // Note, Article, Question and so on, Tombstone included
bool is_collection_type(std::string_view type);
bool is_key_type(std::string_view type);

}  // namespace outboard::federation
