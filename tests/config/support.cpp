// SPDX-License-Identifier: Apache-2.0
#include "tests/config/support.hpp"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace outboard::tests {

TempFolder::TempFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "ob-config-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
}

TempFolder::~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path TempFolder::write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
}

Result<config::Config> load_from(
    const std::string& file, const Texts& variables, const Texts& flags
) {
    const TempFolder folder;
    return config::load(
        {.file = folder.write("outboard.toml", file), .variables = variables, .flags = flags}
    );
}

std::string complaints(const std::string& file, const Texts& variables, const Texts& flags) {
    const auto loaded = load_from(file, variables, flags);
    return loaded ? std::string() : loaded.error().shown;
}

}  // namespace outboard::tests
