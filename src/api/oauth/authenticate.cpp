// SPDX-License-Identifier: Apache-2.0
#include "src/api/oauth/authenticate.hpp"

#include "federation/base/text.hpp"
#include "src/api/render.hpp"
#include "src/domain/secret.hpp"
#include "src/store/accounts.hpp"
#include "src/store/keys.hpp"

namespace outboard::api::oauth {
namespace {

std::optional<std::string> token_of(const http::Request& request, bool token_in_query) {
    if (const auto header = request.header("authorization")) {
        constexpr std::string_view kBearer = "bearer ";
        if (starts_with_ignoring_case(*header, kBearer)) {
            return std::string(trim(header->substr(kBearer.size())));
        }
    }
    if (!token_in_query) return std::nullopt;
    if (const auto pairs = read_form(request.query())) {
        for (const auto& [name, value] : *pairs) {
            if (name == "access_token") return value;
        }
    }
    // Scripts in a browser can set no other header of a WebSocket (pitfalls.md 11.1).
    if (const auto offered = request.header("sec-websocket-protocol")) {
        return std::string(trim(offered->substr(0, offered->find(','))));
    }
    return std::nullopt;
}

}  // namespace

Result<Caller> find_caller(store::Reader& db, const std::string& hash) {
    const auto stored = store::tokens::find(db, hash);
    if (!stored) return fail(Code::Unauthorized, std::string(kNoToken));
    if (stored->account) {
        if (!store::accounts::is_active(db, *stored->account))
            return fail(Code::Forbidden, "Your login is currently disabled");
    }
    Caller caller;
    caller.account = stored->account;
    caller.app = stored->app;
    caller.scopes = stored->scopes;
    caller.app_name = stored->app_name;
    caller.app_website = stored->app_website;
    caller.has_token = true;
    caller.token = hash;
    return caller;
}

Result<Caller> authenticate(App& app, const http::Request& request, bool token_in_query) {
    const auto token = token_of(request, token_in_query);
    if (!token) return Caller{};
    return app.db.read([&](store::Reader& db) { return find_caller(db, secret_hash(*token)); });
}

}  // namespace outboard::api::oauth
