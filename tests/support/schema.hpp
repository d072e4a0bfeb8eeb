// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace outboard::tests {

/// Faults of `value` against schemas/entities/NAME.json, each with the path of what is wrong; empty
/// when it is valid.
///
/// Knows the part of JSON Schema that those files use: type (also a list of types), required,
/// properties, additionalProperties: false, items, enum, const, pattern (see schema.cpp),
/// minLength, $ref to another file, oneOf. Anything else in a schema is a fault too, so that
/// nothing goes unchecked.
std::vector<std::string> schema_faults(const nlohmann::json& value, const std::string& name);

}  // namespace outboard::tests
