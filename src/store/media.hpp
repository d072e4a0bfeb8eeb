// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/domain/status.hpp"
#include "src/store/database.hpp"

/// Rows of media, and of files that no row needs any more. A row that goes leaves its hashes in
/// `media_gone` and plans the job that removes the bytes, all in the caller's transaction.
namespace outboard::store::media {

std::optional<Media> find(Reader& db, std::int64_t id);
std::vector<Media> load(Reader& db, const std::vector<std::int64_t>& ids);  // in no order
std::vector<Media> load_of_status(Reader& db, StatusId status);             // in order

/// What an address of ours leads to.
struct Served {
    Media media;
    bool is_open = false;  // everybody may see it: a public or unlisted status', or a profile's
};
/// Nothing for deleted and suspended accounts' and for what was deleted.
std::optional<Served> find_served(Reader& db, std::string_view url_id);

/// `expires`: for uploads that wait for a status.
void insert(Writer& tx, const Media& media, std::optional<Instant> expires);
void set_details(Writer& tx, const Media& media);  // description and focus
/// Takes it off its status, under a new address; `url_id` is fresh.
void detach(Writer& tx, std::int64_t id, std::string_view url_id, Instant expires);

void drop(Writer& tx, std::int64_t id);
/// Those of a status but `kept`.
void drop_of_status(Writer& tx, StatusId status, const std::vector<std::int64_t>& kept);
void drop_of_purpose(Writer& tx, AccountId account, std::string_view purpose);
/// At most `most` of an account's own files; returns how many, so that 0 means done.
int drop_of_account(Writer& tx, AccountId account, int most);
int drop_expired(Writer& tx, int most);

/// Does any row need the file?
bool is_needed(Reader& db, std::string_view hash);
std::vector<std::string> list_gone(Reader& db, int limit);
void forget_gone(Writer& tx, std::string_view hash);
/// Plans the job that empties `media_gone`, once.
void plan_removal(Writer& tx, Instant at);

struct Quota {
    std::int64_t uploads = 0, bytes = 0;
};
Quota used_today(Reader& db, AccountId account);
void add_to_quota(Writer& tx, AccountId account, std::int64_t bytes);
void drop_old_quotas(Writer& tx);  // of days before yesterday

}  // namespace outboard::store::media
