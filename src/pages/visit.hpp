// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/api/call.hpp"
#include "src/domain/account.hpp"
#include "src/pages/template.hpp"

/// What pages with forms know of a browser: its cookies, and whether a form that arrives is one of
/// ours (THREATS 69).
namespace outboard::pages {

/// Secret of the browser's login, as its cookie has it; "" without.
std::string session_of(App& app, const http::Request& request);
/// The account logged in there, when the session still lives.
std::optional<Account> visitor(App& app, const http::Request& request);
/// Cookies are HttpOnly, SameSite=Lax and end by themselves; on https `__Host-` and Secure.
void set_session(App& app, http::Response& response, const std::string& secret);
void clear_session(App& app, http::Response& response);

/// Secret of a browser that is not logged in, to which the login form is bound; "" without.
std::string form_secret_of(App& app, const http::Request& request);
void set_form_secret(App& app, http::Response& response, const std::string& secret);

/// What a form carries to show that it was made for the browser with that secret.
std::string form_token(std::string_view secret);
/// True when the form was sent by a page of ours, from the browser it was made for. A browser says
/// where a form comes from by Origin and Sec-Fetch-Site; one that says neither is held to the
/// token.
bool is_own_form(App& app, const api::Call& call, std::string_view secret);

/// Parameters of an authorization request, which go with a person through login and consent.
using Carried = std::vector<std::pair<std::string, std::string>>;
Carried carried(const api::Params& params);
/// Address of the request's page, for links and redirects.
std::string authorize_address(const Carried& carried);
/// The same as hidden inputs.
std::vector<Fill> hidden_inputs(const Carried& carried);

http::Response redirect(std::string address);

}  // namespace outboard::pages
