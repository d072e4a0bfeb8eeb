// SPDX-License-Identifier: Apache-2.0
#include "src/api/call.hpp"

#include "federation/base/text.hpp"

namespace outboard::api {

std::string_view Call::path(std::string_view name) const {
    for (const auto& [key, value] : path_) {
        if (key == name) return value;
    }
    return {};
}

std::int64_t Call::number(std::string_view name) const {
    std::int64_t value = 0;
    return parse_decimal(path(name), value) ? value : 0;
}

}  // namespace outboard::api
