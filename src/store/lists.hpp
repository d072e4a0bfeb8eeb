// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "federation/base/text.hpp"
#include "src/base/limits.hpp"
#include "src/store/database.hpp"
#include "src/store/statuses.hpp"

// Two shapes that many queries here have, for store/ alone: rows named by a list, and windows of a
// list.

/// A query whose `param` (like "$1") is a list of ids: `… WHERE id IN` + list + rest, in the words
/// of either engine.
#define OB_IDS_QUERY(variable, name, before, param, after)              \
    OB_QUERY(                                                           \
        variable,                                                       \
        name,                                                           \
        before " IN (SELECT value FROM json_each(" param "))" after,    \
        before " IN (SELECT CAST(jsonb_array_elements_text(CAST(" param \
               " AS jsonb)) AS BIGINT))" after                          \
    )

/// A window of a list as two queries: newest first below $1 and above $2, and upwards for `min_id`.
/// $3 is the limit, the list's own parameters start at $4. `order` is the column that $1 and $2
/// bound.
#define OB_PAGED_QUERY(variable, name, sql, order)                              \
    OB_QUERY(variable##Down, name, sql " ORDER BY " order " DESC LIMIT $3");    \
    OB_QUERY(variable##Up, name ".up", sql " ORDER BY " order " ASC LIMIT $3"); \
    constexpr ::outboard::store::PagedQuery variable { &variable##Down, &variable##Up }

namespace outboard::store {

struct PagedQuery {
    const Query* down;
    const Query* up;
};

/// Rows of one window, newest first (mastodon-api/pitfalls.md section 3).
template <class F, class... A>
auto list_window(
    Reader& db, const PagedQuery& query, F&& map, const statuses::Page& page, const A&... more
) {
    const auto upper = page.max_id.value_or(std::numeric_limits<std::int64_t>::max());
    const auto lower = std::max(page.since_id.value_or(-1), page.min_id.value_or(-1));
    const auto limit = std::clamp(page.limit, 0, static_cast<int>(limits::kHomeEntries));
    auto rows = db.all(
        page.min_id ? *query.up : *query.down, std::forward<F>(map), upper, lower, limit, more...
    );
    if (page.min_id) std::reverse(rows.begin(), rows.end());
    return rows;
}

inline StatusId status_id(const Row& row) { return row.id<Status>(0); }
inline statuses::Candidate candidate(const Row& row) { return {row.integer(0), row.id<Status>(1)}; }
inline AccountId account_id(const Row& row) { return row.id<Account>(0); }

/// `host[:port]` of an http(s) address in lower case, empty for anything else. For comparing
/// addresses that were parsed before.
inline std::string host_of(std::string_view uri) {
    const auto scheme = uri.find("://");
    if (scheme == std::string_view::npos) return {};
    const auto rest = uri.substr(scheme + 3);
    const auto host = rest.substr(0, rest.find_first_of("/?#"));
    return host.find('@') == std::string_view::npos ? lower_ascii(host) : std::string();
}

/// A hash (or nothing) as a column of bytes takes it.
inline std::optional<Blob> as_bytes(const std::optional<std::string>& hash) {
    return hash ? std::optional(Blob{*hash}) : std::nullopt;
}

}  // namespace outboard::store
