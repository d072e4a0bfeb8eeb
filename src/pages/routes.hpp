// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "src/api/router.hpp"

namespace outboard::pages {

/// Server-rendered pages, feeds and their assets: no script, readable by anybody. Lists hold
/// public posts only; an unlisted one is for those who have its link.
void routes(api::Router& router);

}  // namespace outboard::pages
