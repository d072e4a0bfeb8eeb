// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>

namespace outboard::tests {

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

/// The folder of shared test data beside the checkout (OUTBOARD_SHARED overrides it). Nothing when
/// it is absent: the caller then says that it is skipped.
inline std::optional<std::filesystem::path> shared_data(const std::string& part) {
    const char* named = std::getenv("OUTBOARD_SHARED");
    const std::filesystem::path root =
        named ? std::filesystem::path(named)
              : std::filesystem::path(OUTBOARD_SOURCE_DIR).parent_path() / "shared";
    if (!std::filesystem::exists(root / part)) {
        std::cout << "skipped: " << part << " of the shared test data is not here\n";
        return std::nullopt;
    }
    return root / part;
}

}  // namespace outboard::tests
