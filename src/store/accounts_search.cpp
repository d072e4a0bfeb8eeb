// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "federation/base/text.hpp"
#include "src/store/accounts.hpp"
#include "src/store/lists.hpp"

namespace outboard::store::accounts {
namespace {

// Three searches, each held to its own candidates: people with a login here, those the viewer
// follows, everybody. $1 to $2 is the range of the folded prefix.
OB_QUERY(kSearchLocal, "account.search_local", R"sql(
    SELECT a.id FROM users u JOIN accounts a ON a.id = u.account
    WHERE a.suspended_at IS NULL AND a.deleted_at IS NULL
      AND ((a.username_key >= $1 AND a.username_key < $2)
        OR (a.display_key >= $1 AND a.display_key < $2))
    ORDER BY a.username_key LIMIT $3)sql");
OB_QUERY(kSearchFollowed, "account.search_followed", R"sql(
    SELECT a.id FROM follows f JOIN accounts a ON a.id = f.target
    WHERE f.account = $4 AND f.state = 'accepted'
      AND a.suspended_at IS NULL AND a.deleted_at IS NULL
      AND ((a.username_key >= $1 AND a.username_key < $2)
        OR (a.display_key >= $1 AND a.display_key < $2))
    ORDER BY a.username_key, a.id LIMIT $3)sql");
OB_QUERY(kSearchAll, "account.search_all", R"sql(
    SELECT id, username_key FROM (
        SELECT id, username_key FROM accounts
        WHERE username_key >= $1 AND username_key < $2
          AND suspended_at IS NULL AND deleted_at IS NULL AND kind <> 'Application'
        ORDER BY username_key LIMIT $3) AS by_name
    UNION
    SELECT id, username_key FROM (
        SELECT id, username_key FROM accounts
        WHERE display_key >= $1 AND display_key < $2
          AND suspended_at IS NULL AND deleted_at IS NULL AND kind <> 'Application'
        ORDER BY display_key LIMIT $3) AS by_display
    ORDER BY 2, 1)sql");
// A handle was typed: the whole name, and the beginning of its domain.
OB_QUERY(kSearchHandle, "account.search_handle", R"sql(
    SELECT id FROM accounts
    WHERE username_key = $1 AND domain >= $2 AND domain < $3
      AND suspended_at IS NULL AND deleted_at IS NULL
    ORDER BY domain LIMIT $4)sql");

/// Above everything that begins with `prefix`. So a prefix is a range of the index, and no
/// character of it means anything but itself.
std::string after(const std::string& prefix) { return prefix + "\xF4\x8F\xBF\xBF"; }

std::vector<AccountId> candidates(
    Reader& db, std::string_view words, std::optional<AccountId> viewer, int most
) {
    const auto at = words.find('@');
    const auto key = fold_case(words.substr(0, at));
    if (key.empty()) return {};
    if (at != std::string_view::npos) {
        const auto domain = lower_ascii(words.substr(at + 1));
        return db.all(kSearchHandle, account_id, key, domain, after(domain), most);
    }
    // Within each group an exact name comes before longer ones: the order of the key.
    auto found = db.all(kSearchLocal, account_id, key, after(key), most);
    const auto add = [&](const std::vector<AccountId>& more) {
        found.insert(found.end(), more.begin(), more.end());
    };
    if (viewer) add(db.all(kSearchFollowed, account_id, key, after(key), most, *viewer));
    add(db.all(kSearchAll, account_id, key, after(key), most));
    return found;
}

}  // namespace

std::vector<Account> search(
    Reader& db, std::string_view words, std::optional<AccountId> viewer, int limit
) {
    words = trim(words);
    if (words.starts_with('@')) words.remove_prefix(1);
    const auto most = std::clamp(limit, 0, static_cast<int>(limits::kPage));
    if (words.empty() || most == 0) return {};

    std::vector<AccountId> order;
    std::unordered_set<AccountId> seen;
    for (const auto id : candidates(db, words, viewer, most)) {
        if (order.size() < static_cast<std::size_t>(most) && seen.insert(id).second) {
            order.push_back(id);
        }
    }
    std::unordered_map<AccountId, Account> loaded;
    for (auto& account : load(db, order)) loaded.emplace(account.id, std::move(account));
    std::vector<Account> found;
    for (const auto id : order) found.push_back(std::move(loaded.at(id)));
    return found;
}

}  // namespace outboard::store::accounts
