// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "src/api/router.hpp"

namespace outboard::api {

/// Every route of the client API; ActivityPub, discovery and pages bring their own.
void client_routes(Router& router);

}  // namespace outboard::api
