// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "src/domain/account.hpp"
#include "src/domain/status.hpp"
#include "src/services/app.hpp"
#include "src/store/database.hpp"

namespace outboard::services {

/// Who marks a status, which one (of a boost what is boosted), and whose it is.
struct Marked {
    Account viewer;
    Status status;
    Account author;
};

/// Errors: NotFound for what is not there or not for the viewer to see.
Result<Marked> find_marked(store::Reader& db, AccountId viewer, StatusId id);

}  // namespace outboard::services
