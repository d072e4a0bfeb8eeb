// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "src/api/router.hpp"

namespace outboard::api::wellknown {

/// WebFinger, host-meta and NodeInfo (REQUIREMENTS section 1).
void routes(Router& router);

}  // namespace outboard::api::wellknown
