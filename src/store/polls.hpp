// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "src/domain/poll.hpp"
#include "src/store/database.hpp"

namespace outboard::store::polls {

std::optional<Poll> find(Reader& db, StatusId status);
std::unordered_map<StatusId, Poll> load(Reader& db, const std::vector<StatusId>& statuses);
/// Positions of the options the account chose, rising.
std::unordered_map<StatusId, std::vector<int>> load_votes(
    Reader& db, const std::vector<StatusId>& statuses, AccountId account
);

/// Stores it in the place of what was there. Votes stay when it asks the same, else they are gone.
void put(Writer& tx, StatusId status, const Poll& poll);
/// Counts each option once per account, and the account once. False, and nothing is done, when one
/// of the options was chosen before.
bool add_votes(Writer& tx, StatusId status, AccountId account, const std::vector<int>& positions);
void remove(Writer& tx, StatusId status);

/// Who voted, by account id over `after`.
std::vector<AccountId> list_voters(Reader& db, StatusId status, AccountId after, int limit);

}  // namespace outboard::store::polls
