// SPDX-License-Identifier: Apache-2.0
#include "src/streaming/listener.hpp"

#include <algorithm>
#include <utility>

#include "src/api/render.hpp"
#include "src/base/limits.hpp"

namespace outboard::streaming {

Listener::Listener(
    const api::Caller& caller,
    http::Streaming::Kind kind,
    std::shared_ptr<http::Stream> stream,
    Leave leave
)
    : trusted_at(std::chrono::steady_clock::now()),
      account_(*caller.account),
      token_(caller.token),
      scopes_(caller.scopes),
      kind_(kind),
      stream_(std::move(stream)),
      leave_(std::move(leave)) {}

bool Listener::hears_notifications() const {
    return api::covers(scopes_, api::Scope::ReadNotifications);
}

std::vector<Channel> Listener::channels() const {
    return channels_.with([](const auto& channels) { return channels; });
}

void Listener::obey(const Result<Wish>& wish) {
    const auto done = wish ? follow(*wish) : Result<void>(tl::unexpected<Error>(wish.error()));
    if (done) return;
    if (!is_socket()) return close(http::StreamEnd::Broken);  // its route has checked all this
    send(std::make_shared<const std::string>(write_refusal(done.error())));
}

Result<void> Listener::follow(const Wish& wish) {
    const auto& channel = wish.channel;
    if (wish.subscribe && !api::covers(scopes_, scope_of(channel))) {
        return fail(Code::Forbidden, std::string(api::kNoScope));
    }
    return channels_.with([&](std::vector<Channel>& channels) -> Result<void> {
        const auto there = std::find_if(channels.begin(), channels.end(), [&](const Channel& one) {
            return one.is_same(channel);
        });
        if (!wish.subscribe) {
            if (there != channels.end()) channels.erase(there);
            return {};
        }
        if (there != channels.end()) return {};
        if (channels.size() >= limits::kStreamChannels) {
            return fail(Code::Invalid, "This socket has as many subscriptions as it may have.");
        }
        channels.push_back(channel);
        return {};
    });
}

}  // namespace outboard::streaming
