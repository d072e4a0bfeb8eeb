// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "src/api/router.hpp"

namespace outboard::pages {

/// Where a person decides what an app may do (RFC 6749 4.1.1; CONTRACT: plain forms, no script).
void authorize_routes(api::Router& router);

}  // namespace outboard::pages
