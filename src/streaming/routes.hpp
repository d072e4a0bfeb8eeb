// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "src/api/router.hpp"

namespace outboard::streaming {

/// `/api/v1/streaming`: a WebSocket, server-sent events for each stream, and `health`.
void routes(api::Router& router);

}  // namespace outboard::streaming
