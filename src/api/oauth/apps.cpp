// SPDX-License-Identifier: Apache-2.0
#include "src/api/oauth/apps.hpp"

#include <nlohmann/json.hpp>

#include "src/domain/scopes.hpp"
#include "src/entities/credential_application.hpp"
#include "src/services/oauth.hpp"

namespace outboard::api::oauth {
namespace {

entities::Application to_entity(const services::oauth::ClientApp& app) {
    entities::Application out;
    out.id = std::to_string(app.id);
    out.name = app.name;
    out.website = app.website;
    for (const auto word : scopes::words(app.scopes)) out.scopes.emplace_back(word);
    out.redirect_uris = app.redirect_uris;
    return out;
}

/// One, several in one text with white space between, or a list (pitfalls.md 4.1).
std::vector<std::string> read_redirect_uris(const Params& params) {
    std::vector<std::string> uris;
    for (const auto& text : params.list("redirect_uris")) {
        std::size_t at = 0;
        while ((at = text.find_first_not_of(" \t\r\n", at)) != std::string::npos) {
            const auto end = std::min(text.find_first_of(" \t\r\n", at), text.size());
            uris.push_back(text.substr(at, end - at));
            at = end;
        }
    }
    return uris;
}

std::string read_scopes(const Params& params) {
    std::string scopes;
    for (const auto& text : params.list("scopes")) scopes += text + " ";
    return std::string(trim(scopes));
}

}  // namespace

Result<http::Response> register_app(App& app, const Call& call) {
    const auto& params = call.params();
    OB_TRY(
        const auto made,
        services::oauth::register_app(
            app,
            {.name = params.text_or("client_name", ""),
             .website = params.text_or("website", ""),
             .redirect_uris = read_redirect_uris(params),
             .scopes = read_scopes(params),
             .is_public = params.text_or("token_endpoint_auth_method", "") == "none"}
        )
    );
    const entities::CredentialApplication credentials{
        .app = to_entity(made.app), .client_id = made.app.client_id, .client_secret = made.secret
    };
    auto response = ok(json(credentials));
    response.set("Cache-Control", "no-store");
    return response;
}

Result<http::Response> verify_app(App& app, const Call& call) {
    const auto found = app.db.read([&](store::Reader& db) {
        return store::oauth_apps::find(db, call.caller().app);
    });
    if (!found) return fail(Code::NotFound, std::string(kNoRecord));
    return ok(json(to_entity(*found)));
}

}  // namespace outboard::api::oauth
