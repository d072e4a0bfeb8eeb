// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/domain/account.hpp"
#include "src/services/app.hpp"
#include "src/store/oauth.hpp"

/// OAuth 2 as Mastodon's clients use it: apps, the code flow with PKCE, tokens of an app's own,
/// revocation. RFC 6749, 7636, 7009, 9700.
namespace outboard::services::oauth {

using store::oauth_apps::ClientApp;

/// Why the protocol refuses, in its own words (RFC 6749 4.1.2.1 and 5.2).
enum class Why {
    InvalidRequest,
    InvalidClient,
    InvalidGrant,
    InvalidScope,
    UnauthorizedClient,
    UnsupportedGrantType,
    UnsupportedResponseType,
    AccessDenied,
    TemporarilyUnavailable,
    ServerError
};
std::string_view to_string(Why why);

struct Refusal {
    Why why = Why::InvalidRequest;
    std::string shown;
};
template <class T>
using Outcome = tl::expected<T, Refusal>;

inline tl::unexpected<Refusal> refuse(Why why, std::string shown) {
    return tl::unexpected<Refusal>(Refusal{why, std::move(shown)});
}
/// A refusal of our own parts (a full queue, a broken disk) in the protocol's words.
Refusal refusal_of(const Error& error);

struct NewApp {
    std::string name, website;
    std::vector<std::string> redirect_uris;
    std::string scopes;      // empty: read
    bool is_public = false;  // cannot keep a secret, gets none, must use PKCE
};
struct MadeApp {
    ClientApp app;
    std::string secret;  // shown once; empty for a public client
};
/// Errors: Invalid, naming what is wrong. Apps are never forgotten: clients keep them for good.
Result<MadeApp> register_app(App& app, const NewApp& fresh);

/// The app that proves to be itself. Errors: InvalidClient, the same for an unknown one and a wrong
/// secret.
Outcome<ClientApp> authenticate_client(
    App& app, std::string_view client_id, std::string_view secret
);

/// The scopes an app asks for, written out. Errors: InvalidScope for unknown ones and for more than
/// it registered.
Outcome<std::string> scopes_for(const ClientApp& app, std::string_view asked);

/// What an app asks a person for, as it came.
struct AuthorizationRequest {
    std::string response_type, client_id, redirect_uri, scope, challenge, challenge_method;
};
/// The app of a request whose redirect URI is one it registered. Without it there is nowhere to
/// send an answer. Errors: Invalid, to be shown to the person.
Result<ClientApp> find_destination(App& app, const AuthorizationRequest& request);

/// A request that may be put before a person.
struct Authorization {
    ClientApp app;
    std::string redirect_uri, scopes, challenge;
};
/// Errors: to be sent to the app's redirect URI.
Outcome<Authorization> check_authorization(ClientApp app, const AuthorizationRequest& request);

/// A code for what the person allowed: once, within limits::kCode (kCodeByHand when it is shown).
/// Errors: AccessDenied when the account is not active, InvalidScope when only owners and admins
/// may give a scope.
Outcome<std::string> grant_code(App& app, const Authorization& allowed, AccountId account);

struct IssuedToken {
    std::string token;  // kept as its hash only
    std::string scopes;
    Instant created_at{};
};
struct CodeExchange {
    std::string code, redirect_uri, verifier;
};
/// Exchanges a code for a token. A code that comes a second time revokes the token of the first:
/// somebody has it who should not (RFC 6749 10.5). Errors: InvalidGrant.
Outcome<IssuedToken> redeem_code(App& app, const ClientApp& client, const CodeExchange& exchange);

/// A token of the app's own, without an account. Errors: InvalidScope, UnauthorizedClient for a
/// public client.
Outcome<IssuedToken> issue_app_token(App& app, const ClientApp& client, std::string_view scope);

/// Ends a token; one that is unknown or over is no error (RFC 7009 2.2). Errors:
/// UnauthorizedClient for another app's.
Outcome<void> revoke_token(App& app, const ClientApp& client, std::string_view token);

}  // namespace outboard::services::oauth
