// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "federation/base/result.hpp"

namespace outboard::api {

struct Multipart {
    std::vector<std::pair<std::string, std::string>> fields;
    std::vector<std::pair<std::string, std::string_view>> files;  // views into the body
};

/// The parts of a multipart/form-data body, in order. `files` names, with spaces between, the parts
/// that are files whatever their head says: clients leave the file name out (pitfalls.md 8.4).
/// Errors: Invalid without boundary, when the body does not follow it, and for files of other
/// names; TooLarge over limits::kFields parts. Spec: RFC 7578.
Result<Multipart> read_multipart(
    std::string_view content_type, std::string_view body, std::string_view files
);

}  // namespace outboard::api
