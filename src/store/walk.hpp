// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "src/store/database.hpp"

namespace outboard::store {

/// What a nightly walk found. `problems` name the thing and the next step; none means sound.
struct WalkReport {
    std::int64_t documents = 0;  // whose content was compared with its hash
    int tables = 0;
    std::vector<std::string> problems;
};

inline constexpr int kWalkSlices = 7;  // one a night

/// Checks the pages of every table and its indexes, and a seventh of the documents against their
/// hashes (DESIGN.md 3.17, R19). Reads only, in short snapshots, so that the log can be moved
/// meanwhile. `slice` is 0 to 6; the caller chooses the night.
WalkReport walk_slice(Database& db, int slice);

}  // namespace outboard::store
