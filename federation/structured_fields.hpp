// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The part of RFC 8941 (structured fields) that message signatures and digests use.
namespace outboard::federation::sf {

struct Value {
    enum class Kind { Integer, Decimal, String, Token, Bytes, Boolean } kind = Kind::Boolean;
    std::int64_t number = 0;  // Integer; Boolean as 0 or 1
    std::string text = {};    // String and Bytes decoded; Decimal and Token as written
};

struct Parameter {
    std::string key;
    Value value;
};
using Parameters = std::vector<Parameter>;

struct Item {
    Value value;
    Parameters parameters = {};
};

/// One entry of a dictionary: an inner list of items, or one item (then `items` holds it and
/// `parameters` are its own).
struct Member {
    std::string key;
    bool is_list = false;
    std::vector<Item> items = {};
    Parameters parameters = {};
};

/// Nothing for ill-formed text, and, stricter than the RFC, for a key that stands twice in a
/// dictionary or among parameters: a signed text must have one reading. At most 64 members, and 64
/// items or parameters in each.
std::optional<std::vector<Member>> parse_dictionary(std::string_view text);

const Value* find(const Parameters& parameters, std::string_view key);

std::string serialize(const Value& value);
std::string serialize(const Parameters& parameters);
std::string serialize(const Item& item);
/// The inner list or item without its key.
std::string serialize(const Member& member);

}  // namespace outboard::federation::sf
