// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "federation/base/result.hpp"
#include "src/domain/identity.hpp"
#include "src/store/database.hpp"

namespace outboard {

/// Who a data folder is, as its first start recorded it. Errors: Unavailable when none has.
Result<Identity> read_identity(store::Database& db);
Result<void> write_identity(store::Database& db, const Identity& identity);

}  // namespace outboard
