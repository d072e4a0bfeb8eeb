// SPDX-License-Identifier: Apache-2.0
#include <unordered_set>

#include "federation/base/text.hpp"
#include "src/store/lists.hpp"
#include "src/store/statuses.hpp"

namespace outboard::store::statuses {
namespace {

// $1 above, $2 below, $3 limit, $4 account; $5 to $7 are 1 where the filter is set, $8 a folded tag
// or ''. A reply to oneself is no reply here: threads of one author belong on the profile.
OB_PAGED_QUERY(
    kAccount,
    "status.list_account",
    R"sql(
    SELECT s.id FROM statuses s
    WHERE s.account = $4 AND s.id < $1 AND s.id > $2 AND s.state = 'present'
      AND ($5 = 0 OR s.reply_to_uri = '' OR s.reply_to_account = s.account)
      AND ($6 = 0 OR s.boost_of IS NULL)
      AND ($7 = 0 OR EXISTS (SELECT 1 FROM media m WHERE m.status = s.id))
      AND ($8 = '' OR EXISTS (SELECT 1 FROM tags t JOIN status_tags st ON st.tag = t.id
                              WHERE t.name = $8 AND st.status = s.id)))sql",
    "s.id"
);
OB_PAGED_QUERY(
    kAccountPinned,
    "status.list_account_pinned",
    R"sql(
    SELECT p.status FROM pins p JOIN statuses s ON s.id = p.status
    WHERE p.account = $4 AND p.status < $1 AND p.status > $2 AND s.state = 'present')sql",
    "p.status"
);
OB_PAGED_QUERY(
    kPublic,
    "status.list_public",
    R"sql(
    SELECT id FROM statuses
    WHERE id < $1 AND id > $2 AND visibility = 'public' AND state = 'present' AND boost_of IS NULL
      AND ($4 = 0 OR local = false))sql",
    "id"
);
OB_PAGED_QUERY(
    kPublicLocal,
    "status.list_public_local",
    R"sql(
    SELECT id FROM statuses
    WHERE id < $1 AND id > $2 AND local = true AND visibility = 'public' AND state = 'present'
      AND boost_of IS NULL)sql",
    "id"
);
OB_PAGED_QUERY(
    kTag,
    "status.list_tag",
    R"sql(
    SELECT st.status FROM status_tags st JOIN statuses s ON s.id = st.status
    WHERE st.tag = (SELECT id FROM tags WHERE name = $4) AND st.status < $1 AND st.status > $2
      AND s.visibility = 'public' AND s.state = 'present')sql",
    "st.status"
);
OB_PAGED_QUERY(
    kReplies,
    "status.list_replies",
    R"sql(
    SELECT id FROM statuses
    WHERE reply_to = $4 AND id < $1 AND id > $2 AND state = 'present')sql",
    "id"
);
OB_PAGED_QUERY(
    kPublicOfAccount,
    "status.list_public_of_account",
    R"sql(
    SELECT id FROM statuses
    WHERE account = $4 AND id < $1 AND id > $2 AND visibility = 'public' AND state = 'present'
      AND boost_of IS NULL)sql",
    "id"
);
OB_QUERY(kPinned, "status.list_pinned", R"sql(
    SELECT p.status FROM pins p JOIN statuses s ON s.id = p.status
    WHERE p.account = $1 AND s.state = 'present'
    ORDER BY p.created_at DESC, p.status DESC LIMIT 40)sql");
OB_PAGED_QUERY(
    kBoosters,
    "status.list_boosters",
    R"sql(
    SELECT account FROM statuses
    WHERE boost_of = $4 AND account < $1 AND account > $2 AND state = 'present')sql",
    "account"
);

// Depth and number are bounded, so a circle of replies ends too; what it repeats is dropped below.
OB_QUERY(kAncestors, "status.list_ancestors", R"sql(
    WITH RECURSIVE up (id, parent, depth) AS (
        SELECT id, reply_to, 0 FROM statuses WHERE id = $1
        UNION ALL
        SELECT s.id, s.reply_to, up.depth + 1 FROM up JOIN statuses s ON s.id = up.parent
        WHERE up.depth < $2)
    SELECT id FROM up WHERE depth > 0 ORDER BY depth)sql");
OB_QUERY(kDescendants, "status.list_descendants", R"sql(
    WITH RECURSIVE down (id, parent, depth) AS (
        SELECT id, reply_to, 0 FROM statuses WHERE id = $1
        UNION ALL
        SELECT s.id, s.reply_to, down.depth + 1 FROM down JOIN statuses s ON s.reply_to = down.id
        WHERE down.depth < $2)
    SELECT id, parent FROM down WHERE depth > 0 LIMIT $3)sql");

}  // namespace

std::vector<StatusId> list_account(
    Reader& db, AccountId account, const AccountFilter& filter, const Page& page
) {
    if (filter.pinned) return list_window(db, kAccountPinned, status_id, page, account);
    return list_window(
        db,
        kAccount,
        status_id,
        page,
        account,
        filter.exclude_replies,
        filter.exclude_boosts,
        filter.only_media,
        fold_case(filter.tagged)
    );
}

std::vector<StatusId> list_public(Reader& db, bool local_only, bool remote_only, const Page& page) {
    if (local_only) return list_window(db, kPublicLocal, status_id, page);
    return list_window(db, kPublic, status_id, page, remote_only);
}

std::vector<StatusId> list_tag(Reader& db, std::string_view tag, const Page& page) {
    if (tag.starts_with('#')) tag.remove_prefix(1);
    return list_window(db, kTag, status_id, page, fold_case(tag));
}

std::vector<StatusId> list_ancestors(Reader& db, StatusId id) {
    std::vector<StatusId> found;
    std::unordered_set<StatusId> seen{id};
    for (const auto up : db.all(kAncestors, status_id, id, limits::kThreadDepth)) {
        if (!seen.insert(up).second) break;
        found.push_back(up);
    }
    std::reverse(found.begin(), found.end());
    return found;
}

std::vector<StatusId> list_descendants(Reader& db, StatusId id) {
    std::unordered_map<StatusId, std::vector<StatusId>> children;
    std::unordered_set<StatusId> seen{id};
    db.each(
        kDescendants,
        [&](const Row& row) {
            const auto child = row.id<Status>(0);
            if (seen.insert(child).second) children[row.id<Status>(1)].push_back(child);
        },
        id,
        limits::kDescendants,
        limits::kDescendants
    );
    // Depth first, older siblings first.
    for (auto& [parent, list] : children) std::sort(list.begin(), list.end(), std::greater<>());
    std::vector<StatusId> found, open = children[id];
    while (!open.empty()) {
        const auto next = open.back();
        open.pop_back();
        found.push_back(next);
        const auto below = children.find(next);
        if (below == children.end()) continue;
        open.insert(open.end(), below->second.begin(), below->second.end());
    }
    return found;
}

std::vector<StatusId> list_replies(Reader& db, StatusId id, const Page& page) {
    return list_window(db, kReplies, status_id, page, id);
}

std::vector<StatusId> list_public_of_account(Reader& db, AccountId account, const Page& page) {
    return list_window(db, kPublicOfAccount, status_id, page, account);
}

std::vector<StatusId> list_pinned(Reader& db, AccountId account) {
    return db.all(kPinned, status_id, account);
}

std::vector<AccountId> list_boosters(Reader& db, StatusId status, const Page& page) {
    return list_window(db, kBoosters, account_id, page, status);
}

}  // namespace outboard::store::statuses
