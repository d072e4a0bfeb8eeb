// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "federation/base/time.hpp"
#include "federation/json.hpp"

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

// Entities that are kept as text are written in two ways from one list of keys: into a tree, or
// behind the text that is kept.

/// Puts keys into a tree.
struct PutInto {
    json& object;
    template <class T>
    void operator()(const char* key, const T& value) {
        object[key] = value;
    }
    template <class T>
    void operator()(const char* key, const std::optional<T>& value) {
        object[key] = or_null(value);
    }
};

/// Appends keys to the text of an object that is not empty and not closed.
struct AppendTo {
    std::string& text;
    void operator()(const char* key, bool value) { name(key).append(value ? "true" : "false"); }
    void operator()(const char* key, std::int64_t value) {
        name(key).append(std::to_string(value));
    }
    template <class T>
    void operator()(const char* key, const std::optional<T>& value) {
        name(key).append(value ? write_json(*value) : "null");
    }
    template <class T>
    void operator()(const char* key, const std::vector<T>& value) {
        name(key).append(write_json(array_of(value)));
    }

private:
    std::string& name(const char* key) { return text.append(",\"").append(key).append("\":"); }
};

/// The text of an object without its last brace.
inline std::string open_object(const json& object) {
    auto text = write_json(object);
    text.pop_back();
    return text;
}

}  // namespace outboard::entities
