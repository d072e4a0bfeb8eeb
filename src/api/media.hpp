// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "src/api/router.hpp"

namespace outboard::api {

/// GET /media/{id}/{original or small}: pictures of ours, by their public address or, where not
/// everybody may see them, by a link that ends (DESIGN.md 3.12, THREATS 45, 49).
void media_routes(Router& router);

}  // namespace outboard::api
