// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "tests/support/schema.hpp"
#include "tests/support/test_node.hpp"

namespace outboard::tests {

/// The answer is 200 and what schemas/entities says; lists are judged item by item.
inline void check_entity(const Reply& reply, const std::string& schema) {
    INFO(reply.body);
    REQUIRE(reply.status == 200);
    if (reply.json.is_array()) {
        for (const auto& item : reply.json)
            CHECK(schema_faults(item, schema) == std::vector<std::string>{});
    } else {
        CHECK(schema_faults(reply.json, schema) == std::vector<std::string>{});
    }
}

/// A refusal in the API's form.
inline void check_error(const Reply& reply, int status, const std::string& text = {}) {
    INFO(reply.body);
    CHECK(reply.status == status);
    CHECK(schema_faults(reply.json, "error") == std::vector<std::string>{});
    if (!text.empty()) CHECK(reply.json.value("error", "") == text);
}

}  // namespace outboard::tests
