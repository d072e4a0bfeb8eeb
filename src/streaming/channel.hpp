// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "federation/base/result.hpp"
#include "src/api/scope.hpp"

namespace outboard::streaming {

enum class Feed { User, Notifications, Public, Hashtag, List, Direct };
enum class Origin { Any, Local, Remote };

/// What one subscription asks for.
struct Channel {
    Feed feed = Feed::User;
    Origin origin = Origin::Any;
    bool only_media = false;
    std::string name;       // "public:local:media"
    std::string parameter;  // a tag or a list as the client wrote it; clients compare it
    std::string key;        // the same, folded

    bool is_same(const Channel& other) const { return name == other.name && key == other.key; }
};

/// `tag` and `list` are looked at where the stream has such a parameter.
/// Errors: Invalid for an unknown name, and for a tag or list that is missing or malformed.
/// Spec: https://docs.joinmastodon.org/methods/streaming/#streams
Result<Channel> parse_channel(std::string_view name, std::string_view tag, std::string_view list);

/// What a token must cover for it.
api::Scope scope_of(const Channel& channel);

}  // namespace outboard::streaming
