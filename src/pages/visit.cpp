// SPDX-License-Identifier: Apache-2.0
#include "src/pages/visit.hpp"

#include <fmt/format.h>

#include <array>

#include "federation/base/bytes.hpp"
#include "federation/base/text.hpp"
#include "src/base/limits.hpp"
#include "src/domain/redirect_uri.hpp"
#include "src/domain/secret.hpp"
#include "src/services/login.hpp"

namespace outboard::pages {
namespace {

constexpr std::string_view kSessionCookie = "session", kFormCookie = "form";

bool is_https(App& app) { return app.identity.scheme == "https"; }

/// With `__Host-` no other host and no plain connection can have put it there.
std::string cookie_name(App& app, std::string_view name) {
    return (is_https(app) ? "__Host-" : "") + std::string(name);
}

std::string cookie(App& app, const http::Request& request, std::string_view name) {
    const auto wanted = cookie_name(app, name);
    for (const auto& field : request.fields) {
        if (lower_ascii(field.name) != "cookie") continue;
        for (const auto part : split(field.value, ';')) {
            const auto pair = trim(part);
            const auto equals = pair.find('=');
            if (equals != std::string_view::npos && pair.substr(0, equals) == wanted)
                return std::string(pair.substr(equals + 1));
        }
    }
    return {};
}

void set_cookie(
    App& app,
    http::Response& response,
    std::string_view name,
    std::string_view value,
    std::chrono::seconds life
) {
    response.fields.push_back(
        {"Set-Cookie",
         fmt::format(
             "{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{}",
             cookie_name(app, name),
             value,
             life.count(),
             is_https(app) ? "; Secure" : ""
         )}
    );
}

/// `scheme://host[:port]` of one of our pages: by our name, or by the name the request was sent to.
bool is_own_origin(App& app, const http::Request& request, std::string_view origin) {
    if (origin == app.identity.origin()) return true;
    const auto host = request.header("host").value_or("");
    const auto start = origin.find("://");
    return start != std::string_view::npos && !host.empty() && origin.substr(start + 3) == host;
}

}  // namespace

std::string session_of(App& app, const http::Request& request) {
    return cookie(app, request, kSessionCookie);
}

std::optional<Account> visitor(App& app, const http::Request& request) {
    return services::find_session(app, session_of(app, request));
}

void set_session(App& app, http::Response& response, const std::string& secret) {
    set_cookie(app, response, kSessionCookie, secret, limits::kSession);
}

void clear_session(App& app, http::Response& response) {
    set_cookie(app, response, kSessionCookie, "", std::chrono::seconds(0));
}

std::string form_secret_of(App& app, const http::Request& request) {
    auto secret = cookie(app, request, kFormCookie);
    return secret.size() == kSecretCharacters ? secret : "";
}

void set_form_secret(App& app, http::Response& response, const std::string& secret) {
    set_cookie(app, response, kFormCookie, secret, limits::kFormSecret);
}

std::string form_token(std::string_view secret) {
    return to_base64url(sha256("form " + std::string(secret)));
}

bool is_own_form(App& app, const api::Call& call, std::string_view secret) {
    const auto& request = call.request();
    const auto site = request.header("sec-fetch-site");
    if (site && *site != "same-origin" && *site != "none") return false;
    const auto origin = request.header("origin");
    if (origin && !is_own_origin(app, request, *origin)) return false;
    return !secret.empty() &&
           equal_constant_time(call.params().text_or("form_token", ""), form_token(secret));
}

Carried carried(const api::Params& params) {
    constexpr std::array kNames = {
        "response_type",
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "code_challenge",
        "code_challenge_method",
        "lang"
    };
    Carried found;
    for (const auto* name : kNames) {
        if (auto value = params.text(name)) found.emplace_back(name, std::move(*value));
    }
    return found;
}

std::string authorize_address(const Carried& carried) {
    return redirect_uri::with_parameters("/oauth/authorize", carried);
}

std::vector<Fill> hidden_inputs(const Carried& carried) {
    std::vector<Fill> inputs;
    for (const auto& [name, value] : carried) {
        Fill input;
        input.text("name", name).text("value", value);
        inputs.push_back(std::move(input));
    }
    return inputs;
}

http::Response redirect(std::string address) {
    auto response = http::Response::make(302, "text/plain; charset=utf-8", "");
    response.set("Location", std::move(address)).set("Cache-Control", "no-store");
    return response;
}

}  // namespace outboard::pages
