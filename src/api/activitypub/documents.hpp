// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "federation/json.hpp"
#include "federation/signatures.hpp"
#include "src/api/call.hpp"
#include "src/domain/account.hpp"
#include "src/domain/status.hpp"
#include "src/http/message.hpp"
#include "src/services/app.hpp"
#include "src/store/statuses.hpp"

namespace outboard::api::activitypub {

/// True when the Accept header asks for ActivityPub (or plain JSON, as some peers do) at least as
/// much as for HTML (O2).
bool wants_activity(const http::Request& request);

/// The request as the protocol library sees it: raw target, header bytes as sent.
federation::Request to_federation(const http::Request& request);

/// Who may keep an answer: everybody, or only whoever asked.
enum class Keep { Public, Private };

/// A document with ETag, Vary and caching headers; 304 when the caller has it (only public ones).
http::Response document(
    const http::Request& request, std::string bytes, Keep keep, int status = 200
);
http::Response document(
    const http::Request& request, const json& value, Keep keep, int status = 200
);

/// Which part of a collection is asked for; the names are those of clients' lists.
store::statuses::Page read_window(const Call& call, int items);
/// That part, newest first, with links to what is beside it. `cursors` are of all rows that were
/// read, also of those that give no item. `prev` may lead to an empty page: what came since (C1).
json collection_page(
    std::string_view collection,
    const store::statuses::Page& window,
    const std::vector<std::int64_t>& cursors,
    const std::vector<json>& items
);

/// The one answer for what is not there and for what is not for the caller to see: same bytes, same
/// headers (THREATS 106).
http::Response not_here();

/// 410 with the Tombstone of something of ours that everybody could see (O14); nothing when none is
/// kept.
std::optional<http::Response> find_tombstone(
    App& app, const http::Request& request, const std::string& uri
);

/// To the page that people see.
http::Response see_page(const std::string& url);

/// An active local account by the name in a path. Errors: NotFound, Gone for deleted ones.
Result<Account> find_local(App& app, std::string_view name);

/// Public or unlisted and present: what anybody may fetch.
bool is_open(const Status& status);

}  // namespace outboard::api::activitypub
