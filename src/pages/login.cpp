// SPDX-License-Identifier: Apache-2.0
#include "src/pages/login.hpp"

#include <fmt/format.h>

#include "src/domain/secret.hpp"
#include "src/pages/page.hpp"
#include "src/services/login.hpp"

namespace outboard::pages {
namespace {

using api::Call;

std::string in_words(std::chrono::seconds wait) {
    const auto minutes = std::chrono::ceil<std::chrono::minutes>(wait).count();
    return minutes <= 1 ? fmt::format("{} seconds", wait.count())
                        : fmt::format("{} minutes", minutes);
}

/// What follows from a checked password; runs on a worker.
Result<http::Response> after_login(
    App& app,
    const http::Request& request,
    const Carried& carried,
    const std::string& name,
    const Result<services::LoginOutcome>& outcome
) {
    if (!outcome) return tl::unexpected<Error>(outcome.error());
    if (outcome->wait.count() > 0) {
        auto response = login_page(
            app,
            request,
            carried,
            429,
            fmt::format("Too many attempts. Try again in {}.", in_words(outcome->wait)),
            name
        );
        response.set("Retry-After", std::to_string(outcome->wait.count()));
        return response;
    }
    if (!outcome->account)
        return login_page(app, request, carried, 422, "That name and password do not fit.", name);
    OB_TRY(
        const auto secret, services::begin_session(app, *outcome->account, session_of(app, request))
    );
    auto response = redirect(authorize_address(carried));
    set_session(app, response, secret);
    return response;
}

/// POST /oauth/login
Result<http::Response> login(App& app, const Call& call) {
    const auto with = carried(call.params());
    const auto name = call.params().text_or("username", "");
    if (!is_own_form(app, call, form_secret_of(app, call.request()))) {
        return login_page(
            app,
            call.request(),
            with,
            403,
            "This form was open for too long, or cookies are off. Try again.",
            name
        );
    }
    services::LoginAttempt attempt{
        .name = name,
        .password = call.params().text_or("password", ""),
        .address = api::rate_address(call.request().peer)
    };
    // The request outlives this handler only as a copy, without the password.
    http::Request seen = call.request();
    seen.body.clear();
    auto begin = [&app, seen = std::move(seen), with, name, attempt = std::move(attempt)](
                     const api::Resume& resume
                 ) {
        services::check_login(app, attempt, [&app, seen, with, name, resume](auto outcome) {
            resume([&app, seen, with, name, outcome = std::move(outcome)] {
                return after_login(app, seen, with, name, outcome);
            });
        });
    };
    return api::later("login", api::Surface::Page, std::move(begin), error_page);
}

/// GET /oauth/logout
Result<http::Response> ask_logout(App& app, const Call& call) {
    const auto account = visitor(app, call.request());
    Fill fill;
    fill.text("name", account ? account->username : "")
        .text("form_token", form_token(session_of(app, call.request())));
    return page(
        app,
        200,
        {.title = "Log out", .noindex = true, .is_private = true},
        render("logout.mustache", std::move(fill))
    );
}

/// POST /oauth/logout
Result<http::Response> logout(App& app, const Call& call) {
    const auto secret = session_of(app, call.request());
    if (!is_own_form(app, call, secret))
        return fail(Code::Forbidden, "That form is not from here, or you are logged out already.");
    OB_CHECK(services::end_session(app, secret));
    auto response = redirect("/oauth/logout");
    clear_session(app, response);
    return response;
}

}  // namespace

http::Response login_page(
    App& app,
    const http::Request& request,
    const Carried& carried,
    int status,
    const std::string& problem,
    const std::string& name
) {
    auto secret = form_secret_of(app, request);
    if (secret.empty()) secret = make_secret(app.random);
    Fill fill;
    fill.text("site", site_name(app))
        .text("problem", problem)
        .text("username", name)
        .text("form_token", form_token(secret))
        .list("carried", hidden_inputs(carried));
    auto response = page(
        app,
        status,
        {.title = "Log in to " + site_name(app), .noindex = true, .is_private = true},
        render("login.mustache", std::move(fill))
    );
    set_form_secret(app, response, secret);
    return response;
}

void login_routes(api::Router& router) {
    const api::Policy form{
        .anonymous = true,
        .surface = api::Surface::Page,
        .body_limit = limits::kLoginBody,
        .cors = false,
        .ignores_token = true
    };
    router.add("POST", "/oauth/login", login, form);
    router.add("GET", "/oauth/logout", ask_logout, form);
    router.add("POST", "/oauth/logout", logout, form);
}

}  // namespace outboard::pages
