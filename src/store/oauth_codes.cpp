// SPDX-License-Identifier: Apache-2.0
#include "src/store/oauth.hpp"

namespace outboard::store::oauth_codes {
namespace {

OB_QUERY(kFind, "oauth_code.find", R"sql(
    SELECT hash, app, account, redirect_uri, scopes, challenge, expires_at, token
    FROM oauth_codes WHERE hash = $1)sql");
OB_QUERY(kInsert, "oauth_code.insert", R"sql(
    INSERT INTO oauth_codes (hash, app, account, redirect_uri, scopes, challenge, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7))sql");
OB_QUERY(kSetToken, "oauth_code.set_token", "UPDATE oauth_codes SET token = $2 WHERE hash = $1");
OB_QUERY(kRemoveAll, "oauth_code.remove_all", "DELETE FROM oauth_codes WHERE account = $1");
OB_QUERY(kDrop, "oauth_code.drop_expired", R"sql(
    DELETE FROM oauth_codes
    WHERE hash IN (SELECT hash FROM oauth_codes WHERE expires_at < $1 LIMIT $2))sql");

}  // namespace

std::optional<Code> find(Reader& db, std::string_view hash) {
    return db.one(
        kFind,
        [](const Row& row) {
            Code code;
            code.hash = row.bytes(0);
            code.app = row.integer(1);
            code.account = row.id<Account>(2);
            code.redirect_uri = row.text(3);
            code.scopes = row.text(4);
            code.challenge = row.text(5);
            code.expires_at = row.instant(6);
            if (!row.is_null(7)) code.token = row.bytes(7);
            return code;
        },
        Blob{std::string(hash)}
    );
}

void insert(Writer& tx, const Code& code) {
    tx.execute(
        kInsert,
        Blob{code.hash},
        code.app,
        code.account,
        code.redirect_uri,
        code.scopes,
        code.challenge,
        code.expires_at
    );
}

void set_token(Writer& tx, std::string_view hash, std::string_view token_hash) {
    tx.execute(kSetToken, Blob{std::string(hash)}, Blob{std::string(token_hash)});
}

void remove_all(Writer& tx, AccountId account) { tx.execute(kRemoveAll, account); }

int drop_expired(Writer& tx, Instant limit, int most) {
    return static_cast<int>(tx.execute(kDrop, limit, most));
}

}  // namespace outboard::store::oauth_codes
