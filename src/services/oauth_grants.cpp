// SPDX-License-Identifier: Apache-2.0
#include "federation/base/bytes.hpp"
#include "src/base/limits.hpp"
#include "src/domain/redirect_uri.hpp"
#include "src/domain/scopes.hpp"
#include "src/domain/secret.hpp"
#include "src/services/oauth.hpp"
#include "src/store/accounts.hpp"
#include "src/store/keys.hpp"

namespace outboard::services::oauth {
namespace {

constexpr std::size_t kMostVerifier = 128;  // characters (RFC 7636 4.1)

/// What a transaction decided. A refusal is a value here, so that what it did (the revocation of a
/// reused code's token) is kept.
template <class T>
Outcome<T> settled(Result<Outcome<T>> outcome) {
    if (!outcome) return tl::unexpected<Refusal>(refusal_of(outcome.error()));
    return *std::move(outcome);
}

bool is_active(store::Reader& db, AccountId id) {
    const auto account = store::accounts::find(db, id);
    return account && account->is_active();
}

bool may_give(store::Reader& db, AccountId account, std::string_view list) {
    if (!scopes::has_admin(list)) return true;
    const auto user = store::users::find(db, account);
    return user && (user->role == Role::Owner || user->role == Role::Admin);
}

/// Sent without a challenge before, a verifier is a downgrade (RFC 9700 4.8.2).
bool proves(const std::string& challenge, const std::string& verifier) {
    if (challenge.empty()) return verifier.empty();
    return !verifier.empty() && verifier.size() <= kMostVerifier &&
           equal_constant_time(to_base64url(sha256(verifier)), challenge);
}

}  // namespace

Outcome<std::string> grant_code(App& app, const Authorization& allowed, AccountId account) {
    const auto text = make_secret(app.random);
    store::oauth_codes::Code code;
    code.hash = secret_hash(text);
    code.app = allowed.app.id;
    code.account = account;
    code.redirect_uri = allowed.redirect_uri;
    code.scopes = allowed.scopes;
    code.challenge = allowed.challenge;
    const std::chrono::seconds life = allowed.redirect_uri == redirect_uri::kOutOfBand
                                          ? std::chrono::seconds(limits::kCodeByHand)
                                          : std::chrono::seconds(limits::kCode);
    return settled<std::string>(app.db.write([&](store::Writer& tx) -> Outcome<std::string> {
        if (!is_active(tx, account)) return refuse(Why::AccessDenied, "The account is not active.");
        if (!may_give(tx, account, code.scopes))
            return refuse(
                Why::InvalidScope, "Scopes beginning with admin: are for owners and admins."
            );
        auto row = code;
        row.expires_at = tx.now() + life;
        store::oauth_codes::insert(tx, row);
        return text;
    }));
}

Outcome<IssuedToken> redeem_code(App& app, const ClientApp& client, const CodeExchange& exchange) {
    const auto wrong = [] {
        return refuse(
            Why::InvalidGrant,
            "The code is unknown, used, expired, of another app, or does not fit the redirect_uri "
            "and code_verifier."
        );
    };
    const auto hash = secret_hash(exchange.code);
    IssuedToken issued{.token = make_secret(app.random), .scopes = {}, .created_at = {}};
    const auto token_hash = secret_hash(issued.token);
    return settled<IssuedToken>(app.db.write([&](store::Writer& tx) -> Outcome<IssuedToken> {
        const auto code = store::oauth_codes::find(tx, hash);
        if (!code || code->app != client.id) return wrong();
        if (code->token) {
            store::tokens::revoke(tx, *code->token);
            return wrong();
        }
        if (code->expires_at <= tx.now() || code->redirect_uri != exchange.redirect_uri ||
            !proves(code->challenge, exchange.verifier) || !is_active(tx, code->account))
            return wrong();
        store::oauth_codes::set_token(tx, hash, token_hash);
        store::tokens::insert(tx, token_hash, code->account, client.id, code->scopes);
        auto out = issued;
        out.scopes = code->scopes;
        out.created_at = tx.now();
        return out;
    }));
}

Outcome<IssuedToken> issue_app_token(App& app, const ClientApp& client, std::string_view scope) {
    if (client.is_public())
        return refuse(Why::UnauthorizedClient, "An app without a secret has no token of its own.");
    const auto wanted = scopes_for(client, scope);
    if (!wanted) return tl::unexpected<Refusal>(wanted.error());
    IssuedToken issued{.token = make_secret(app.random), .scopes = *wanted, .created_at = {}};
    const auto token_hash = secret_hash(issued.token);
    return settled<IssuedToken>(app.db.write([&](store::Writer& tx) -> Outcome<IssuedToken> {
        store::tokens::keep_newest_of_app(tx, client.id, limits::kAppTokens - 1);
        store::tokens::insert(tx, token_hash, std::nullopt, client.id, issued.scopes);
        auto out = issued;
        out.created_at = tx.now();
        return out;
    }));
}

Outcome<void> revoke_token(App& app, const ClientApp& client, std::string_view token) {
    const auto hash = secret_hash(token);
    return settled<void>(app.db.write([&](store::Writer& tx) -> Outcome<void> {
        const auto found = store::tokens::find(tx, hash);
        if (!found) return {};
        if (found->app != client.id)
            return refuse(Why::UnauthorizedClient, "That token belongs to another app.");
        store::tokens::revoke(tx, hash);
        return {};
    }));
}

}  // namespace outboard::services::oauth
