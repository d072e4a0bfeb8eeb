// SPDX-License-Identifier: Apache-2.0
#include "src/services/marked.hpp"

#include "src/present/sight.hpp"
#include "src/store/accounts.hpp"

namespace outboard::services {

Result<Marked> find_marked(store::Reader& db, AccountId viewer, StatusId id) {
    const auto seen = present::find_seen(db, id, viewer);
    if (!seen) return fail(Code::NotFound, "Record not found");
    const auto account = store::accounts::find(db, viewer);
    const auto author = store::accounts::find(db, seen->original().account);
    if (!account || !author) return fail(Code::NotFound, "Record not found");
    return Marked{.viewer = *account, .status = seen->original(), .author = *author};
}

}  // namespace outboard::services
