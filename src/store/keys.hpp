// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/store/database.hpp"

namespace outboard::store::keys {

struct StoredKey {
    std::int64_t id = 0;
    AccountId account;
    std::string purpose;  // rsa, ed25519, recovery, remote
    std::string uri;
    std::string public_text;  // PEM or multibase
    std::optional<std::string> sealed_private;
    std::optional<std::string> statement;
};

std::optional<StoredKey> find(Reader& db, std::string_view uri);
std::vector<StoredKey> load_of(Reader& db, AccountId account);
void insert(Writer& tx, const StoredKey& key);
/// Replaces the remote keys of an account with what its document lists now. A uri that is another
/// account's key stays there.
void replace_remote(Writer& tx, AccountId account, const std::vector<StoredKey>& keys);
void remove_of(Writer& tx, AccountId account);  // all, also the sealed ones

}  // namespace outboard::store::keys

namespace outboard::store::documents {

struct Meta {
    std::string uri, signed_by, verified_how, received_via;
};
/// Stores bytes under their SHA-256 (compressed) and returns the hash; twice is once. `hash` and
/// `packed` are made outside the transaction.
struct Packed {
    std::string hash, compressed;
};
/// At most limits::kStoredDocument bytes; more is a StoreError.
Packed pack(std::string_view bytes);
void put(Writer& tx, const Packed& packed, const Meta& meta);
/// The bytes, checked against their hash: damaged ones throw StoreError and are never served
/// (REL-P9).
std::optional<std::string> find(Reader& db, std::string_view hash);
/// Drops bytes that no account, status, revision, inbox or outbox row names any more.
void drop_unused(Writer& tx, std::string_view hash);
std::optional<Meta> find_meta(Reader& db, std::string_view hash);

/// For the nightly walk: hash and uri of those that no longer match their hash, among the hashes
/// whose first byte is from `first` to `last`, starting after `after` (a hash or empty), at most
/// `limit` looked at.
struct Checked {
    std::int64_t looked_at = 0;
    std::string last;  // hash to go on after; empty at the end
    struct Damaged {
        std::string hash, uri;
    };
    std::vector<Damaged> damaged;
};
Checked check(Reader& db, int first, int last, std::string_view after, int limit);

}  // namespace outboard::store::documents

namespace outboard::store::settings {

std::optional<std::string> find(Reader& db, std::string_view name);
void set(Writer& tx, std::string_view name, std::string_view value);

}  // namespace outboard::store::settings

namespace outboard::store::tombstones {

struct Tombstone {
    std::string uri, owner, former_type;
    Instant deleted_at{};
    bool own = false;
};
std::optional<Tombstone> find(Reader& db, std::string_view uri);
/// First one wins.
void add(Writer& tx, const Tombstone& tombstone);
void drop_older_than(Writer& tx, Instant limit);  // never own ones

}  // namespace outboard::store::tombstones

namespace outboard::store::tokens {

struct Token {
    std::optional<AccountId> account;
    std::int64_t app = 0;
    std::string scopes, app_name, app_website;
};
std::optional<Token> find(Reader& db, std::string_view hash);
std::int64_t ensure_app(Writer& tx, std::string_view name, std::string_view scopes);
void insert(
    Writer& tx,
    std::string_view hash,
    std::optional<AccountId> account,
    std::int64_t app,
    std::string_view scopes
);
/// False when there is no such token, or none any more.
bool revoke(Writer& tx, std::string_view hash);
void revoke_all(Writer& tx, AccountId account);
void remove_all(Writer& tx, AccountId account);
/// Drops the oldest of the app's own tokens (those without an account) until `most` are left.
void keep_newest_of_app(Writer& tx, std::int64_t app, int most);
/// Those that were revoked before `limit`, at most `most` a call; returns how many.
int drop_revoked(Writer& tx, Instant limit, int most);

}  // namespace outboard::store::tokens

namespace outboard::store::domain_rules {

struct Rule {  // the domain is blocked, with all its subdomains
    std::string domain, note;
};
std::vector<Rule> list(Reader& db);
void block(Writer& tx, const Rule& rule);
void remove(Writer& tx, std::string_view domain);

}  // namespace outboard::store::domain_rules
