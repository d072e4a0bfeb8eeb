// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "federation/base/time.hpp"

namespace outboard::entities {

using json = nlohmann::json;

/// Nullable keys of the API: always there, null when there is nothing.
template <class T>
json or_null(const std::optional<T>& value) {
    return value ? json(*value) : json(nullptr);
}

/// Optional keys of the API: only there when they apply.
template <class T>
void put_if(json& object, const char* key, const std::optional<T>& value) {
    if (value) object[key] = *value;
}

/// Text that the API wants as null rather than "".
inline json text_or_null(const std::string& text) {
    return text.empty() ? json(nullptr) : json(text);
}

/// Times carry a fraction and Z: toot 0.34 and Swift's parser fail without (CONTRACT.md 17).
inline std::string time_text(Instant at) { return format_rfc3339(at); }

/// A list that is an array even when it is empty.
template <class T>
json array_of(const std::vector<T>& items) {
    json list = json::array();
    for (const auto& item : items) list.push_back(json(item));
    return list;
}

}  // namespace outboard::entities
