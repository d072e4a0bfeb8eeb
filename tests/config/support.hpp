// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "src/config/load.hpp"

namespace outboard::tests {

/// A folder that goes with the test.
class TempFolder {
public:
    TempFolder();
    ~TempFolder();
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }
    /// Writes a file into it and returns its path.
    std::filesystem::path write(const std::string& name, const std::string& text) const;

private:
    std::filesystem::path path_;
};

using Texts = std::map<std::string, std::string>;

/// Loads from these three, the file given as text.
Result<config::Config> load_from(
    const std::string& file, const Texts& variables = {}, const Texts& flags = {}
);

/// What loading complains about, one line each; "" when it does not.
std::string complaints(
    const std::string& file, const Texts& variables = {}, const Texts& flags = {}
);

}  // namespace outboard::tests
