// SPDX-License-Identifier: Apache-2.0
#include "src/present/page.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "src/base/limits.hpp"
#include "src/store/follows.hpp"

namespace outboard::present {
namespace {

using Relations = std::unordered_map<AccountId, store::follows::Relationship>;

/// Of those accounts of the page on whom something depends: most viewers hide nobody.
Relations load_relations(
    store::Reader& db,
    const std::vector<Seen>& items,
    std::optional<AccountId> viewer,
    const Taste& taste
) {
    if (!viewer) return {};
    const bool hides = taste.hide_muted && store::follows::hides_any(db, *viewer);
    std::unordered_set<AccountId> accounts;
    for (const auto& item : items) {
        if (hides) accounts.insert({item.status.account, item.original().account});
        if (taste.hide_replies_to_strangers && item.status.reply_to_account)
            accounts.insert(*item.status.reply_to_account);
    }
    accounts.erase(*viewer);
    if (accounts.empty()) return {};
    return store::follows::load_relationships(
        db, *viewer, std::vector<AccountId>(accounts.begin(), accounts.end())
    );
}

bool is_muted(const Relations& relations, AccountId account) {
    const auto it = relations.find(account);
    return it != relations.end() &&
           (it->second.muting || it->second.blocking || it->second.domain_blocking);
}

/// A reply belongs into the home of those who follow both sides of it.
bool is_reply_to_stranger(const Relations& relations, const Status& status, AccountId viewer) {
    if (!status.reply_to_account || status.account == viewer) return false;
    const auto other = *status.reply_to_account;
    if (other == viewer || other == status.account) return false;
    const auto it = relations.find(other);
    return it == relations.end() || !it->second.following;
}

bool suits(
    const Seen& item,
    const Taste& taste,
    const Relations& relations,
    std::optional<AccountId> viewer
) {
    const auto& original = item.original();
    if (taste.local_only && !original.local) return false;
    if (taste.remote_only && original.local) return false;
    if (!viewer) return true;
    if (taste.hide_muted &&
        (is_muted(relations, item.status.account) || is_muted(relations, original.account))) {
        return false;
    }
    return !taste.hide_replies_to_strangers ||
           !is_reply_to_stranger(relations, item.status, *viewer);
}

void keep_with_media(store::Reader& db, std::vector<Seen>& items) {
    std::vector<StatusId> ids;
    for (const auto& item : items) ids.push_back(item.original().id);
    const auto media = store::statuses::load_media(db, ids);
    std::erase_if(items, [&](const Seen& item) {
        const auto it = media.find(item.original().id);
        return it == media.end() || it->second.empty();
    });
}

std::vector<StatusId> statuses_of(const std::vector<store::statuses::Candidate>& candidates) {
    std::vector<StatusId> ids;
    ids.reserve(candidates.size());
    for (const auto& candidate : candidates) ids.push_back(candidate.status);
    return ids;
}

}  // namespace

std::vector<store::statuses::Candidate> as_candidates(const std::vector<StatusId>& ids) {
    std::vector<store::statuses::Candidate> candidates;
    candidates.reserve(ids.size());
    for (const auto id : ids) candidates.push_back({.cursor = id.value, .status = id});
    return candidates;
}

void keep_suitable(
    store::Reader& db, std::vector<Seen>& items, std::optional<AccountId> viewer, const Taste& taste
) {
    const auto relations = load_relations(db, items, viewer, taste);
    std::erase_if(items, [&](const Seen& item) { return !suits(item, taste, relations, viewer); });
    if (taste.only_media && !items.empty()) keep_with_media(db, items);
}

SeenPage load_page(
    store::Reader& db,
    const ListCandidates& list,
    store::statuses::Page page,
    std::optional<AccountId> viewer,
    const Taste& taste
) {
    SeenPage result;
    const bool upward = page.min_id.has_value();
    bool ended = false;
    const auto wanted = static_cast<std::size_t>(page.limit);
    std::unordered_map<StatusId, std::int64_t> cursors;
    for (int round = 0; round < limits::kPageRounds && result.items.size() < wanted; ++round) {
        const auto candidates = list(page);
        ended = candidates.size() < wanted;
        if (candidates.empty()) break;
        for (const auto& candidate : candidates) {
            cursors.emplace(candidate.status, candidate.cursor);
        }
        auto fresh = load_seen(db, statuses_of(candidates), viewer);
        keep_suitable(db, fresh, viewer, taste);
        result.items.insert(
            upward ? result.items.begin() : result.items.end(),
            std::make_move_iterator(fresh.begin()),
            std::make_move_iterator(fresh.end())
        );
        const auto newest = candidates.front().cursor;
        const auto oldest = candidates.back().cursor;
        result.newest = std::max(result.newest.value_or(newest), newest);
        result.oldest = std::min(result.oldest.value_or(oldest), oldest);
        if (upward) {
            page.min_id = newest;
        } else {
            page.max_id = oldest;
        }
        if (ended) break;
    }
    // At the list's end nothing may point on, or clients ask for ever (pitfalls.md 3.2).
    if (ended && !upward) result.oldest.reset();
    if (result.items.size() > wanted) {
        // What is cut off lies beyond the cursor, so the next page begins with it.
        if (upward) {
            result.items.erase(
                result.items.begin(), result.items.end() - static_cast<std::ptrdiff_t>(wanted)
            );
            result.newest = cursors.at(result.items.front().status.id);
        } else {
            result.items.resize(wanted, result.items.front());
            result.oldest = cursors.at(result.items.back().status.id);
        }
    }
    return result;
}

}  // namespace outboard::present
