// SPDX-License-Identifier: Apache-2.0
#include "src/store/tags.hpp"

#include "src/store/lists.hpp"
#include "src/store/streams.hpp"

namespace outboard::store::tags {
namespace {

OB_QUERY(kFind, "tag.find", "SELECT id FROM tags WHERE name = $1");
OB_QUERY(kInsert, "tag.insert", "INSERT INTO tags (id, name, display) VALUES ($1, $2, $3)");
OB_QUERY(kFollow, "tag.follow", R"sql(
    INSERT INTO followed_tags (id, account, tag, created_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (account, tag) DO NOTHING)sql");
OB_QUERY(kUnfollow, "tag.unfollow", "DELETE FROM followed_tags WHERE account = $1 AND tag = $2");
OB_QUERY(kForget, "tag.forget_home", R"sql(
    DELETE FROM home WHERE account = $1
      AND status IN (SELECT status FROM status_tags WHERE tag = $2)
      AND NOT EXISTS (SELECT 1 FROM statuses s
          WHERE s.id = home.status AND (s.account = $1 OR EXISTS (
              SELECT 1 FROM follows f WHERE f.account = $1 AND f.target = s.account))))sql");
OB_QUERY(kCount, "tag.count_followed", "SELECT count(*) FROM followed_tags WHERE account = $1");
OB_QUERY(
    kLoadFollowed,
    "tag.load_followed",
    "SELECT t.name FROM tags t JOIN followed_tags f ON f.account = $2 AND f.tag = t.id"
    " WHERE t.name IN (SELECT value FROM json_each($1))",
    "SELECT t.name FROM tags t JOIN followed_tags f ON f.account = $2 AND f.tag = t.id"
    " WHERE t.name IN (SELECT jsonb_array_elements_text(CAST($1 AS jsonb)))"
);
OB_PAGED_QUERY(
    kFollowed,
    "tag.list_followed",
    R"sql(
    SELECT f.id, t.name FROM followed_tags f JOIN tags t ON t.id = f.tag
    WHERE f.account = $4 AND f.id < $1 AND f.id > $2)sql",
    "f.id"
);
OB_QUERY(kFollowers, "tag.followers", R"sql(
    SELECT f.id, f.account FROM followed_tags f
    WHERE f.tag IN (SELECT tag FROM status_tags WHERE status = $1) AND f.id > $2
    ORDER BY f.id LIMIT $3)sql");

std::optional<std::int64_t> find(Reader& db, std::string_view name) {
    return db.one(kFind, [](const Row& row) { return row.integer(0); }, name);
}

}  // namespace

std::int64_t ensure(Writer& tx, std::string_view name, std::string_view display) {
    if (const auto known = find(tx, name)) return *known;
    const auto id = tx.next_id();
    tx.execute(kInsert, id, name, display);
    return id;
}

bool follow(Writer& tx, AccountId account, std::int64_t tag) {
    return tx.execute(kFollow, tx.next_id(), account, tag, tx.now()) == 1;
}

bool unfollow(Writer& tx, AccountId account, std::string_view name) {
    const auto tag = find(tx, name);
    if (!tag || tx.execute(kUnfollow, account, *tag) == 0) return false;
    tx.execute(kForget, account, *tag);
    return true;
}

std::int64_t count_followed(Reader& db, AccountId account) { return db.count(kCount, account); }

std::unordered_set<std::string> load_followed(
    Reader& db, AccountId account, const std::vector<std::string>& names
) {
    std::unordered_set<std::string> followed;
    if (names.empty()) return followed;
    db.each(kLoadFollowed, [&](const Row& row) { followed.insert(row.text(0)); }, names, account);
    return followed;
}

std::vector<FollowedTag> list_followed(Reader& db, AccountId account, const statuses::Page& page) {
    return list_window(
        db,
        kFollowed,
        [](const Row& row) { return FollowedTag{row.integer(0), row.text(1)}; },
        page,
        account
    );
}

std::int64_t fan_out(Writer& tx, StatusId status, std::int64_t after, int chunk) {
    const auto rows = tx.all(
        kFollowers,
        [](const Row& row) { return std::pair(row.integer(0), row.id<Account>(1)); },
        status,
        after,
        chunk
    );
    for (const auto& [id, account] : rows) statuses::add_to_home(tx, account, status);
    // The first chunk is of the transaction that tells of the status itself.
    if (after > 0 && !rows.empty()) {
        const auto found = statuses::find(tx, status);
        if (found) streams::add(tx, streams::Kind::Home, found->account, status.value);
    }
    return rows.size() == static_cast<std::size_t>(chunk) ? rows.back().first : 0;
}

}  // namespace outboard::store::tags
