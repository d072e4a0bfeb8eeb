// SPDX-License-Identifier: Apache-2.0
#include "src/entities/application.hpp"

#include "src/entities/common.hpp"

namespace outboard::entities {

void to_json(json& out, const Application& app) {
    std::string joined;  // for clients from before 4.3
    for (const auto& uri : app.redirect_uris) joined += (joined.empty() ? "" : "\n") + uri;
    out = {
        {"id", app.id},
        {"name", app.name},
        {"website", text_or_null(app.website)},
        {"scopes", app.scopes},
        {"redirect_uris", app.redirect_uris},
        {"redirect_uri", joined}
    };
}

}  // namespace outboard::entities
