// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "src/api/router.hpp"

namespace outboard::api::oauth {

/// Registration of apps, the token endpoint, revocation, metadata (RFC 8414) and userinfo. The
/// pages where people log in and decide are in pages/.
void routes(Router& router);

}  // namespace outboard::api::oauth
