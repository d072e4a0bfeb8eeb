// SPDX-License-Identifier: Apache-2.0
#include "src/store/statuses.hpp"

#include "federation/base/bytes.hpp"
#include "src/store/lists.hpp"

namespace outboard::store::statuses {
namespace {

#define OB_STATUS_COLUMNS                                                                        \
    "id, uri, account, revision, kind, visibility, state, boost_of, quote_of, reply_to, "        \
    "reply_to_uri, reply_to_account, thread, context_uri, conversation, title, content, "        \
    "source, content_type, spoiler, sensitive, language, url, created_at, edited_at, "           \
    "received_at, local, application, replies_count, boosts_count, favourites_count, document, " \
    "activity_uri"

OB_QUERY(kFind, "status.find", "SELECT " OB_STATUS_COLUMNS " FROM statuses WHERE id = $1");
OB_QUERY(
    kFindByUri,
    "status.find_by_uri",
    "SELECT " OB_STATUS_COLUMNS " FROM statuses WHERE uri_hash = $1 AND uri = $2"
);
OB_QUERY(
    kFindByActivity,
    "status.find_by_activity",
    "SELECT " OB_STATUS_COLUMNS
    " FROM statuses WHERE activity_uri = $1 AND activity_uri <> '' ORDER BY id LIMIT 8"
);
OB_QUERY(
    kFindByUrl,
    "status.find_by_url",
    "SELECT " OB_STATUS_COLUMNS " FROM statuses WHERE url = $1 AND url <> '' ORDER BY id LIMIT 8"
);
OB_IDS_QUERY(kLoad, "status.load", "SELECT " OB_STATUS_COLUMNS " FROM statuses WHERE id", "$1", "");
OB_QUERY(
    kFindBoost,
    "status.find_boost",
    "SELECT " OB_STATUS_COLUMNS
    " FROM statuses WHERE boost_of = $1 AND account = $2 AND state = 'present'"
);
OB_QUERY(
    kSetDocument,
    "status.set_document",
    "UPDATE statuses SET document = $2 WHERE id = $1 AND state <> 'deleted'"
);
OB_QUERY(kSetTally, "status.set_tally", R"sql(
    UPDATE statuses SET document = $3, revision = revision + 1
    WHERE id = $1 AND revision = $2 AND state = 'present')sql");
OB_QUERY(kRevisions, "status.revisions", R"sql(
    SELECT revision, content, spoiler, sensitive, created_at FROM status_revisions
    WHERE status = $1 ORDER BY revision)sql");
OB_QUERY(
    kAudience,
    "status.audience",
    "SELECT kind, target FROM status_audience WHERE status = $1 ORDER BY kind, target"
);
OB_QUERY(kCountLocal, "status.count_local", R"sql(
    SELECT count(*) FROM statuses
    WHERE local = true AND visibility = 'public' AND state = 'present' AND boost_of IS NULL)sql");

Visibility read_visibility(const std::string& text) {
    const auto visibility = federation::parse_visibility(text);
    if (!visibility) throw StoreError("status.read: unknown visibility " + text);
    return *visibility;
}

Status read(const Row& row) {
    Status s;
    s.id = row.id<Status>(0);
    s.uri = row.text(1);
    s.account = row.id<Account>(2);
    s.revision = row.integer(3);
    s.kind = row.text(4);
    s.visibility = read_visibility(row.text(5));
    s.state = parse_state(row.text(6));
    s.boost_of = row.maybe_id<Status>(7);
    s.quote_of = row.maybe_id<Status>(8);
    s.reply_to = row.maybe_id<Status>(9);
    s.reply_to_uri = row.text(10);
    s.reply_to_account = row.maybe_id<Account>(11);
    s.thread = row.id<Status>(12);
    s.context_uri = row.text(13);
    s.conversation = row.text(14);
    s.title = row.text(15);
    s.content = row.html(16);
    s.source = row.text(17);
    s.content_type = row.text(18);
    s.spoiler = row.text(19);
    s.sensitive = row.boolean(20);
    s.language = row.text(21);
    s.url = row.text(22);
    s.created_at = row.instant(23);
    s.edited_at = row.maybe_instant(24);
    s.received_at = row.instant(25);
    s.local = row.boolean(26);
    s.application = row.text(27);
    s.replies_count = row.integer(28);
    s.boosts_count = row.integer(29);
    s.favourites_count = row.integer(30);
    if (!row.is_null(31)) s.document = row.bytes(31);
    s.activity_uri = row.text(32);
    return s;
}

/// Page addresses and activity ids are claims of the author's server: they count for its own host
/// only, so that nobody's status answers for an address of somebody else's.
std::optional<Status> find_claimed(Reader& db, const Query& query, std::string_view uri) {
    const auto host = host_of(uri);
    for (auto& status : db.all(query, read, uri)) {
        if (host_of(status.uri) == host) return std::move(status);
    }
    return std::nullopt;
}

}  // namespace

std::optional<Status> find(Reader& db, StatusId id) { return db.one(kFind, read, id); }

std::optional<Status> find_by_uri(Reader& db, std::string_view uri) {
    return db.one(kFindByUri, read, hash64(uri), uri);
}

std::optional<Status> find_by_any_uri(Reader& db, std::string_view uri) {
    if (uri.empty()) return std::nullopt;
    if (auto found = find_by_uri(db, uri)) return found;
    if (auto found = find_claimed(db, kFindByActivity, uri)) return found;
    return find_claimed(db, kFindByUrl, uri);
}

std::vector<Status> load(Reader& db, const std::vector<StatusId>& ids) {
    if (ids.empty()) return {};
    return db.all(kLoad, read, ids);
}

std::optional<Status> find_boost(Reader& db, AccountId account, StatusId status) {
    return db.one(kFindBoost, read, status, account);
}

void set_document(Writer& tx, StatusId id, std::string_view hash) {
    tx.execute(kSetDocument, id, Blob{std::string(hash)});
}

bool set_tally(Writer& tx, StatusId id, std::int64_t revision, std::string_view hash) {
    return tx.execute(kSetTally, id, revision, Blob{std::string(hash)}) == 1;
}

std::vector<StatusRevision> load_revisions(Reader& db, StatusId id) {
    return db.all(
        kRevisions,
        [](const Row& row) {
            StatusRevision old;
            old.revision = row.integer(0);
            old.content = row.html(1);
            old.spoiler = row.text(2);
            old.sensitive = row.boolean(3);
            old.created_at = row.instant(4);
            return old;
        },
        id
    );
}

std::vector<AudienceLine> load_audience(Reader& db, StatusId id) {
    return db.all(
        kAudience,
        [](const Row& row) {
            return AudienceLine{parse_audience_kind(row.text(0)), row.id<Account>(1)};
        },
        id
    );
}

std::int64_t count_local(Reader& db) { return db.count(kCountLocal); }

}  // namespace outboard::store::statuses
