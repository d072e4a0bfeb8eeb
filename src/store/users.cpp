// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include "federation/base/text.hpp"
#include "src/store/accounts.hpp"

namespace outboard::store::users {
namespace {

#define OB_USER_COLUMNS                                                   \
    "u.account, u.role, u.email, u.password_hash, u.default_visibility, " \
    "u.default_content_type, u.default_language, u.default_sensitive"

OB_QUERY(kFind, "user.find", "SELECT " OB_USER_COLUMNS " FROM users u WHERE u.account = $1");
// Only who may log in: a suspended or deleted account has no login.
OB_QUERY(
    kFindByName,
    "user.find_by_name",
    "SELECT " OB_USER_COLUMNS
    " FROM accounts a JOIN users u ON u.account = a.id"
    " WHERE a.username_key = $1 AND a.domain = ''"
    " AND a.suspended_at IS NULL AND a.deleted_at IS NULL"
);
OB_QUERY(
    kFindByEmail,
    "user.find_by_email",
    "SELECT " OB_USER_COLUMNS
    " FROM users u JOIN accounts a ON a.id = u.account"
    " WHERE lower(u.email) = $1 AND a.suspended_at IS NULL AND a.deleted_at IS NULL"
    " ORDER BY u.account LIMIT 1"
);
OB_QUERY(kInsert, "user.insert", R"sql(
    INSERT INTO users (account, role, email, password_hash, default_visibility,
        default_content_type, default_language, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8))sql");
OB_QUERY(kRemove, "user.remove", "DELETE FROM users WHERE account = $1");
OB_QUERY(kPassword, "user.set_password", "UPDATE users SET password_hash = $2 WHERE account = $1");
OB_QUERY(kDefaults, "user.set_defaults", R"sql(
    UPDATE users SET default_visibility = $2, default_content_type = $3, default_language = $4,
        default_sensitive = $5
    WHERE account = $1)sql");
OB_QUERY(kIsLocal, "user.is_local", R"sql(
    SELECT 1 FROM users u JOIN accounts a ON a.id = u.account
    WHERE u.account = $1 AND a.suspended_at IS NULL AND a.deleted_at IS NULL)sql");

User read(const Row& row) {
    User user;
    user.account = row.id<Account>(0);
    const auto role = parse_role(row.text(1));
    if (!role) throw StoreError("user.read: unknown role " + row.text(1));
    user.role = *role;
    user.email = row.text(2);
    user.password_hash = row.text(3);
    user.default_visibility = row.text(4);
    user.default_content_type = row.text(5);
    user.default_language = row.text(6);
    user.default_sensitive = row.boolean(7);
    return user;
}

}  // namespace

std::optional<User> find(Reader& db, AccountId account) { return db.one(kFind, read, account); }

std::optional<User> find_login(Reader& db, std::string_view login) {
    login = trim(login);
    if (login.find('@') != std::string_view::npos) {
        return db.one(kFindByEmail, read, lower_ascii(login));
    }
    return db.one(kFindByName, read, fold_case(login));
}

void insert(Writer& tx, const User& user) {
    tx.execute(
        kInsert,
        user.account,
        to_string(user.role),
        user.email,
        user.password_hash,
        user.default_visibility,
        user.default_content_type,
        user.default_language,
        tx.now()
    );
}

void remove(Writer& tx, AccountId account) { tx.execute(kRemove, account); }

void set_password(Writer& tx, AccountId account, std::string_view hash) {
    tx.execute(kPassword, account, hash);
}

void set_defaults(Writer& tx, const User& user) {
    tx.execute(
        kDefaults,
        user.account,
        user.default_visibility,
        user.default_content_type,
        user.default_language,
        user.default_sensitive
    );
}

bool is_local_user(Reader& db, AccountId account) { return db.exists(kIsLocal, account); }

}  // namespace outboard::store::users
