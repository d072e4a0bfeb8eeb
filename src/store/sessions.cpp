// SPDX-License-Identifier: Apache-2.0
#include "src/store/oauth.hpp"

namespace outboard::store::sessions {
namespace {

OB_QUERY(kFind, "session.find", "SELECT account FROM sessions WHERE hash = $1 AND expires_at > $2");
OB_QUERY(kInsert, "session.insert", R"sql(
    INSERT INTO sessions (hash, account, created_at, expires_at) VALUES ($1, $2, $3, $4))sql");
OB_QUERY(kRemove, "session.remove", "DELETE FROM sessions WHERE hash = $1");
OB_QUERY(kRemoveAll, "session.remove_all", "DELETE FROM sessions WHERE account = $1");
OB_QUERY(kKeepNewest, "session.keep_newest", R"sql(
    DELETE FROM sessions WHERE account = $1 AND hash NOT IN (
        SELECT hash FROM sessions WHERE account = $1 ORDER BY created_at DESC, hash LIMIT $2))sql");
OB_QUERY(kDrop, "session.drop_expired", R"sql(
    DELETE FROM sessions
    WHERE hash IN (SELECT hash FROM sessions WHERE expires_at <= $1 LIMIT $2))sql");

}  // namespace

std::optional<AccountId> find(Reader& db, std::string_view hash) {
    return db.one(
        kFind, [](const Row& row) { return row.id<Account>(0); }, Blob{std::string(hash)}, db.now()
    );
}

void insert(Writer& tx, std::string_view hash, AccountId account, Instant expires_at) {
    tx.execute(kInsert, Blob{std::string(hash)}, account, tx.now(), expires_at);
}

void remove(Writer& tx, std::string_view hash) { tx.execute(kRemove, Blob{std::string(hash)}); }

void remove_all(Writer& tx, AccountId account) { tx.execute(kRemoveAll, account); }

void keep_newest(Writer& tx, AccountId account, int most) {
    tx.execute(kKeepNewest, account, most);
}

int drop_expired(Writer& tx, int most) {
    return static_cast<int>(tx.execute(kDrop, tx.now(), most));
}

}  // namespace outboard::store::sessions
