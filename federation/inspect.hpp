// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "federation/read.hpp"

namespace outboard::federation {

/// What a node understands of one document. CONTRACT.md 8.
struct Inspection {
    std::string kind, text, visibility;
    std::optional<std::string> id, owner, quote;
    std::vector<std::string> audience, tags;
    struct Part {
        std::string type, media_type, url, description;
    };
    std::vector<Part> attachments;
    std::vector<Ignored> ignored;
    bool believed = false;
    std::optional<std::string> refused;
};

/// Reads `bytes` as if they had come from `from` by GET (absent: a file of unknown origin, which is
/// believed only with a valid proof).
Inspection inspect(std::string_view bytes, const std::optional<Iri>& from);
json to_json(const Inspection& inspection);

}  // namespace outboard::federation
