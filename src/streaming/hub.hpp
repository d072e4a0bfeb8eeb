// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "src/api/call.hpp"
#include "src/base/guarded.hpp"
#include "src/http/stream.hpp"
#include "src/services/app.hpp"
#include "src/streaming/teller.hpp"

namespace outboard::streaming {

class Listener;

/// All open streams of this process. `step` reads what happened since the last time, finds who is
/// to be told with the rules that reading has, and sends; and sees that every stream's token still
/// holds. Threads: `step` from one thread, the rest any. Outlives the server that carries the
/// streams.
class Hub {
public:
    explicit Hub(App& app);
    ~Hub();
    Hub(const Hub&) = delete;
    Hub& operator=(const Hub&) = delete;

    bool is_full() const;
    /// For an answer that becomes a stream. The caller has an account. What is wrong with the first
    /// subscription is told over a WebSocket, as with later ones; for events it must be right.
    std::shared_ptr<const http::Streaming> open(
        http::Streaming::Kind kind, const api::Caller& caller, std::optional<Result<Channel>> first
    );

    /// One round; returns how long the next may wait.
    std::chrono::milliseconds step();

private:
    using Listeners = std::vector<std::shared_ptr<Listener>>;
    struct Members;
    struct Outgoing;

    std::shared_ptr<http::StreamReader> join(std::shared_ptr<Listener> listener);
    std::vector<Viewer> viewers_of(const Listeners& listeners);
    std::vector<Outgoing> address(
        store::Reader& db, const Listeners& listeners, const std::vector<Told>& news
    );
    void mind_tokens(const Listeners& listeners);

    App& app_;
    const std::shared_ptr<Members> members_;  // known to the listeners, which leave by themselves
    std::unordered_map<AccountId, SentBefore> sent_;  // the stepping thread's
};

}  // namespace outboard::streaming
