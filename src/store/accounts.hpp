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
bool is_active(Reader& db, AccountId id);  // there, neither suspended nor deleted
/// `domain` empty for local accounts; names compare without case. Deleted accounts are found too: a
/// local name is never free again.
std::optional<Account> find_by_handle(
    Reader& db, std::string_view username, std::string_view domain
);
/// The account whose followers collection that is (A054: only the owner addresses it).
std::optional<Account> find_by_followers_uri(Reader& db, std::string_view followers);
std::vector<Account> load(
    Reader& db, const std::vector<AccountId>& ids
);  // in no order; unknown ones left out
/// What of an account changes most, and the revision that tells of the rest.
struct Glance {
    AccountId id;
    std::int64_t revision = 0;
    bool is_deleted = false, is_suspended = false;
    std::int64_t followers_count = 0, following_count = 0, statuses_count = 0;
    std::optional<Instant> last_status_at;
};
std::vector<Glance> load_glances(
    Reader& db, const std::vector<AccountId>& ids
);  // in no order; unknown ones left out
std::vector<Account> load_by_uris(Reader& db, const std::vector<std::string>& uris);
/// Local accounts first, then followed, then others, by prefix of handle or display name.
/// Every character means itself. `name@dom` finds that name on domains that begin so. Suspended and
/// deleted ones are left out.
std::vector<Account> search(
    Reader& db, std::string_view words, std::optional<AccountId> viewer, int limit
);
std::vector<Account> list_local(Reader& db
);  // with the node actor and suspended ones, without deleted ones
std::int64_t count_local(Reader& db);  // active accounts with a login

/// Inserts with `account.id` (local: reserved; remote: Writer::id_for; either moved to the next
/// free one) and returns the id used, or the id of the row that has this uri already. When a remote
/// actor claims a handle that another row holds, the row that is there keeps it while its actor
/// lives; the newcomer is found by uri only until an `update` finds the handle free. Throws
/// StoreError for a local name that is taken.
AccountId insert(Writer& tx, const Account& account);
/// Everything but id, uri, counters, created_at and the marks of suspension and deletion; raises
/// the revision by one. Handles as in `insert`. Does nothing to a deleted account.
void update(Writer& tx, const Account& account);
void set_suspended(Writer& tx, AccountId id, bool suspended);
/// Suspends those that are not, for as long as a domain rule is there.
void rule_out(Writer& tx, const std::vector<AccountId>& ids);
/// Ends what `rule_out` began; suspensions of another kind stay.
void let_back(Writer& tx, const std::vector<AccountId>& ids);
struct Origin {
    AccountId id;
    std::string domain, host;
};
/// Remote accounts by id, deleted ones too.
std::vector<Origin> list_remote(Reader& db, AccountId after, int limit);
/// Of remote active accounts that have to do with this one (follows, requests, mentions, replies,
/// boosts and favourites, to and fro) one for each inbox, where there is one the shared: at most
/// `most`, the newest.
std::vector<AccountId> list_partners(Reader& db, AccountId account, int most);
/// What only the account itself sees: home, pins, idempotency keys, markers, tags and domains, and
/// of notifications, bookmarks, mutes, blocks, conversations and notes at most `most` rows each.
/// False when there was nothing.
bool drop_lists(Writer& tx, AccountId account, int most);
void set_deleted(Writer& tx, AccountId id);  // row stays, texts emptied: a name is never used again
void set_document(Writer& tx, AccountId id, std::string_view hash);
void add_to_counts(Writer& tx, AccountId id, int followers, int following, int statuses);
void note_status_at(Writer& tx, AccountId id, Instant at);

}  // namespace outboard::store::accounts

namespace outboard::store::users {

std::optional<User> find(Reader& db, AccountId account);
/// By user name, or by e-mail address when there is an '@'. Suspended and deleted accounts have no
/// login.
std::optional<User> find_login(Reader& db, std::string_view login);
void insert(Writer& tx, const User& user);
void remove(Writer& tx, AccountId account);
void set_password(Writer& tx, AccountId account, std::string_view hash);
void set_defaults(Writer& tx, const User& user);
bool is_local_user(Reader& db, AccountId account);  // an active one

}  // namespace outboard::store::users
