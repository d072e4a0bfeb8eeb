// SPDX-License-Identifier: Apache-2.0
#include "src/store/keys.hpp"

namespace outboard::store::tokens {
namespace {

OB_QUERY(kFind, "token.find", R"sql(
    SELECT t.account, t.app, t.scopes, a.name, a.website
    FROM tokens AS t JOIN oauth_apps AS a ON a.id = t.app
    WHERE t.hash = $1 AND t.revoked_at IS NULL)sql");
OB_QUERY(kEnsureApp, "token.ensure_app", R"sql(
    INSERT INTO oauth_apps (id, name, website, redirect_uris, scopes, client_id, secret_hash, created_at)
    VALUES ($1, $2, '', '[]', $3, $4, $5, $6)
    ON CONFLICT (client_id) DO UPDATE SET scopes = excluded.scopes
    RETURNING id)sql");
OB_QUERY(kInsert, "token.insert", R"sql(
    INSERT INTO tokens (hash, account, app, scopes, created_at) VALUES ($1, $2, $3, $4, $5))sql");
OB_QUERY(
    kRevoke,
    "token.revoke",
    "UPDATE tokens SET revoked_at = $2 WHERE hash = $1 AND revoked_at IS NULL"
);
OB_QUERY(
    kRevokeAll,
    "token.revoke_all",
    "UPDATE tokens SET revoked_at = $2 WHERE account = $1 AND revoked_at IS NULL"
);
OB_QUERY(kRemoveAll, "token.remove_all", "DELETE FROM tokens WHERE account = $1");
OB_QUERY(kKeepNewest, "token.keep_newest_of_app", R"sql(
    DELETE FROM tokens WHERE app = $1 AND account IS NULL AND hash NOT IN (
        SELECT hash FROM tokens WHERE app = $1 AND account IS NULL
        ORDER BY created_at DESC, hash LIMIT $2))sql");
OB_QUERY(kDropRevoked, "token.drop_revoked", R"sql(
    DELETE FROM tokens
    WHERE hash IN (SELECT hash FROM tokens WHERE revoked_at < $1 LIMIT $2))sql");

}  // namespace

std::optional<Token> find(Reader& db, std::string_view hash) {
    return db.one(
        kFind,
        [](const Row& row) {
            return Token{
                row.maybe_id<Account>(0), row.integer(1), row.text(2), row.text(3), row.text(4)
            };
        },
        Blob{std::string(hash)}
    );
}

/// An app of the command line has no redirect and no secret: nobody can log in through it.
std::int64_t ensure_app(Writer& tx, std::string_view name, std::string_view scopes) {
    return tx
        .one(
            kEnsureApp,
            [](const Row& row) { return row.integer(0); },
            tx.next_id(),
            name,
            scopes,
            "command line: " + std::string(name),
            Blob{},
            tx.now()
        )
        .value();
}

void insert(
    Writer& tx,
    std::string_view hash,
    std::optional<AccountId> account,
    std::int64_t app,
    std::string_view scopes
) {
    tx.execute(kInsert, Blob{std::string(hash)}, account, app, scopes, tx.now());
}

bool revoke(Writer& tx, std::string_view hash) {
    return tx.execute(kRevoke, Blob{std::string(hash)}, tx.now()) == 1;
}

void revoke_all(Writer& tx, AccountId account) { tx.execute(kRevokeAll, account, tx.now()); }

void remove_all(Writer& tx, AccountId account) { tx.execute(kRemoveAll, account); }

void keep_newest_of_app(Writer& tx, std::int64_t app, int most) {
    tx.execute(kKeepNewest, app, most);
}

int drop_revoked(Writer& tx, Instant limit, int most) {
    return static_cast<int>(tx.execute(kDropRevoked, limit, most));
}

}  // namespace outboard::store::tokens
