// SPDX-License-Identifier: Apache-2.0
#include "src/pages/authorize.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "federation/base/text.hpp"
#include "src/domain/redirect_uri.hpp"
#include "src/domain/scopes.hpp"
#include "src/domain/secret.hpp"
#include "src/pages/login.hpp"
#include "src/pages/page.hpp"
#include "src/present/links.hpp"
#include "src/services/oauth.hpp"

namespace outboard::pages {
namespace {

using api::Call;
using services::oauth::Authorization;
using services::oauth::AuthorizationRequest;
using services::oauth::ClientApp;
using services::oauth::Refusal;
using services::oauth::Why;

AuthorizationRequest read_request(const api::Params& params) {
    AuthorizationRequest request;
    request.response_type = params.text_or("response_type", "");
    request.client_id = params.text_or("client_id", "");
    request.redirect_uri = params.text_or("redirect_uri", "");
    request.scope = params.text_or("scope", "");
    request.challenge = params.text_or("code_challenge", "");
    request.challenge_method = params.text_or("code_challenge_method", "");
    return request;
}

/// Back to the app, with its `state` unchanged.
http::Response answer_app(const Call& call, const std::string& to, Carried answer) {
    if (const auto state = call.params().text("state")) answer.emplace_back("state", *state);
    return redirect(redirect_uri::with_parameters(to, answer));
}

http::Response said(App& app, int status, std::string_view heading, std::string_view text) {
    Fill fill;
    fill.text("heading", heading).text("text", text);
    return page(
        app,
        status,
        {.title = std::string(heading), .noindex = true, .is_private = true},
        render("error.mustache", std::move(fill))
    );
}

http::Response refuse_app(App& app, const Call& call, const std::string& to, const Refusal& why) {
    if (to != redirect_uri::kOutOfBand) {
        return answer_app(
            call, to, {{"error", std::string(to_string(why.why))}, {"error_description", why.shown}}
        );
    }
    if (why.why == Why::AccessDenied)
        return said(app, 200, "Nothing was given", "The app got no access to your account.");
    return said(app, 400, "That did not work", why.shown);
}

/// A scope as a person reads it.
std::string in_words(std::string_view scope) {
    struct Whole {
        std::string_view scope, words;
    };
    constexpr std::array<Whole, 7> kWhole = {{
        {"read", "See everything in your account"},
        {"write", "Post for you and change everything in your account"},
        {"follow", "Follow, block and mute people for you"},
        {"push", "Get your notifications"},
        {"profile", "See your name and your profile"},
        {"admin:read", "See the data of everybody on this node"},
        {"admin:write", "Change the data of everybody on this node"},
    }};
    for (const auto& whole : kWhole) {
        if (whole.scope == scope) return std::string(whole.words);
    }
    const bool is_admin = scope.starts_with("admin:");
    if (is_admin) scope.remove_prefix(scope.find(':') + 1);
    std::string what(scope.substr(scope.find(':') + 1));
    std::replace(what.begin(), what.end(), '_', ' ');
    return fmt::format(
        "{} {} {}",
        scope.starts_with("read") ? "See" : "Change",
        is_admin ? "this node's" : "your",
        what
    );
}

http::Response consent_page(
    App& app, const Call& call, const Authorization& asked, const Account& account
) {
    std::vector<Fill> lines;
    for (const auto word : scopes::words(asked.scopes)) {
        Fill line;
        line.text("words", in_words(word)).text("scope", word);
        lines.push_back(std::move(line));
    }
    const auto with = carried(call.params());
    auto other_account = with;
    other_account.emplace_back("force_login", "true");
    const bool by_hand = asked.redirect_uri == redirect_uri::kOutOfBand;
    Fill fill;
    fill.text("app", asked.app.name)
        .text("website", asked.app.website)
        .text("handle", present::full_handle(app.identity, account))
        .list("scopes", std::move(lines))
        .flag("by_hand", by_hand)
        .text("leads_to", by_hand ? "" : redirect_uri::shown(asked.redirect_uri))
        .text("other_account", authorize_address(other_account))
        .text("form_token", form_token(session_of(app, call.request())))
        .list("carried", hidden_inputs(with));
    return page(
        app,
        200,
        {.title = "Authorize " + asked.app.name,
         .noindex = true,
         .is_private = true,
         .form_action = redirect_uri::policy_source(asked.redirect_uri)},
        render("consent.mustache", std::move(fill))
    );
}

/// GET /oauth/authorize
/// https://docs.joinmastodon.org/methods/oauth/#authorize
Result<http::Response> ask(App& app, const Call& call) {
    const auto request = read_request(call.params());
    OB_TRY(auto client, services::oauth::find_destination(app, request));
    const auto asked = services::oauth::check_authorization(std::move(client), request);
    if (!asked) return refuse_app(app, call, request.redirect_uri, asked.error());
    const auto account = visitor(app, call.request());
    if (!account || call.params().is_true("force_login"))
        return login_page(app, call.request(), carried(call.params()));
    return consent_page(app, call, *asked, *account);
}

/// POST /oauth/authorize: the person's decision.
Result<http::Response> decide(App& app, const Call& call) {
    const auto request = read_request(call.params());
    OB_TRY(auto client, services::oauth::find_destination(app, request));
    const auto account = visitor(app, call.request());
    if (!account) return redirect(authorize_address(carried(call.params())));
    if (!is_own_form(app, call, session_of(app, call.request())))
        return fail(
            Code::Forbidden,
            "That form was not made for you by this page. Go back to the app and try again."
        );
    const auto asked = services::oauth::check_authorization(std::move(client), request);
    if (!asked) return refuse_app(app, call, request.redirect_uri, asked.error());
    if (call.params().text_or("decision", "") != "Authorize") {
        return refuse_app(
            app, call, request.redirect_uri, {Why::AccessDenied, "The person denied the request."}
        );
    }
    const auto code = services::oauth::grant_code(app, *asked, account->id);
    if (!code) return refuse_app(app, call, request.redirect_uri, code.error());
    if (request.redirect_uri == redirect_uri::kOutOfBand) {
        return redirect(redirect_uri::with_parameters("/oauth/authorize/native", {{"code", *code}})
        );
    }
    return answer_app(call, request.redirect_uri, {{"code", *code}});
}

/// GET /oauth/authorize/native: the code, to be copied by hand.
Result<http::Response> show_code(App& app, const Call& call) {
    const auto code = call.params().text_or("code", "");
    const bool is_code =
        code.size() == kSecretCharacters && std::all_of(code.begin(), code.end(), [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                   c == '-' || c == '_';
        });
    if (!is_code) return fail(Code::NotFound, "There is no code in this address.");
    Fill fill;
    fill.text("code", code);
    return page(
        app,
        200,
        {.title = "Authorization code", .noindex = true, .is_private = true},
        render("code.mustache", std::move(fill))
    );
}

}  // namespace

void authorize_routes(api::Router& router) {
    const api::Policy form{
        .anonymous = true,
        .surface = api::Surface::Page,
        .body_limit = limits::kLoginBody,
        .cors = false,
        .ignores_token = true
    };
    router.add("GET", "/oauth/authorize", ask, form);
    router.add("POST", "/oauth/authorize", decide, form);
    router.add("GET", "/oauth/authorize/native", show_code, form);
}

}  // namespace outboard::pages
