// SPDX-License-Identifier: Apache-2.0
#include "src/store/database.hpp"

#include <nlohmann/json.hpp>

namespace outboard::store {
namespace {

std::vector<Query>& registry() {
    static std::vector<Query> queries;
    return queries;
}

}  // namespace

void register_query(const Query& query) { registry().push_back(query); }

const std::vector<Query>& all_queries() { return registry(); }

Value to_value(const std::vector<std::int64_t>& numbers) { return nlohmann::json(numbers).dump(); }

Value to_value(const std::vector<std::string>& texts) {
    // Ill-formed UTF-8 cannot equal anything stored: replaced rather than thrown.
    return nlohmann::json(texts).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace outboard::store
