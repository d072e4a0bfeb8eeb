// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "src/store/database.hpp"

/// What the node says of itself.
namespace outboard::store::instance {

/// The oldest account with role owner.
std::optional<AccountId> find_owner(Reader& db);
/// Hosts of the remote accounts known here.
std::int64_t count_hosts(Reader& db);
/// Local people who wrote something since then.
std::int64_t count_active(Reader& db, Instant since);

}  // namespace outboard::store::instance
