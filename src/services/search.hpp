// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/domain/account.hpp"
#include "src/domain/status.hpp"
#include "src/services/app.hpp"

namespace outboard::services {

/// What a search text asks for.
struct SearchQuery {
    std::string text;                 // trimmed
    std::optional<std::string> url;   // an address
    std::optional<std::string> user;  // of a handle, with `domain`
    std::string domain;               // empty for local people
    std::optional<std::string> tag;   // "#tag"
};
SearchQuery read_search(const Identity& identity, std::string_view text);

/// Ids of what was found here.
struct Found {
    std::vector<AccountId> accounts;
    std::vector<StatusId> statuses;
    std::vector<std::string> tags;
};
/// The one thing an address or handle names, when it is known here. Statuses only when the viewer
/// may see them; never accounts that are suspended or deleted.
Found find_named_thing(App& app, const SearchQuery& query, std::optional<AccountId> viewer);
/// By words: people by prefix of handle or name, tags by their name.
Found search_words(App& app, const SearchQuery& query, std::optional<AccountId> viewer, int limit);

}  // namespace outboard::services
