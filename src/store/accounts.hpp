// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "src/domain/account.hpp"
#include "src/store/database.hpp"

namespace outboard::store::accounts {

std::optional<Account> find(Reader& db, AccountId id);
std::optional<Account> find_by_uri(Reader& db, std::string_view uri);
/// `domain` empty for local accounts; names compare without case.
std::optional<Account> find_by_handle(Reader& db, std::string_view username, std::string_view domain);
/// The account whose followers collection that is (A054: only the owner addresses it).
std::optional<Account> find_by_followers_uri(Reader& db, std::string_view followers);
std::vector<Account> load(Reader& db, const std::vector<AccountId>& ids);  // in no order; unknown ones left out
std::vector<Account> load_by_uris(Reader& db, const std::vector<std::string>& uris);
/// Local accounts first, then followed, then others, by prefix of handle or display name.
std::vector<Account> search(Reader& db, std::string_view words, std::optional<AccountId> viewer, int limit);
std::vector<Account> list_local(Reader& db);
std::int64_t count_local(Reader& db);

/// Inserts with `account.id` (local: reserved; remote: Writer::id_for, moved to the next free one) and returns the id used.
AccountId insert(Writer& tx, const Account& account);
/// Everything but counters and created_at; raises the revision by one.
void update(Writer& tx, const Account& account);
void set_suspended(Writer& tx, AccountId id, bool suspended);
void set_deleted(Writer& tx, AccountId id);  // row stays, texts emptied: a name is never used again
void set_document(Writer& tx, AccountId id, std::string_view hash);
void add_to_counts(Writer& tx, AccountId id, int followers, int following, int statuses);
void note_status_at(Writer& tx, AccountId id, Instant at);

}  // namespace outboard::store::accounts

namespace outboard::store::users {

std::optional<User> find(Reader& db, AccountId account);
/// By user name, or by e-mail address when there is an '@'.
std::optional<User> find_login(Reader& db, std::string_view login);
void insert(Writer& tx, const User& user);
void set_password(Writer& tx, AccountId account, std::string_view hash);
void set_defaults(Writer& tx, const User& user);
bool is_local_user(Reader& db, AccountId account);

}  // namespace outboard::store::users
