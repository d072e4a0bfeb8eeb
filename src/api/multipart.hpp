// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "federation/base/result.hpp"

namespace outboard::api {

/// The plain fields of a multipart/form-data body, in order.
/// Errors: Invalid without boundary, when the body does not follow it, and for files, which no
/// route takes yet; TooLarge over limits::kFields parts. Spec: RFC 7578.
Result<std::vector<std::pair<std::string, std::string>>> read_multipart(
    std::string_view content_type, std::string_view body
);

}  // namespace outboard::api
