// SPDX-License-Identifier: Apache-2.0
#include "src/fetch/client.hpp"

namespace outboard::fetch {

std::optional<std::string> Answer::header(std::string_view lower_name) const {
    for (const auto& [name, value] : headers)
        if (name == lower_name) return value;
    return std::nullopt;
}

}  // namespace outboard::fetch
