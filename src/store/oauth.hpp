// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/store/database.hpp"

// Apps, authorization codes and browsers' sessions; tokens are in keys.hpp. Secrets are here as
// their hashes alone (domain/secret.hpp).

namespace outboard::store::oauth_apps {

/// A client in OAuth's words.
struct ClientApp {
    std::int64_t id = 0;
    std::string name, website;
    std::vector<std::string> redirect_uris;
    std::string scopes;
    std::string client_id;
    std::string secret_hash;  // empty for a public client
    bool is_public() const { return secret_hash.empty(); }
};
std::optional<ClientApp> find(Reader& db, std::int64_t id);
std::optional<ClientApp> find_by_client_id(Reader& db, std::string_view client_id);
/// Returns its id.
std::int64_t insert(Writer& tx, const ClientApp& app);

}  // namespace outboard::store::oauth_apps

namespace outboard::store::oauth_codes {

struct Code {
    std::string hash;
    std::int64_t app = 0;
    AccountId account;
    std::string redirect_uri, scopes, challenge;
    Instant expires_at{};
    std::optional<std::string> token;  // hash of what it was exchanged for
};
/// Used and expired ones too, until they are swept: their reuse must be noticed.
std::optional<Code> find(Reader& db, std::string_view hash);
void insert(Writer& tx, const Code& code);
void set_token(Writer& tx, std::string_view hash, std::string_view token_hash);
void remove_all(Writer& tx, AccountId account);
/// Those that expired before `limit`, at most `most` a call; returns how many.
int drop_expired(Writer& tx, Instant limit, int most);

}  // namespace outboard::store::oauth_codes

namespace outboard::store::sessions {

/// Whose session that is; nothing once it has expired.
std::optional<AccountId> find(Reader& db, std::string_view hash);
void insert(Writer& tx, std::string_view hash, AccountId account, Instant expires_at);
void remove(Writer& tx, std::string_view hash);
void remove_all(Writer& tx, AccountId account);
/// Ends the account's oldest ones until `most` are left.
void keep_newest(Writer& tx, AccountId account, int most);
int drop_expired(Writer& tx, int most);

}  // namespace outboard::store::sessions
