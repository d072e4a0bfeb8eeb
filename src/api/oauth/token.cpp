// SPDX-License-Identifier: Apache-2.0
#include "src/api/oauth/token.hpp"

#include <nlohmann/json.hpp>

#include "federation/base/bytes.hpp"
#include "federation/base/text.hpp"
#include "src/entities/token.hpp"
#include "src/services/oauth.hpp"

namespace outboard::api::oauth {
namespace {

using services::oauth::ClientApp;
using services::oauth::Outcome;
using services::oauth::Refusal;
using services::oauth::refuse;
using services::oauth::Why;

int status_of(Why why) {
    switch (why) {
        case Why::InvalidClient:
            return 401;
        case Why::UnauthorizedClient:
        case Why::AccessDenied:
            return 403;
        case Why::TemporarilyUnavailable:
            return 503;
        case Why::ServerError:
            return 500;
        case Why::InvalidRequest:
        case Why::InvalidGrant:
        case Why::InvalidScope:
        case Why::UnsupportedGrantType:
        case Why::UnsupportedResponseType:
            return 400;
    }
    return 500;
}

/// Nothing of this endpoint is kept by anybody on the way (RFC 6749 5.1).
http::Response unstored(http::Response response) {
    response.set("Cache-Control", "no-store").set("Pragma", "no-cache");
    return response;
}

http::Response shown(const Refusal& refusal) {
    auto response = ok({{"error", to_string(refusal.why)}, {"error_description", refusal.shown}});
    response.status = status_of(refusal.why);
    if (refusal.why == Why::InvalidClient)
        response.set("WWW-Authenticate", "Basic realm=\"OAuth\"");
    if (refusal.why == Why::TemporarilyUnavailable) response.set("Retry-After", "10");
    return unstored(std::move(response));
}

struct ClientLogin {
    std::string id, secret;
};

/// From HTTP Basic, whose halves are form-encoded (RFC 6749 2.3.1), or from the parameters.
Outcome<ClientLogin> read_client(const Call& call) {
    const auto& params = call.params();
    ClientLogin login{params.text_or("client_id", ""), params.text_or("client_secret", "")};
    constexpr std::string_view kBasic = "basic ";
    const auto header = call.request().header("authorization").value_or("");
    if (!starts_with_ignoring_case(header, kBasic)) return login;
    const auto wrong = refuse(Why::InvalidClient, "The Authorization header cannot be read.");
    const auto pair = from_base64(trim(header.substr(kBasic.size())));
    if (!pair) return wrong;
    const auto colon = pair->find(':');
    if (colon == std::string::npos) return wrong;
    const auto decode = [](std::string_view half) {
        return percent_decode(half, /*plus_is_space=*/true);
    };
    ClientLogin basic{decode(pair->substr(0, colon)), decode(pair->substr(colon + 1))};
    if (!is_utf8(basic.id) || (!login.id.empty() && login.id != basic.id)) return wrong;
    return basic;
}

Outcome<ClientApp> authenticate_client(App& app, const Call& call) {
    const auto login = read_client(call);
    if (!login) return tl::unexpected<Refusal>(login.error());
    if (login->id.empty()) return refuse(Why::InvalidClient, "The client_id is missing.");
    return services::oauth::authenticate_client(app, login->id, login->secret);
}

Outcome<services::oauth::IssuedToken> issue(App& app, const Call& call) {
    const auto& params = call.params();
    const auto client = authenticate_client(app, call);
    if (!client) return tl::unexpected<Refusal>(client.error());
    const auto grant = params.text_or("grant_type", "");
    if (grant == "client_credentials")
        return services::oauth::issue_app_token(app, *client, params.text_or("scope", ""));
    if (grant.empty()) return refuse(Why::InvalidRequest, "The grant_type is missing.");
    if (grant != "authorization_code")
        return refuse(
            Why::UnsupportedGrantType,
            "The grant types here are authorization_code and client_credentials."
        );
    const auto code = params.text_or("code", "");
    if (code.empty()) return refuse(Why::InvalidRequest, "The code is missing.");
    return services::oauth::redeem_code(
        app,
        *client,
        {.code = code,
         .redirect_uri = params.text_or("redirect_uri", ""),
         .verifier = params.text_or("code_verifier", "")}
    );
}

}  // namespace

Result<http::Response> token(App& app, const Call& call) {
    const auto issued = issue(app, call);
    if (!issued) return shown(issued.error());
    const entities::Token entity{
        .access_token = issued->token, .scope = issued->scopes, .created_at = issued->created_at
    };
    return unstored(ok(json(entity)));
}

Result<http::Response> revoke(App& app, const Call& call) {
    const auto client = authenticate_client(app, call);
    if (!client) return shown(client.error());
    const auto text = call.params().text_or("token", "");
    if (text.empty()) return shown({Why::InvalidRequest, "The token is missing."});
    const auto revoked = services::oauth::revoke_token(app, *client, text);
    if (!revoked) return shown(revoked.error());
    return unstored(ok_empty());
}

}  // namespace outboard::api::oauth
