// SPDX-License-Identifier: Apache-2.0
#include "src/store/media.hpp"

#include <algorithm>
#include <chrono>

#include "src/store/lists.hpp"
#include "src/store/queues.hpp"
#include "src/store/statuses.hpp"

namespace outboard::store::media {
namespace {

#define OB_MEDIA_COLUMNS                                                                        \
    "m.id, m.account, m.status, m.kind, m.media_type, m.remote_url, m.description, m.blurhash," \
    " m.width, m.height, m.focus_x, m.focus_y, m.purpose, m.url_id, m.file, m.file_bytes,"      \
    " m.preview, m.preview_type, m.preview_width, m.preview_height"
constexpr int kColumns = 20;

OB_QUERY(kFind, "media.find", "SELECT " OB_MEDIA_COLUMNS " FROM media m WHERE m.id = $1");
OB_IDS_QUERY(kLoad, "media.load", "SELECT " OB_MEDIA_COLUMNS " FROM media m WHERE m.id", "$1", "");
OB_IDS_QUERY(
    kLoadOfStatuses,
    "media.load_of_statuses",
    "SELECT " OB_MEDIA_COLUMNS " FROM media m WHERE m.status",
    "$1",
    " ORDER BY m.status, m.position, m.id"
);
// An upload without a status is its owner's alone.
OB_QUERY(
    kServed,
    "media.served",
    "SELECT " OB_MEDIA_COLUMNS
    ", CASE WHEN m.purpose <> 'attachment' OR s.visibility IN ('public', 'unlisted')"
    " THEN 1 ELSE 0 END"
    " FROM media m JOIN accounts a ON a.id = m.account LEFT JOIN statuses s ON s.id = m.status"
    " WHERE m.url_id = $1 AND m.file IS NOT NULL AND a.suspended_at IS NULL"
    " AND a.deleted_at IS NULL AND (m.status IS NULL OR s.state = 'present')"
);
OB_QUERY(kInsert, "media.insert_own", R"sql(
    INSERT INTO media (id, account, kind, media_type, remote_url, description, blurhash, width,
        height, focus_x, focus_y, created_at, purpose, url_id, file, file_bytes, preview,
        preview_type, preview_width, preview_height, expires_at)
    VALUES ($1, $2, $3, $4, '', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
        $19, $20))sql");
OB_QUERY(kDetails, "media.set_details", R"sql(
    UPDATE media SET description = $2, focus_x = $3, focus_y = $4 WHERE id = $1)sql");
OB_QUERY(kDetach, "media.detach", R"sql(
    UPDATE media SET status = NULL, position = 0, url_id = $2, expires_at = $3
    WHERE id = $1)sql");
OB_QUERY(kOfAccount, "media.of_account", R"sql(
    SELECT id FROM media WHERE account = $1 LIMIT $2)sql");
OB_QUERY(kOfPurpose, "media.of_purpose", R"sql(
    SELECT id FROM media WHERE account = $1 AND purpose = $2)sql");
OB_QUERY(kOfStatus, "media.of_status", "SELECT id FROM media WHERE status = $1");
OB_QUERY(kExpired, "media.expired", R"sql(
    SELECT id FROM media WHERE expires_at < $1 AND expires_at IS NOT NULL
    ORDER BY expires_at LIMIT $2)sql");
OB_IDS_QUERY(
    kNoteFiles,
    "media.note_files",
    "INSERT INTO media_gone (hash, gone_at) SELECT file, $2 FROM media WHERE file IS NOT NULL AND "
    "id",
    "$1",
    " ON CONFLICT (hash) DO NOTHING"
);
OB_IDS_QUERY(
    kNotePreviews,
    "media.note_previews",
    "INSERT INTO media_gone (hash, gone_at) SELECT preview, $2 FROM media"
    " WHERE preview IS NOT NULL AND id",
    "$1",
    " ON CONFLICT (hash) DO NOTHING"
);
OB_IDS_QUERY(kDrop, "media.drop", "DELETE FROM media WHERE id", "$1", "");
OB_QUERY(kNeeded, "media.is_needed", R"sql(
    SELECT 1 FROM media WHERE file = $1
    UNION ALL
    SELECT 1 FROM media WHERE preview = $1 LIMIT 1)sql");
OB_QUERY(kListGone, "media_gone.list", "SELECT hash FROM media_gone ORDER BY hash LIMIT $1");
OB_QUERY(kForgetGone, "media_gone.forget", "DELETE FROM media_gone WHERE hash = $1");
OB_QUERY(kQuota, "media_quota.find", R"sql(
    SELECT uploads, bytes FROM media_quota WHERE account = $1 AND day = $2)sql");
OB_QUERY(kAddToQuota, "media_quota.add", R"sql(
    INSERT INTO media_quota (account, day, uploads, bytes) VALUES ($1, $2, 1, $3)
    ON CONFLICT (account, day) DO UPDATE SET uploads = media_quota.uploads + 1,
        bytes = media_quota.bytes + excluded.bytes)sql");
OB_QUERY(kDropQuotas, "media_quota.drop_old", "DELETE FROM media_quota WHERE day < $1");

Media read(const Row& row) {
    Media media;
    media.id = row.integer(0);
    media.account = row.id<Account>(1);
    media.status = row.maybe_id<Status>(2);
    media.kind = row.text(3);
    media.media_type = row.text(4);
    media.remote_url = row.text(5);
    media.description = row.text(6);
    media.blurhash = row.text(7);
    media.width = row.integer(8);
    media.height = row.integer(9);
    if (!row.is_null(10) && !row.is_null(11)) media.focus = {row.real(10), row.real(11)};
    media.purpose = row.text(12);
    media.url_id = row.text(13);
    if (!row.is_null(14)) media.file = row.bytes(14);
    media.file_bytes = row.integer(15);
    if (!row.is_null(16)) media.preview = row.bytes(16);
    media.preview_type = row.text(17);
    media.preview_width = row.integer(18);
    media.preview_height = row.integer(19);
    return media;
}

std::int64_t media_id(const Row& row) { return row.integer(0); }

std::optional<double> part(const Media& media, std::size_t axis) {
    return media.focus ? std::optional((*media.focus)[axis]) : std::nullopt;
}

/// The rows go; what they needed is noted first.
int drop_all(Writer& tx, const std::vector<std::int64_t>& ids) {
    if (ids.empty()) return 0;
    const auto noted =
        tx.execute(kNoteFiles, ids, tx.now()) + tx.execute(kNotePreviews, ids, tx.now());
    if (noted > 0) plan_removal(tx, tx.now());
    tx.execute(kDrop, ids);
    return static_cast<int>(ids.size());
}

std::int64_t day_of(Instant now) {
    return std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
}

}  // namespace

std::optional<Media> find(Reader& db, std::int64_t id) { return db.one(kFind, read, id); }

std::vector<Media> load(Reader& db, const std::vector<std::int64_t>& ids) {
    if (ids.empty()) return {};
    return db.all(kLoad, read, ids);
}

std::vector<Media> load_of_status(Reader& db, StatusId status) {
    return db.all(kLoadOfStatuses, read, std::vector{status});
}

std::optional<Served> find_served(Reader& db, std::string_view url_id) {
    return db.one(
        kServed,
        [](const Row& row) { return Served{.media = read(row), .is_open = row.boolean(kColumns)}; },
        url_id
    );
}

void insert(Writer& tx, const Media& media, std::optional<Instant> expires) {
    tx.execute(
        kInsert,
        media.id,
        media.account,
        media.kind,
        media.media_type,
        media.description,
        media.blurhash,
        media.width,
        media.height,
        part(media, 0),
        part(media, 1),
        tx.now(),
        media.purpose,
        media.url_id,
        as_bytes(media.file),
        media.file_bytes,
        as_bytes(media.preview),
        media.preview_type,
        media.preview_width,
        media.preview_height,
        expires
    );
}

void set_details(Writer& tx, const Media& media) {
    tx.execute(kDetails, media.id, media.description, part(media, 0), part(media, 1));
}

void detach(Writer& tx, std::int64_t id, std::string_view url_id, Instant expires) {
    tx.execute(kDetach, id, url_id, expires);
}

void drop(Writer& tx, std::int64_t id) { drop_all(tx, {id}); }

void drop_of_status(Writer& tx, StatusId status, const std::vector<std::int64_t>& kept) {
    auto ids = tx.all(kOfStatus, media_id, status);
    std::erase_if(ids, [&](std::int64_t id) {
        return std::find(kept.begin(), kept.end(), id) != kept.end();
    });
    drop_all(tx, ids);
}

void drop_of_purpose(Writer& tx, AccountId account, std::string_view purpose) {
    drop_all(tx, tx.all(kOfPurpose, media_id, account, purpose));
}

int drop_of_account(Writer& tx, AccountId account, int most) {
    return drop_all(tx, tx.all(kOfAccount, media_id, account, most));
}

int drop_expired(Writer& tx, int most) {
    return drop_all(tx, tx.all(kExpired, media_id, tx.now(), most));
}

bool is_needed(Reader& db, std::string_view hash) {
    return db.exists(kNeeded, Blob{std::string(hash)});
}

std::vector<std::string> list_gone(Reader& db, int limit) {
    return db.all(kListGone, [](const Row& row) { return row.bytes(0); }, limit);
}

void forget_gone(Writer& tx, std::string_view hash) {
    tx.execute(kForgetGone, Blob{std::string(hash)});
}

void plan_removal(Writer& tx, Instant at) {
    jobs::add(tx, "media.remove", "{}", at, "media.remove");
}

Quota used_today(Reader& db, AccountId account) {
    return db
        .one(
            kQuota,
            [](const Row& row) {
                return Quota{.uploads = row.integer(0), .bytes = row.integer(1)};
            },
            account,
            day_of(db.now())
        )
        .value_or(Quota{});
}

void add_to_quota(Writer& tx, AccountId account, std::int64_t bytes) {
    tx.execute(kAddToQuota, account, day_of(tx.now()), bytes);
}

void drop_old_quotas(Writer& tx) { tx.execute(kDropQuotas, day_of(tx.now()) - 1); }

}  // namespace outboard::store::media

namespace outboard::store::statuses {

std::unordered_map<StatusId, std::vector<Media>> load_media(
    Reader& db, const std::vector<StatusId>& ids
) {
    std::unordered_map<StatusId, std::vector<Media>> found;
    if (ids.empty()) return found;
    db.each(
        media::kLoadOfStatuses,
        [&](const Row& row) { found[row.id<Status>(2)].push_back(media::read(row)); },
        ids
    );
    return found;
}

}  // namespace outboard::store::statuses
