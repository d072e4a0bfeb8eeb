// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "src/streaming/channel.hpp"

/// The words of the streaming API (mastodon-api/pitfalls.md section 11).
namespace outboard::streaming {

/// What a client asks over its socket: `{"type":"subscribe","stream":"hashtag","tag":"x"}`.
struct Wish {
    bool subscribe = true;  // else unsubscribe
    Channel channel;
};
/// Errors: Invalid for what is no JSON object, another type, and as `parse_channel`.
Result<Wish> read_wish(std::string_view text);

/// `{"stream":["hashtag","x"],"event":"update","payload":"…"}`.
std::string write_message(
    const Channel& channel, std::string_view event, const std::string& payload
);
/// `event: update`, `data: …`, an empty line. The payload is JSON or an id: it has no line ends.
std::string write_event(std::string_view event, const std::string& payload);
/// `{"error":"…","status":400}`.
std::string write_refusal(const Error& error);

}  // namespace outboard::streaming
