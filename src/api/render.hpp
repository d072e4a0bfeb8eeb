// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "federation/base/result.hpp"
#include "federation/json.hpp"
#include "src/http/message.hpp"

namespace outboard::api {

/// How refusals are shown.
enum class Surface { Api, ActivityPub, Page, OAuth };

/// The one table from our codes to HTTP's.
int status_of(Code code, Surface surface);

/// Draws an error page; pages/ supplies the real one.
using ErrorPage = http::Response (*)(int status, std::string_view text);

/// A refusal as its surface shows it: `{"error"}`, problem details (RFC 9457), `{"error",
/// "error_description"}` or HTML. `detail` never leaves the program.
http::Response render(const Error& error, Surface surface, ErrorPage page = nullptr);

/// The same with a status that our codes have no word for (405, 415, 431 …).
http::Response render_as(int status, const Error& error, Surface surface, ErrorPage page = nullptr);

/// 200 with JSON.
http::Response ok(const json& value);
/// 200 with the text of a JSON value, as it is.
http::Response ok_text(std::string value);
/// 200 with `{}`: clients parse the body of every answer (pitfalls.md 2.2).
http::Response ok_empty();

// Texts that clients compare (pitfalls.md 2.4).
inline constexpr std::string_view kNoToken = "The access token is invalid";
inline constexpr std::string_view kNoScope = "This action is outside the authorized scopes";
inline constexpr std::string_view kNoUser = "This method requires an authenticated user";
inline constexpr std::string_view kNoRecord = "Record not found";
inline constexpr std::string_view kNoRoute = "There is nothing at this address";

/// Resume of a Pending, as a handler gives it: what it ends with may be a refusal.
using Resume = std::function<void(std::function<Result<http::Response>()>)>;
/// An answer that waits for the network or for heavy work; refusals and exceptions of its end are
/// rendered for `surface`. `begin` must call its argument exactly once. `host` names what it waits
/// for: at most limits::kPendingPerHost wait for the same.
http::Response later(
    std::string host, Surface surface, std::function<void(Resume)> begin, ErrorPage page = nullptr
);

}  // namespace outboard::api
