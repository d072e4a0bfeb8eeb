// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "src/http/message.hpp"
#include "src/services/app.hpp"

namespace outboard::api::activitypub {

/// Who asks, as far as a verified signature says it.
struct Asker {
    std::optional<AccountId> account;  // when that actor is stored here
    std::string host;                  // of the key's owner; empty for unsigned requests
};

/// Makes the answer for whoever asks.
using Serve = std::function<Result<http::Response>(const Asker&)>;

constexpr AccountId kNobody{};  // no account has id 0, so it blocks nobody

/// Serves what anybody may have, but for whoever says to be somebody else's than everybody
/// (THREATS 109): a blocked host is refused when it is named, and whom `author` blocks gets what is
/// not there. Keys are looked up only when a host is named where `author` blocks someone, and with
/// `federation.authorized_fetch`.
Result<http::Response> serve_open(
    App& app, const http::Request& request, AccountId author, Serve serve
);

/// Serves what depends on who asks: the signature is checked, its key fetched when unknown (within
/// the budgets of the key cache), its age at most one hour. Unsigned requests ask as nobody, or get
/// 401 when `federation.authorized_fetch` is on (S12). Errors: Unauthorized for signatures that do
/// not hold, Forbidden for blocked hosts.
Result<http::Response> serve_checked(App& app, const http::Request& request, Serve serve);

}  // namespace outboard::api::activitypub
