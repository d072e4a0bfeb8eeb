// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "federation/json.hpp"

namespace outboard::jobs {

/// A payload is our own JSON; what does not read as such gives zeros and empty texts, which name no
/// row.
class Payload {
public:
    explicit Payload(const std::string& text) {
        auto read = read_json(text);
        if (read && read->is_object()) tree_ = *std::move(read);
    }
    std::int64_t number(std::string_view name) const {
        const auto it = tree_.find(name);
        return it != tree_.end() && it->is_number_integer() ? it->get<std::int64_t>() : 0;
    }
    std::string text(std::string_view name) const {
        const auto it = tree_.find(name);
        return it != tree_.end() && it->is_string() ? it->get<std::string>() : std::string();
    }
    bool flag(std::string_view name) const {
        const auto it = tree_.find(name);
        return it != tree_.end() && it->is_boolean() && it->get<bool>();
    }

private:
    json tree_ = json::object();
};

}  // namespace outboard::jobs
