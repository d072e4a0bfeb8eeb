// SPDX-License-Identifier: Apache-2.0
#include "src/store/streams.hpp"

#include "federation/base/text.hpp"
#include "src/store/ids.hpp"
#include "src/store/lists.hpp"

namespace outboard::store::streams {
namespace {

OB_QUERY(kAdd, "stream.add", R"sql(
    INSERT INTO stream_events (id, kind, account, subject, tags, readers)
    VALUES ($1, $2, $3, $4, '', ''))sql");
OB_QUERY(kTagsOf, "stream.tags_of", R"sql(
    SELECT t.name FROM status_tags st JOIN tags t ON t.id = st.tag
    WHERE st.status = $1 LIMIT $2)sql");
OB_QUERY(kReadersOf, "stream.readers_of", R"sql(
    SELECT r.target FROM status_audience r JOIN users u ON u.account = r.target
    WHERE r.status = $1 AND r.kind = 'actor' LIMIT $2)sql");
OB_QUERY(kAddDeletion, "stream.add_deletion", R"sql(
    INSERT INTO stream_events (id, kind, account, subject, tags, readers)
    SELECT CAST($1 AS BIGINT), 'delete', s.account, s.id, CAST($3 AS TEXT), CAST($4 AS TEXT)
    FROM statuses s JOIN accounts a ON a.id = s.account
    WHERE s.id = $2 AND a.suspended_at IS NULL AND a.deleted_at IS NULL)sql");
OB_QUERY(kListAfter, "stream.list_after", R"sql(
    SELECT id, kind, account, subject, tags, readers FROM stream_events
    WHERE id > $1 ORDER BY id LIMIT $2)sql");
OB_QUERY(kNewest, "stream.newest", "SELECT id FROM stream_events ORDER BY id DESC LIMIT 1");
OB_QUERY(kDropOld, "stream.drop_old", R"sql(
    DELETE FROM stream_events WHERE id IN
        (SELECT id FROM stream_events WHERE id < $1 ORDER BY id LIMIT $2))sql");
OB_QUERY(
    kHomes,
    "stream.homes",
    "SELECT account, status FROM home WHERE status IN (SELECT value FROM json_each($1))"
    " AND account IN (SELECT value FROM json_each($2))",
    "SELECT account, status FROM home"
    " WHERE status IN (SELECT CAST(jsonb_array_elements_text(CAST($1 AS jsonb)) AS BIGINT))"
    " AND account IN (SELECT CAST(jsonb_array_elements_text(CAST($2 AS jsonb)) AS BIGINT))"
);
// From the few who listen, not from the many who follow.
OB_QUERY(
    kFollowers,
    "stream.followers",
    "SELECT v.value FROM json_each($2) AS v WHERE EXISTS (SELECT 1 FROM follows f"
    " WHERE f.account = v.value AND f.target = $1 AND f.state = 'accepted')",
    "SELECT v.id FROM (SELECT CAST(jsonb_array_elements_text(CAST($2 AS jsonb)) AS BIGINT) AS id)"
    " AS v WHERE EXISTS (SELECT 1 FROM follows f"
    " WHERE f.account = v.id AND f.target = $1 AND f.state = 'accepted')"
);

constexpr std::pair<Kind, std::string_view> kNames[] = {
    {Kind::Update, "update"},
    {Kind::Edit, "edit"},
    {Kind::Delete, "delete"},
    {Kind::Home, "home"},
    {Kind::Notification, "notification"}
};

std::string_view name_of(Kind kind) {
    for (const auto& [known, name] : kNames) {
        if (known == kind) return name;
    }
    return "";
}

Kind parse_kind(std::string_view text) {
    for (const auto& [kind, name] : kNames) {
        if (name == text) return kind;
    }
    throw StoreError("a stream event of an unknown kind");
}

/// Names and numbers without spaces, as one text.
template <class List, class Text>
std::string join(const List& list, Text&& text) {
    std::string all;
    for (const auto& item : list) {
        if (!all.empty()) all += ' ';
        all += text(item);
    }
    return all;
}

std::vector<std::string_view> words_of(std::string_view text) {
    return text.empty() ? std::vector<std::string_view>{} : split(text, ' ');
}

Event read(const Row& row) {
    Event event;
    event.id = row.integer(0);
    event.kind = parse_kind(row.text(1));
    event.account = row.id<Account>(2);
    event.subject = row.integer(3);
    const auto tags = row.text(4), readers = row.text(5);
    for (const auto word : words_of(tags)) event.tags.emplace_back(word);
    for (const auto word : words_of(readers)) {
        std::int64_t id = 0;
        if (parse_decimal(word, id)) event.readers.push_back({id});
    }
    return event;
}

}  // namespace

void add(Writer& tx, Kind kind, AccountId account, std::int64_t subject) {
    tx.execute(kAdd, tx.next_id(), name_of(kind), account, subject);
    tx.wake_streams();
}

void add_deletion(Writer& tx, StatusId status) {
    const auto most = limits::kStreamNames;
    const auto tags = tx.all(kTagsOf, [](const Row& row) { return row.text(0); }, status, most);
    const auto readers = tx.all(kReadersOf, account_id, status, most);
    const auto added = tx.execute(
        kAddDeletion,
        tx.next_id(),
        status,
        join(tags, [](const auto& tag) { return tag; }),
        join(readers, [](const auto& id) { return id.str(); })
    );
    if (added > 0) tx.wake_streams();
}

std::vector<Event> list_after(Reader& db, std::int64_t after, int limit) {
    return db.all(kListAfter, read, after, limit);
}

std::int64_t newest(Reader& db) { return db.count(kNewest); }

int drop_older_than(Writer& tx, Instant limit, int most) {
    return static_cast<int>(tx.execute(kDropOld, first_id_at(limit), most));
}

std::unordered_map<AccountId, std::vector<StatusId>> load_homes(
    Reader& db, const std::vector<StatusId>& ids, const std::vector<AccountId>& accounts
) {
    std::unordered_map<AccountId, std::vector<StatusId>> homes;
    if (ids.empty() || accounts.empty()) return homes;
    db.each(
        kHomes,
        [&](const Row& row) { homes[row.id<Account>(0)].push_back(row.id<Status>(1)); },
        ids,
        accounts
    );
    return homes;
}

std::unordered_set<AccountId> load_followers(
    Reader& db, AccountId target, const std::vector<AccountId>& accounts
) {
    std::unordered_set<AccountId> followers;
    if (accounts.empty()) return followers;
    db.each(
        kFollowers, [&](const Row& row) { followers.insert(row.id<Account>(0)); }, target, accounts
    );
    return followers;
}

}  // namespace outboard::store::streams
