// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "federation/base/bytes.hpp"
#include "federation/base/text.hpp"
#include "src/services/oauth.hpp"
#include "tests/api/check.hpp"

namespace outboard::tests {

inline const std::string kRedirect = "https://client.example/callback";
inline const std::string kVerifier = "a-verifier-of-forty-three-characters-or-more-12";

inline std::string challenge_of(const std::string& verifier) {
    return to_base64url(sha256(verifier));
}

/// A node with a person, and an app with a secret.
struct OAuthWorld {
    struct Client {
        std::string id, secret;
    };

    TestNode node;
    Actor ana = node.person("ana");
    Client app = registers({{"scopes", "read write"}});

    Client registers(nlohmann::json body) {
        if (!body.contains("client_name")) body["client_name"] = "Tusk";
        if (!body.contains("redirect_uris")) body["redirect_uris"] = kRedirect;
        const auto reply = node.post("/api/v1/apps", {}, body);
        check_entity(reply, "credential_application");
        return {reply.json.at("client_id"), reply.json.at("client_secret")};
    }

    services::oauth::Outcome<services::oauth::Authorization> asks(
        const Client& client, services::oauth::AuthorizationRequest request
    ) {
        request.client_id = client.id;
        if (request.response_type.empty()) request.response_type = "code";
        if (request.redirect_uri.empty()) request.redirect_uri = kRedirect;
        if (request.challenge_method.empty() && !request.challenge.empty())
            request.challenge_method = "S256";
        auto found = services::oauth::find_destination(node.app(), request);
        REQUIRE(found.has_value());
        return services::oauth::check_authorization(*found, request);
    }

    /// What the person's consent gives the app.
    std::string code(const Client& client, const services::oauth::AuthorizationRequest& request) {
        const auto asked = asks(client, request);
        REQUIRE(asked.has_value());
        const auto code = services::oauth::grant_code(node.app(), *asked, ana.id);
        REQUIRE(code.has_value());
        return *code;
    }

    nlohmann::json exchange(const Client& client, const std::string& code) const {
        return {
            {"grant_type", "authorization_code"},
            {"client_id", client.id},
            {"client_secret", client.secret},
            {"redirect_uri", kRedirect},
            {"code", code}
        };
    }

    /// A refusal in OAuth's form.
    static void check_refused(const Reply& reply, int status, const std::string& error) {
        INFO(reply.body);
        CHECK(reply.status == status);
        CHECK(schema_faults(reply.json, "error") == std::vector<std::string>{});
        CHECK(reply.json.value("error", "") == error);
        CHECK_FALSE(reply.json.value("error_description", "").empty());
        CHECK(reply.header("cache-control") == "no-store");
    }
};

}  // namespace outboard::tests
