// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "src/api/call.hpp"

namespace outboard::api::oauth {

/// Who calls, from `Authorization: Bearer` (or `access_token` in the query where a route allows
/// it). Without a token: an anonymous Caller. The store is asked each time, so that a revoked token
/// is dead at once.
///
/// Errors: Unauthorized for a token that is unknown or revoked, Forbidden when its account is
/// suspended or deleted.
Result<Caller> authenticate(App& app, const http::Request& request, bool token_in_query);

}  // namespace outboard::api::oauth
