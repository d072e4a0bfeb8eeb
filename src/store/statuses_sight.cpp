// SPDX-License-Identifier: Apache-2.0
#include "src/store/lists.hpp"
#include "src/store/statuses.hpp"

// What a page of statuses needs beside its rows: one query each, whatever the page's size.

namespace outboard::store::statuses {
namespace {

OB_IDS_QUERY(
    kSight,
    "status.sight",
    "SELECT s.id, s.account, s.state,"
    " CASE WHEN a.suspended_at IS NULL AND a.deleted_at IS NULL THEN 1 ELSE 0 END,"
    // The cheapest first. The last is nested, not joined: a planner may begin a join with all that
    // the reader follows.
    " CASE WHEN EXISTS (SELECT 1 FROM status_audience p"
    "  WHERE p.status = s.id AND p.kind = 'public')"
    "  OR EXISTS (SELECT 1 FROM status_audience r"
    "   WHERE r.status = s.id AND r.kind = 'actor' AND r.target = $2)"
    "  OR EXISTS (SELECT 1 FROM status_audience l"
    "   WHERE l.status = s.id AND l.kind = 'followers' AND EXISTS (SELECT 1 FROM follows f"
    "    WHERE f.account = $2 AND f.target = l.target AND f.state = 'accepted'))"
    " THEN 1 ELSE 0 END,"
    " CASE WHEN EXISTS (SELECT 1 FROM blocks b"
    "  WHERE b.account = s.account AND b.target = $2) THEN 1 ELSE 0 END,"
    " CASE WHEN EXISTS (SELECT 1 FROM blocks v"
    "  WHERE v.account = $2 AND v.target = s.account) THEN 1 ELSE 0 END"
    " FROM statuses s JOIN accounts a ON a.id = s.account WHERE s.id",
    "$1",
    ""
);
OB_IDS_QUERY(
    kFlags,
    "status.flags",
    "SELECT s.id,"
    " CASE WHEN EXISTS (SELECT 1 FROM favourites f"
    "  WHERE f.account = $2 AND f.status = s.id) THEN 1 ELSE 0 END,"
    " CASE WHEN EXISTS (SELECT 1 FROM statuses o"
    "  WHERE o.boost_of = s.id AND o.account = $2 AND o.state = 'present') THEN 1 ELSE 0 END,"
    " CASE WHEN EXISTS (SELECT 1 FROM bookmarks b"
    "  WHERE b.account = $2 AND b.status = s.id) THEN 1 ELSE 0 END,"
    " CASE WHEN EXISTS (SELECT 1 FROM pins p"
    "  WHERE p.account = $2 AND p.status = s.id) THEN 1 ELSE 0 END,"
    " CASE WHEN EXISTS (SELECT 1 FROM thread_mutes t"
    "  WHERE t.account = $2 AND t.thread = s.thread) THEN 1 ELSE 0 END"
    " FROM statuses s WHERE s.id",
    "$1",
    ""
);
OB_IDS_QUERY(
    kMentions,
    "status.load_mentions",
    "SELECT status, account FROM mentions WHERE status",
    "$1",
    " ORDER BY status, account"
);
OB_IDS_QUERY(
    kTags,
    "status.load_tags",
    "SELECT st.status, t.display FROM status_tags st JOIN tags t ON t.id = st.tag WHERE st.status",
    "$1",
    " ORDER BY st.status, t.id"
);

}  // namespace

std::unordered_map<StatusId, SightFacts> load_sight(
    Reader& db, const std::vector<StatusId>& ids, std::optional<AccountId> viewer
) {
    std::unordered_map<StatusId, SightFacts> sight;
    if (ids.empty()) return sight;
    // No account has id 0, so an anonymous reader matches no line, no follow and no block.
    const auto reader = viewer.value_or(AccountId{});
    db.each(
        kSight,
        [&](const Row& row) {
            SightFacts facts;
            facts.is_author = viewer && row.id<Account>(1) == reader;
            facts.state = parse_state(row.text(2));
            facts.author_active = row.boolean(3);
            facts.is_reached = row.boolean(4);
            facts.author_blocks_viewer = row.boolean(5);
            facts.viewer_blocks_author = row.boolean(6);
            sight.emplace(row.id<Status>(0), facts);
        },
        ids,
        reader
    );
    return sight;
}

std::unordered_map<StatusId, Flags> load_flags(
    Reader& db, const std::vector<StatusId>& ids, AccountId viewer
) {
    std::unordered_map<StatusId, Flags> flags;
    if (ids.empty()) return flags;
    db.each(
        kFlags,
        [&](const Row& row) {
            Flags one;
            one.favourited = row.boolean(1);
            one.boosted = row.boolean(2);
            one.bookmarked = row.boolean(3);
            one.pinned = row.boolean(4);
            one.muted = row.boolean(5);
            flags.emplace(row.id<Status>(0), one);
        },
        ids,
        viewer
    );
    return flags;
}

std::unordered_map<StatusId, std::vector<AccountId>> load_mentions(
    Reader& db, const std::vector<StatusId>& ids
) {
    std::unordered_map<StatusId, std::vector<AccountId>> mentions;
    if (ids.empty()) return mentions;
    db.each(
        kMentions,
        [&](const Row& row) { mentions[row.id<Status>(0)].push_back(row.id<Account>(1)); },
        ids
    );
    return mentions;
}

std::unordered_map<StatusId, std::vector<std::string>> load_tags(
    Reader& db, const std::vector<StatusId>& ids
) {
    std::unordered_map<StatusId, std::vector<std::string>> tags;
    if (ids.empty()) return tags;
    db.each(kTags, [&](const Row& row) { tags[row.id<Status>(0)].push_back(row.text(1)); }, ids);
    return tags;
}

}  // namespace outboard::store::statuses
