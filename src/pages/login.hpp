// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "src/api/router.hpp"
#include "src/pages/visit.hpp"

namespace outboard::pages {

/// The form for name and password; `problem` says why the last try failed. It goes on to the
/// authorization request in `carried`.
http::Response login_page(
    App& app,
    const http::Request& request,
    const Carried& carried,
    int status = 200,
    const std::string& problem = {},
    const std::string& name = {}
);

/// POST /oauth/login, and logging out.
void login_routes(api::Router& router);

}  // namespace outboard::pages
