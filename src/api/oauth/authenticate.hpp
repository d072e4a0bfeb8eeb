// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "src/api/call.hpp"

namespace outboard::api::oauth {

/// Who calls, from `Authorization: Bearer` (where a route allows it also from `access_token` in the
/// query or from the first of Sec-WebSocket-Protocol). Without a token: an anonymous Caller. The
/// store is asked each time, so that a revoked token is dead at once.
///
/// Errors: Unauthorized for a token that is unknown or revoked, Forbidden when its account is
/// suspended or deleted.
Result<Caller> authenticate(App& app, const http::Request& request, bool token_in_query);

/// Whose token has that hash, with the same rules and errors: for connections that outlast a call.
Result<Caller> find_caller(store::Reader& db, const std::string& hash);

}  // namespace outboard::api::oauth
