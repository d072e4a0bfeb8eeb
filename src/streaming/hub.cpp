// SPDX-License-Identifier: Apache-2.0
#include "src/streaming/hub.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "src/api/oauth/authenticate.hpp"
#include "src/base/limits.hpp"
#include "src/base/log.hpp"
#include "src/store/streams.hpp"
#include "src/streaming/listener.hpp"

namespace outboard::streaming {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kRest = 1000ms;               // with nobody to tell
constexpr std::size_t kTokensAtOnce = 1000;  // looked at in one round

}  // namespace

/// The listeners, and how far the events were read for them.
struct Hub::Members {
    struct State {
        Listeners listeners;
        std::int64_t position = 0;  // of the newest event that was read
    };
    Guarded<State> state;

    void leave(const Listener& gone) {
        state.with([&](State& all) {
            std::erase_if(all.listeners, [&](const auto& one) { return one.get() == &gone; });
        });
    }
};

/// Bytes for one stream, sent after the snapshot is given back.
struct Hub::Outgoing {
    std::shared_ptr<Listener> listener;
    std::shared_ptr<const std::string> bytes;  // shared by those who are told the same
};

Hub::Hub(App& app) : app_(app), members_(std::make_shared<Members>()) {}
Hub::~Hub() = default;

/// Streams leave a quarter of the connections to calls.
bool Hub::is_full() const {
    const auto most = static_cast<std::size_t>(app_.config->limits_connections) / 4 * 3;
    return members_->state.with([&](const auto& all) { return all.listeners.size() >= most; });
}

std::shared_ptr<http::StreamReader> Hub::join(std::shared_ptr<Listener> listener) {
    const auto newest = app_.db.read([](store::Reader& db) { return store::streams::newest(db); });
    members_->state.with([&](auto& all) {
        if (all.listeners.empty()) all.position = newest;
        all.listeners.push_back(listener);
    });
    return listener;
}

std::shared_ptr<const http::Streaming> Hub::open(
    http::Streaming::Kind kind, const api::Caller& caller, std::optional<Result<Channel>> first
) {
    std::optional<Result<Wish>> wish;
    if (first && *first) {
        wish = Wish{.subscribe = true, .channel = **std::move(first)};
    } else if (first) {
        wish = tl::unexpected<Error>(first->error());
    }
    auto begin = [this, kind, caller, wish = std::move(wish)](std::shared_ptr<http::Stream> stream
                 ) {
        auto listener = std::make_shared<Listener>(
            caller,
            kind,
            std::move(stream),
            [members = std::weak_ptr(members_)](const Listener& gone) {
                if (const auto all = members.lock()) all->leave(gone);
            }
        );
        if (wish) listener->obey(*wish);
        return join(std::move(listener));
    };
    return std::make_shared<const http::Streaming>(http::Streaming{kind, std::move(begin)});
}

std::vector<Viewer> Hub::viewers_of(const Listeners& listeners) {
    std::map<AccountId, Viewer> by_account;
    for (const auto& listener : listeners) {
        auto& viewer = by_account[listener->account()];
        viewer.id = listener->account();
        for (auto& channel : listener->channels()) {
            const bool known = std::any_of(
                viewer.channels.begin(),
                viewer.channels.end(),
                [&](const Channel& one) { return one.is_same(channel); }
            );
            if (!known) viewer.channels.push_back(std::move(channel));
        }
    }
    std::erase_if(sent_, [&](const auto& one) { return !by_account.contains(one.first); });
    std::vector<Viewer> viewers;
    for (auto& [account, viewer] : by_account) {
        if (viewer.channels.empty()) continue;
        viewer.sent = &sent_[account];
        viewers.push_back(std::move(viewer));
    }
    return viewers;
}

/// Nothing for streams whose token holds no longer in the very snapshot that the events are of:
/// what is said after a revocation is not heard.
std::vector<Hub::Outgoing> Hub::address(
    store::Reader& db, const Listeners& listeners, const std::vector<Told>& news
) {
    std::vector<Outgoing> outgoing;
    if (news.empty()) return outgoing;
    std::unordered_map<AccountId, Listeners> by_account;
    for (const auto& listener : listeners) by_account[listener->account()].push_back(listener);
    std::unordered_map<std::string, bool> tokens;
    const auto holds = [&](const Listener& listener) {
        const auto [it, is_new] = tokens.try_emplace(listener.token(), false);
        if (is_new) it->second = api::oauth::find_caller(db, listener.token()).has_value();
        return it->second;
    };
    // The same words go to all that are told the same on the same channel.
    std::map<std::tuple<const std::string*, std::string, bool>, std::shared_ptr<const std::string>>
        texts;
    const auto text_for = [&](const Told& told, const Channel& channel, bool socket) {
        const auto name = socket ? channel.name + " " + channel.parameter : std::string();
        auto& text = texts[{told.payload.get(), std::string(told.event) + " " + name, socket}];
        if (!text) {
            text = std::make_shared<const std::string>(
                socket ? write_message(channel, told.event, *told.payload)
                       : write_event(told.event, *told.payload)
            );
        }
        return text;
    };
    std::unordered_map<const Listener*, std::vector<Channel>> channels;
    for (const auto& told : news) {
        for (const auto& listener : by_account[told.viewer]) {
            const auto [it, is_new] = channels.try_emplace(listener.get());
            if (is_new) it->second = listener->channels();
            for (const auto& channel : it->second) {
                if (!reaches(told.reach, channel)) continue;
                if (told.reach.notifications && !listener->hears_notifications()) continue;
                if (!holds(*listener)) {
                    listener->close(http::StreamEnd::Refused);
                    continue;
                }
                outgoing.push_back({listener, text_for(told, channel, listener->is_socket())});
            }
        }
    }
    return outgoing;
}

/// Within limits::kStreamTrust and a few rounds every token is looked at, however many there are.
void Hub::mind_tokens(const Listeners& listeners) {
    const auto now = Clock::now();
    Listeners due;
    for (const auto& listener : listeners) {
        if (now - listener->trusted_at < limits::kStreamTrust) continue;
        if (due.size() == kTokensAtOnce) break;
        due.push_back(listener);
    }
    if (due.empty()) return;
    std::unordered_map<std::string, bool> tokens;
    app_.db.read([&](store::Reader& db) {
        for (const auto& listener : due) {
            const auto [it, is_new] = tokens.try_emplace(listener->token(), false);
            if (is_new) it->second = api::oauth::find_caller(db, listener->token()).has_value();
        }
    });
    for (const auto& listener : due) {
        listener->trusted_at = now;
        if (tokens.at(listener->token())) continue;
        log::debug("stream.token_ended", {{"account", listener->account().str()}});
        listener->close(http::StreamEnd::Refused);
    }
}

std::chrono::milliseconds Hub::step() {
    const auto [listeners, position] = members_->state.with([](const auto& all) {
        return std::pair(all.listeners, all.position);
    });
    if (listeners.empty()) {
        sent_.clear();
        return kRest;
    }
    std::size_t count = 0;
    const auto outgoing = app_.db.read([&](store::Reader& db) -> std::vector<Outgoing> {
        const auto events =
            store::streams::list_after(db, position, static_cast<int>(limits::kStreamBatch));
        count = events.size();
        if (events.empty()) return {};
        // Whatever comes of them: one that cannot be told must not stop the others for ever.
        members_->state.with([&](auto& all) {
            all.position = std::max(all.position, events.back().id);
        });
        auto viewers = viewers_of(listeners);
        return address(db, listeners, tell(app_, db, events, viewers));
    });
    for (const auto& [listener, bytes] : outgoing) listener->send(bytes);
    mind_tokens(listeners);
    return count == limits::kStreamBatch ? 0ms : std::chrono::milliseconds(limits::kStreamPoll);
}

}  // namespace outboard::streaming
