// SPDX-License-Identifier: Apache-2.0
#include "federation/base/bytes.hpp"
#include "federation/base/text.hpp"
#include "federation/iri.hpp"
#include "src/base/limits.hpp"
#include "src/domain/redirect_uri.hpp"
#include "src/domain/scopes.hpp"
#include "src/domain/secret.hpp"
#include "src/html/html.hpp"
#include "src/services/oauth.hpp"

namespace outboard::services::oauth {
namespace {

Result<void> check_website(const std::string& website) {
    if (website.empty()) return {};
    const auto parsed = federation::Iri::parse(website);
    if (website.size() > limits::kAppWebsite || !parsed || !parsed->is_http())
        return fail(Code::Invalid, "The website must be an http or https address.");
    return {};
}

Result<void> check_redirects(const std::vector<std::string>& uris) {
    if (uris.empty()) return fail(Code::Invalid, "Name at least one redirect URI.");
    if (uris.size() > limits::kRedirectUris)
        return fail(Code::Invalid, "An app has at most 20 redirect URIs.");
    for (const auto& uri : uris) OB_CHECK(redirect_uri::check(uri));
    return {};
}

}  // namespace

std::string_view to_string(Why why) {
    switch (why) {
        case Why::InvalidRequest:
            return "invalid_request";
        case Why::InvalidClient:
            return "invalid_client";
        case Why::InvalidGrant:
            return "invalid_grant";
        case Why::InvalidScope:
            return "invalid_scope";
        case Why::UnauthorizedClient:
            return "unauthorized_client";
        case Why::UnsupportedGrantType:
            return "unsupported_grant_type";
        case Why::UnsupportedResponseType:
            return "unsupported_response_type";
        case Why::AccessDenied:
            return "access_denied";
        case Why::TemporarilyUnavailable:
            return "temporarily_unavailable";
        case Why::ServerError:
            return "server_error";
    }
    return "server_error";
}

Refusal refusal_of(const Error& error) {
    if (error.code == Code::Unavailable) return {Why::TemporarilyUnavailable, error.shown};
    return {Why::ServerError, "Something went wrong on this server."};
}

Result<MadeApp> register_app(App& app, const NewApp& fresh) {
    MadeApp made;
    made.app.name = html::clean_name(fresh.name, limits::kAppName + 1);
    if (made.app.name.empty()) return fail(Code::Invalid, "An app needs a name: client_name.");
    if (count_codepoints(made.app.name) > limits::kAppName)
        return fail(Code::Invalid, "An app's name has at most 100 characters.");
    OB_CHECK(check_website(fresh.website));
    OB_CHECK(check_redirects(fresh.redirect_uris));
    OB_TRY(made.app.scopes, scopes::parse(scopes::or_default(fresh.scopes)));
    made.app.website = fresh.website;
    made.app.redirect_uris = fresh.redirect_uris;
    made.app.client_id = make_secret(app.random);
    if (!fresh.is_public) {
        made.secret = make_secret(app.random);
        made.app.secret_hash = secret_hash(made.secret);
    }
    OB_TRY(made.app.id, app.db.write([&](store::Writer& tx) {
        return store::oauth_apps::insert(tx, made.app);
    }));
    return made;
}

Outcome<std::string> scopes_for(const ClientApp& app, std::string_view asked) {
    auto wanted = scopes::parse(scopes::or_default(asked));
    if (!wanted) return refuse(Why::InvalidScope, wanted.error().shown);
    if (!scopes::covers_all(app.scopes, *wanted))
        return refuse(Why::InvalidScope, "The app did not register for these scopes.");
    return *std::move(wanted);
}

Outcome<ClientApp> authenticate_client(
    App& app, std::string_view client_id, std::string_view secret
) {
    auto client = app.db.read([&](store::Reader& db) {
        return store::oauth_apps::find_by_client_id(db, client_id);
    });
    const bool fits =
        client &&
        (client->is_public() ? secret.empty()
                             : equal_constant_time(secret_hash(secret), client->secret_hash));
    if (!fits)
        return refuse(
            Why::InvalidClient, "There is no app of that client_id and client_secret here."
        );
    return *std::move(client);
}

Result<ClientApp> find_destination(App& app, const AuthorizationRequest& request) {
    auto client = app.db.read([&](store::Reader& db) {
        return store::oauth_apps::find_by_client_id(db, request.client_id);
    });
    if (!client)
        return fail(
            Code::Invalid,
            "The app that sent you here is not known to this server. Remove the account from the "
            "app and add it again."
        );
    for (const auto& registered : client->redirect_uris) {
        if (redirect_uri::matches(registered, request.redirect_uri)) return *std::move(client);
    }
    return fail(
        Code::Invalid,
        "The app that sent you here wants the answer at an address that it did not register. "
        "Nothing was sent there."
    );
}

Outcome<Authorization> check_authorization(ClientApp app, const AuthorizationRequest& request) {
    if (request.response_type != "code")
        return refuse(Why::UnsupportedResponseType, "response_type must be \"code\".");
    const auto wanted = scopes_for(app, request.scope);
    if (!wanted) return tl::unexpected<Refusal>(wanted.error());
    const bool has_challenge = !request.challenge.empty();
    if (has_challenge ? request.challenge_method != "S256" : !request.challenge_method.empty())
        return refuse(
            Why::InvalidRequest, "PKCE needs a code_challenge with code_challenge_method \"S256\"."
        );
    const auto digest = from_base64url(request.challenge);
    if (has_challenge && (!digest || digest->size() != 32))
        return refuse(Why::InvalidRequest, "The code_challenge is no SHA-256 in base64url.");
    if (!has_challenge && app.is_public())
        return refuse(Why::InvalidRequest, "An app without a secret must use PKCE.");
    return Authorization{std::move(app), request.redirect_uri, *wanted, request.challenge};
}

}  // namespace outboard::services::oauth
