// SPDX-License-Identifier: Apache-2.0
#include "federation/vocabulary.hpp"

#include <algorithm>
#include <iterator>

namespace outboard::federation {
namespace {

template <std::size_t N>
bool is_one_of(const std::string_view (&names)[N], std::string_view type) {
    return std::find(std::begin(names), std::end(names), type) != std::end(names);
}

constexpr std::string_view kActors[] = {
    "Person", "Organization", "Group", "Service", "Application"
};

// What has an effect here (REQUIREMENTS I5).
constexpr std::string_view kHandled[] = {
    "Accept",
    "Add",
    "Announce",
    "Block",
    "Create",
    "Delete",
    "EmojiReact",
    "Flag",
    "Follow",
    "Like",
    "Move",
    "Reject",
    "Remove",
    "Undo",
    "Update"
};

// Known by name, without effect: the rest of AS2, litepub, Lemmy, Mobilizon, GoToSocial and
// FEP-044f.
constexpr std::string_view kUnhandled[] = {
    "Activity",
    "AnnounceRequest",
    "ApproveReply",
    "Arrive",
    "Bite",
    "Dislike",
    "Ignore",
    "IntransitiveActivity",
    "Invite",
    "Join",
    "Leave",
    "LikeRequest",
    "Listen",
    "Lock",
    "Offer",
    "QuoteRequest",
    "Read",
    "ReplyRequest",
    "Report",
    "Resolve",
    "TentativeAccept",
    "TentativeReject",
    "Travel",
    "View",
    "Warn"
};

constexpr std::string_view kObjects[] = {
    "Note",         "Article", "Page",     "Question",  "Image",  "Audio",       "Video",
    "Event",        "Place",   "Document", "Profile",   "Object", "ChatMessage", "Tombstone",
    "Relationship", "Comment", "Review",   "Quotation", "Work",   "Edition",     "Conversation"
};

constexpr std::string_view kCollections[] = {
    "Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"
};

// `Key` is CryptographicKey in the older vocabulary of web payments, still sent by Misskey and its
// forks.
constexpr std::string_view kKeys[] = {"Key", "CryptographicKey", "Multikey"};

}  // namespace

bool Addressing::names(const Iri& actor) const {
    return std::find(to.begin(), to.end(), actor) != to.end() ||
           std::find(cc.begin(), cc.end(), actor) != cc.end();
}

bool is_actor_type(std::string_view type) { return is_one_of(kActors, type); }
bool is_handled_activity(std::string_view type) { return is_one_of(kHandled, type); }
bool is_activity_type(std::string_view type) {
    return is_one_of(kHandled, type) || is_one_of(kUnhandled, type);
}
bool is_object_type(std::string_view type) { return is_one_of(kObjects, type); }
bool is_collection_type(std::string_view type) { return is_one_of(kCollections, type); }
bool is_key_type(std::string_view type) { return is_one_of(kKeys, type); }

}  // namespace outboard::federation
