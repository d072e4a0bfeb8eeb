// SPDX-License-Identifier: Apache-2.0
#include "src/streaming/protocol.hpp"

#include <nlohmann/json.hpp>

#include "federation/json.hpp"
#include "src/api/render.hpp"

namespace outboard::streaming {
namespace {

/// Ids are text or numbers, as clients like it.
std::string text_of(const json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end()) return {};
    if (found->is_string()) return found->get<std::string>();
    return found->is_number_integer() ? found->dump() : std::string();
}

}  // namespace

Result<Wish> read_wish(std::string_view text) {
    constexpr JsonLimits kSmall{
        .bytes = 64 * 1024, .depth = 4, .keys = 32, .values = 64, .string_bytes = 1024
    };
    const auto object = read_json(text, kSmall);
    if (!object || !object->is_object()) {
        return fail(Code::Invalid, "A message must be a JSON object");
    }
    const auto type = text_of(*object, "type");
    if (type != "subscribe" && type != "unsubscribe") {
        return fail(Code::Invalid, "Unknown message type");
    }
    OB_TRY(
        auto channel,
        parse_channel(text_of(*object, "stream"), text_of(*object, "tag"), text_of(*object, "list"))
    );
    return Wish{.subscribe = type == "subscribe", .channel = std::move(channel)};
}

std::string write_message(
    const Channel& channel, std::string_view event, const std::string& payload
) {
    auto stream = json::array({channel.name});
    if (!channel.parameter.empty()) stream.push_back(channel.parameter);
    return write_json({{"stream", std::move(stream)}, {"event", event}, {"payload", payload}});
}

std::string write_event(std::string_view event, const std::string& payload) {
    std::string text;
    text.reserve(event.size() + payload.size() + 20);
    text.append("event: ").append(event).append("\ndata: ").append(payload).append("\n\n");
    return text;
}

std::string write_refusal(const Error& error) {
    // A malformed wish is 400 here, where calls answer 422 (pitfalls.md 11.4).
    const int status =
        error.code == Code::Invalid ? 400 : api::status_of(error.code, api::Surface::Api);
    return write_json({{"error", error.shown}, {"status", status}});
}

}  // namespace outboard::streaming
