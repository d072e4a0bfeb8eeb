// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "src/api/router.hpp"

namespace outboard::api::mastodon {

void polls(Router& router);

}  // namespace outboard::api::mastodon
