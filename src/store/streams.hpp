// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "src/domain/status.hpp"
#include "src/store/database.hpp"

/// What open streams are told (DESIGN.md 3.6). Rows are written by the functions of this folder
/// that make things happen, in their transaction, so that no service can forget one. Who is told is
/// found when they are read.
namespace outboard::store::streams {

enum class Kind {
    Update,       // a status is new
    Edit,         // it has another text
    Delete,       // it is gone
    Home,         // it reached more homes since
    Notification  // an account was notified
};

struct Event {
    std::int64_t id = 0;  // they are committed in this order
    Kind kind = Kind::Update;
    AccountId account;         // the author; of a notification the receiver
    std::int64_t subject = 0;  // a status; or a notification
    // Of what is gone, at most limits::kStreamNames each:
    std::vector<std::string> tags;   // folded
    std::vector<AccountId> readers;  // accounts here that it named

    StatusId status() const { return {subject}; }
};

void add(Writer& tx, Kind kind, AccountId account, std::int64_t subject);
/// Before its rows go. Nothing for what leaves with a whole account: its clients ask anew.
void add_deletion(Writer& tx, StatusId status);

/// Oldest first.
std::vector<Event> list_after(Reader& db, std::int64_t after, int limit);
/// The newest id; 0 when there is none.
std::int64_t newest(Reader& db);
/// At most `most` a call; returns how many.
int drop_older_than(Writer& tx, Instant limit, int most);

/// Which of `accounts` have which of `ids` in their homes.
std::unordered_map<AccountId, std::vector<StatusId>> load_homes(
    Reader& db, const std::vector<StatusId>& ids, const std::vector<AccountId>& accounts
);
/// Those of `accounts` that follow `target`.
std::unordered_set<AccountId> load_followers(
    Reader& db, AccountId target, const std::vector<AccountId>& accounts
);

}  // namespace outboard::store::streams
