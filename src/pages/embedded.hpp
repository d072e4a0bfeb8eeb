// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace outboard::pages {

/// A template or asset of web/pages, carried by the binary.
struct EmbeddedFile {
    std::string_view name, content;
};
extern const EmbeddedFile kEmbeddedFiles[];
extern const std::size_t kEmbeddedFileCount;

/// Nothing when there is none of that name.
const EmbeddedFile* find_embedded(std::string_view name);

}  // namespace outboard::pages
