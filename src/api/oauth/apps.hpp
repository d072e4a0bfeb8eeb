// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "src/api/router.hpp"

namespace outboard::api::oauth {

/// https://docs.joinmastodon.org/methods/apps/#create, and RFC 7591's
/// `token_endpoint_auth_method=none` for an app that can keep no secret.
Result<http::Response> register_app(App& app, const Call& call);
/// https://docs.joinmastodon.org/methods/apps/#verify_credentials
Result<http::Response> verify_app(App& app, const Call& call);

}  // namespace outboard::api::oauth
