// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "src/domain/status.hpp"
#include "src/store/database.hpp"
#include "src/store/statuses.hpp"

/// Direct statuses of one thread, as one account that takes part sees them.
namespace outboard::store::conversations {

struct ConversationRow {
    std::int64_t id = 0;
    StatusId last_status;  // the page's cursor
    bool unread = false;
};
std::vector<ConversationRow> list(Reader& db, AccountId account, const statuses::Page& page);
std::optional<ConversationRow> find(Reader& db, AccountId account, std::int64_t id);

/// A new direct status, for its author and those of its readers who live here: unread for all but
/// the author.
void note(Writer& tx, StatusId status, StatusId thread, AccountId author, AccountId reader);
void set_read(Writer& tx, AccountId account, std::int64_t id);
void remove(Writer& tx, AccountId account, std::int64_t id);

/// Where that status was the last one and is deleted or no longer theirs to see, the one before is;
/// with none left the conversation is gone.
void forget_status(Writer& tx, StatusId status);
/// Threads that turned out to be parts of `into`.
void merge(Writer& tx, const std::vector<StatusId>& threads, StatusId into);

}  // namespace outboard::store::conversations
