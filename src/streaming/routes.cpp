// SPDX-License-Identifier: Apache-2.0
#include "src/streaming/routes.hpp"

#include <algorithm>

#include "federation/base/text.hpp"
#include "src/http/stream.hpp"
#include "src/http/words.hpp"
#include "src/streaming/hub.hpp"

namespace outboard::streaming {
namespace {

using api::Call;

constexpr std::string_view kPath = "/api/v1/streaming";

Result<Hub*> find_hub(App& app) {
    if (app.streams == nullptr || app.streams->is_full()) {
        return fail(
            Code::Unavailable, "This server has as many open streams as it can; try again."
        );
    }
    return app.streams;
}

Result<Channel> channel_of(const Call& call, std::string_view name) {
    const auto& params = call.params();
    return parse_channel(name, params.text_or("tag", ""), params.text_or("list", ""));
}

http::Response upgrade_required(std::string_view why) {
    auto response = api::render({Code::Invalid, std::string(why)}, api::Surface::Api);
    response.status = 426;
    return response.set("Upgrade", "websocket");
}

Result<http::Response> socket(App& app, const Call& call) {
    switch (http::asks_for_websocket(call.request())) {
        case http::Upgrade::None:
            return upgrade_required("This address speaks WebSocket.");
        case http::Upgrade::OldVersion:
            return upgrade_required("This server speaks version 13 of WebSocket.")
                .set("Sec-WebSocket-Version", "13");
        case http::Upgrade::Unsound: {
            auto response = api::render(
                {Code::Invalid, "The WebSocket handshake is malformed."}, api::Surface::Api
            );
            response.status = 400;
            return response;
        }
        case http::Upgrade::Sound:
            break;
    }
    OB_TRY(auto* hub, find_hub(app));
    std::optional<Result<Channel>> first;
    if (const auto name = call.params().text("stream")) first = channel_of(call, *name);
    http::Response response;
    if (const auto offered = call.request().header("sec-websocket-protocol")) {
        // Browsers close a socket whose answer names none of what they offered.
        const auto one = http::trimmed(offered->substr(0, offered->find(',')));
        if (http::is_token(one)) response.set("Sec-WebSocket-Protocol", std::string(one));
    }
    response.streaming =
        hub->open(http::Streaming::Kind::WebSocket, call.caller(), std::move(first));
    return response;
}

/// `/api/v1/streaming/public/local` is the stream `public:local`.
Result<http::Response> events(App& app, const Call& call) {
    OB_TRY(auto* hub, find_hub(app));
    auto name = std::string(call.request().path().substr(kPath.size() + 1));
    if (name.ends_with('/')) name.pop_back();
    std::replace(name.begin(), name.end(), '/', ':');
    if (name.starts_with("public") && call.params().is_true("only_media")) name += ":media";
    OB_TRY(auto channel, channel_of(call, name));
    auto response = http::Response::make(200, "text/event-stream", "");
    response.set("X-Accel-Buffering", "no");
    response.streaming =
        hub->open(http::Streaming::Kind::Events, call.caller(), std::move(channel));
    return response;
}

Result<http::Response> health(App&, const Call&) {
    return http::Response::make(200, "text/plain; charset=utf-8", "OK");
}

}  // namespace

void routes(api::Router& router) {
    auto group = router.group(std::string(kPath));
    // Each subscription of a socket asks for its own scope.
    group.get("", socket, {.scope = api::Scope::None, .token_in_query = true});
    group.get("/health", health, {.scope = api::Scope::None, .anonymous = true, .app = true});
    for (const auto* path :
         {"/user",
          "/public",
          "/public/local",
          "/public/remote",
          "/hashtag",
          "/hashtag/local",
          "/direct"}) {
        group.get(path, events, {.scope = api::Scope::ReadStatuses, .token_in_query = true});
    }
    group.get(
        "/user/notification",
        events,
        {.scope = api::Scope::ReadNotifications, .token_in_query = true}
    );
    group.get("/list", events, {.scope = api::Scope::ReadLists, .token_in_query = true});
}

}  // namespace outboard::streaming
