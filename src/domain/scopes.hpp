// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "federation/base/result.hpp"

/// Lists of OAuth scopes as text ("read write:statuses follow"), and what covers what.
namespace outboard::scopes {

/// Every scope an app may ask for.
std::span<const std::string_view> all();

/// Words of a list; white space or plus signs stand between them.
std::vector<std::string_view> words(std::string_view list);

/// The list as it is stored and answered: known words, each once, in order, one space between.
/// Errors: Invalid, naming the first unknown word, or for a list without any.
Result<std::string> parse(std::string_view list);

/// What a caller means who names none.
inline std::string_view or_default(std::string_view list) { return list.empty() ? "read" : list; }

/// True when the granted list covers one scope: `read`, `write`, `admin:read` and `admin:write`
/// cover their granular ones; `follow` covers follows, blocks and mutes both ways, and is covered
/// by those six; `profile` is covered by whatever covers read:accounts (mastodon-api/pitfalls.md
/// 4.3).
bool covers(std::string_view granted, std::string_view scope);
/// The same for every word of `wanted`.
bool covers_all(std::string_view granted, std::string_view wanted);

/// True when the list has a scope that only owners and admins may give.
bool has_admin(std::string_view list);

}  // namespace outboard::scopes
