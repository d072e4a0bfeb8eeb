// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "src/api/router.hpp"

namespace outboard::api::oauth {

/// https://docs.joinmastodon.org/methods/oauth/#token (RFC 6749 3.2)
Result<http::Response> token(App& app, const Call& call);
/// https://docs.joinmastodon.org/methods/oauth/#revoke (RFC 7009)
Result<http::Response> revoke(App& app, const Call& call);

}  // namespace outboard::api::oauth
