// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "src/api/call.hpp"
#include "src/base/guarded.hpp"
#include "src/http/stream.hpp"
#include "src/streaming/channel.hpp"
#include "src/streaming/protocol.hpp"

namespace outboard::streaming {

/// One open stream: whose it is, and what it listens to. Threads: any, but for `trusted_at`.
class Listener final : public http::StreamReader {
public:
    using Leave = std::function<void(const Listener&)>;
    Listener(
        const api::Caller& caller,
        http::Streaming::Kind kind,
        std::shared_ptr<http::Stream> stream,
        Leave leave
    );

    AccountId account() const { return account_; }
    const std::string& token() const { return token_; }
    bool is_socket() const { return kind_ == http::Streaming::Kind::WebSocket; }
    bool hears_notifications() const;
    std::vector<Channel> channels() const;

    /// What is wrong with it is told over the socket.
    void obey(const Result<Wish>& wish);
    void send(std::shared_ptr<const std::string> bytes) const { stream_->send(std::move(bytes)); }
    void close(http::StreamEnd end) const { stream_->close(end); }

    void on_text(const std::string& text) override { obey(read_wish(text)); }
    void on_closed() override { leave_(*this); }

    std::chrono::steady_clock::time_point trusted_at;  // the stepping thread's

private:
    Result<void> follow(const Wish& wish);

    const AccountId account_;
    const std::string token_, scopes_;  // the hash of the token
    const http::Streaming::Kind kind_;
    const std::shared_ptr<http::Stream> stream_;  // shared with the transport
    const Leave leave_;
    Guarded<std::vector<Channel>> channels_;
};

}  // namespace outboard::streaming
