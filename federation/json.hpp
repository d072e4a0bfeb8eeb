// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "federation/base/result.hpp"

namespace outboard {

using json = nlohmann::json;

/// Bounds of one document from outside (THREATS, figures at the end).
struct JsonLimits {
    std::size_t bytes = 1024 * 1024;  // a document
    std::size_t depth = 32;           // nested arrays and objects, checked before a tree exists
    std::size_t keys = 5000;          // in all objects together
    std::size_t values = 100'000;     // array items and members together
    std::size_t string_bytes = 512 * 1024;
};

/// The one way JSON from outside becomes a tree. Refuses, naming which: over-size, over-depth, too
/// many keys, duplicate keys, invalid UTF-8, unpaired surrogates, trailing data, a byte order mark,
/// NaN and infinite numbers. Errors: Invalid, or TooLarge for the size and depth limits. Spec: RFC
/// 8259, I-JSON (RFC 7493).
Result<json> read_json(std::string_view bytes, const JsonLimits& limits = {});

/// The same checks without building a tree.
Result<void> check_json(std::string_view bytes, const JsonLimits& limits = {});

/// Serialises; ill-formed UTF-8 in a string becomes U+FFFD instead of an exception.
std::string write_json(const json& value);

/// RFC 8785 canonical form. Errors: Invalid for NaN and infinite numbers.
Result<std::string> canonical_json(const json& value);

/// The number as ECMAScript prints it (RFC 8785 section 3.2.2.3). Only for finite values.
std::string canonical_number(double value);

}  // namespace outboard
