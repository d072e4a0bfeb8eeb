// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace outboard {

/// The program's version, from the project line of CMakeLists.txt.
inline constexpr std::string_view kVersion = OUTBOARD_VERSION;
/// Named in nodeinfo, User-Agent and FEP-844e's generator.
inline constexpr std::string_view kSoftwareUrl = "https://outboard.example/";

}  // namespace outboard
