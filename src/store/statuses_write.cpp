// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <unordered_set>

#include "federation/base/bytes.hpp"
#include "federation/base/text.hpp"
#include "src/store/accounts.hpp"
#include "src/store/conversations.hpp"
#include "src/store/lists.hpp"
#include "src/store/media.hpp"
#include "src/store/polls.hpp"
#include "src/store/statuses.hpp"
#include "src/store/streams.hpp"
#include "src/store/tags.hpp"

namespace outboard::store::statuses {
namespace {

// At most so many in one transaction: replies that waited for a status and rows of their threads;
// and old revisions of one status that are kept.
constexpr int kWaiting = 1000, kThreadRows = 1000, kRevisionsKept = 100;

OB_QUERY(kIdOfUri, "status.id_of_uri", "SELECT id FROM statuses WHERE uri_hash = $1 AND uri = $2");
OB_QUERY(kIdOfBoost, "status.id_of_boost", R"sql(
    SELECT id FROM statuses WHERE boost_of = $1 AND account = $2 AND state = 'present')sql");
OB_QUERY(kTaken, "status.id_taken", "SELECT 1 FROM statuses WHERE id = $1");
OB_QUERY(kNextFree, "status.next_free_id", R"sql(
    SELECT s.id + 1 FROM statuses s
    WHERE s.id >= $1 AND NOT EXISTS (SELECT 1 FROM statuses n WHERE n.id = s.id + 1)
    ORDER BY s.id LIMIT 1)sql");
OB_QUERY(kParent, "status.parent", "SELECT account, thread, uri FROM statuses WHERE id = $1");
OB_QUERY(kInsert, "status.insert", R"sql(
    INSERT INTO statuses (id, uri, uri_hash, account, revision, kind, visibility, state, boost_of,
        quote_of, reply_to, reply_to_uri, reply_to_account, thread, context_uri, conversation,
        title, content, source, content_type, spoiler, sensitive, language, url, created_at,
        edited_at, received_at, local, application, document, activity_uri)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
        $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31))sql");
OB_QUERY(kAddAudience, "status.add_audience", R"sql(
    INSERT INTO status_audience (status, kind, target) VALUES ($1, $2, $3)
    ON CONFLICT (status, kind, target) DO NOTHING)sql");
OB_QUERY(kAddMention, "status.add_mention", R"sql(
    INSERT INTO mentions (status, account) VALUES ($1, $2)
    ON CONFLICT (status, account) DO NOTHING)sql");
OB_QUERY(kAddTag, "status.add_tag", R"sql(
    INSERT INTO status_tags (tag, status) VALUES ($1, $2)
    ON CONFLICT (tag, status) DO NOTHING)sql");
OB_QUERY(kAttachMedia, "media.attach", R"sql(
    UPDATE media SET status = $3, position = $4, description = $5, focus_x = $6, focus_y = $7,
        expires_at = NULL
    WHERE id = $1 AND account = $2 AND (status IS NULL OR status = $3))sql");
OB_QUERY(kInsertMedia, "media.insert", R"sql(
    INSERT INTO media (id, account, status, position, kind, media_type, remote_url, description,
        blurhash, width, height, focus_x, focus_y, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14))sql");
OB_QUERY(kAddReplies, "status.add_replies", R"sql(
    UPDATE statuses SET replies_count = replies_count + $2
    WHERE id = $1 AND replies_count + $2 >= 0)sql");
OB_QUERY(kAddBoost, "status.add_boost", R"sql(
    UPDATE statuses SET boosts_count = boosts_count + 1 WHERE id = $1)sql");

OB_QUERY(kWaitingReplies, "status.waiting_replies", R"sql(
    SELECT id, thread, CASE WHEN visibility IN ('public', 'unlisted') AND state <> 'deleted'
        THEN 1 ELSE 0 END
    FROM statuses
    WHERE reply_to_uri = $1 AND reply_to IS NULL AND reply_to_uri <> '' AND thread <> $2
    ORDER BY id LIMIT $3)sql");
OB_IDS_QUERY(
    kLink,
    "status.link",
    "UPDATE statuses SET reply_to = $2, reply_to_account = $3 WHERE id",
    "$1",
    ""
);
OB_IDS_QUERY(
    kMergeThreads,
    "status.merge_threads",
    "UPDATE statuses SET thread = $2 WHERE id IN (SELECT id FROM statuses WHERE thread",
    "$1",
    " ORDER BY thread, id LIMIT $3)"
);

OB_QUERY(kKeepRevision, "status.keep_revision", R"sql(
    INSERT INTO status_revisions (status, revision, content, spoiler, sensitive, created_at,
        document)
    SELECT id, revision, content, spoiler, sensitive, coalesce(edited_at, created_at), document
    FROM statuses WHERE id = $1 AND state = 'present'
    ON CONFLICT (status, revision) DO NOTHING)sql");
OB_QUERY(kDropRevisions, "status.drop_revisions", R"sql(
    DELETE FROM status_revisions
    WHERE status = $1 AND revision < (SELECT revision FROM statuses WHERE id = $1) - $2)sql");
OB_QUERY(kEdit, "status.edit", R"sql(
    UPDATE statuses SET revision = revision + 1, kind = $2, state = 'present', title = $3,
        content = $4, source = $5, content_type = $6, spoiler = $7, sensitive = $8, language = $9,
        url = $10, edited_at = $11, document = $12, visibility = $13
    WHERE id = $1 AND state <> 'deleted')sql");
OB_QUERY(kDropLines, "status.drop_audience_lines", "DELETE FROM status_audience WHERE status = $1");
OB_QUERY(kDropMentions, "status.drop_mentions", "DELETE FROM mentions WHERE status = $1");
OB_QUERY(kDropTags, "status.drop_tags", "DELETE FROM status_tags WHERE status = $1");

/// Counters tell of what everybody may see, and of nothing else (THREATS 104).
bool is_listed(const Status& status) {
    return status.visibility == Visibility::Public || status.visibility == Visibility::Unlisted;
}

StatusId free_id(Writer& tx, const Status& status) {
    auto id = status.id;
    if (id.value == 0) {
        id.value =
            status.local
                ? tx.next_id()
                : Writer::id_for(std::min(status.created_at, status.received_at), status.uri);
    }
    // The id of a local status stands in its uri already, so it cannot move.
    if (!status.local && is_taken(tx, id)) id.value = tx.count(kNextFree, id);
    return id;
}

struct Place {
    std::optional<AccountId> reply_to_account;
    std::string reply_to_uri;
    StatusId thread;
};

Place place_of(Writer& tx, const Status& status, StatusId id) {
    Place place{status.reply_to_account, status.reply_to_uri, id};
    if (!status.reply_to) return place;
    tx.each(
        kParent,
        [&](const Row& row) {
            place.reply_to_account = row.id<Account>(0);
            place.thread = row.id<Status>(1);
            if (place.reply_to_uri.empty()) place.reply_to_uri = row.text(2);
        },
        *status.reply_to
    );
    return place;
}

void add_audience(Writer& tx, StatusId id, const std::vector<AudienceLine>& lines) {
    for (const auto& line : lines) {
        tx.execute(kAddAudience, id, to_string(line.kind), line.target);
    }
}

/// Those named take part in a direct status' conversation, but for those who did already.
void join_conversation(
    Writer& tx,
    const NewStatus& fresh,
    StatusId id,
    StatusId thread,
    const std::vector<AudienceLine>& part
) {
    if (fresh.status.visibility != Visibility::Direct || fresh.status.boost_of) return;
    const auto author = fresh.status.account;
    for (const auto& line : fresh.audience) {
        if (line.kind != AudienceKind::Actor || line.target == author) continue;
        if (std::find(part.begin(), part.end(), line) != part.end()) continue;
        conversations::note(tx, id, thread, author, line.target);
    }
}

/// Who may see a status from now on, in conversations and counters too.
void replace_audience(Writer& tx, const Status& before, const NewStatus& changed) {
    const bool was_direct = before.visibility == Visibility::Direct;
    const auto had = load_audience(tx, before.id);
    tx.execute(kDropLines, before.id);
    add_audience(tx, before.id, changed.audience);
    join_conversation(
        tx, changed, before.id, before.thread, was_direct ? had : std::vector<AudienceLine>{}
    );
    if (was_direct) conversations::forget_status(tx, before.id);
    const int listed =
        static_cast<int>(is_listed(changed.status)) - static_cast<int>(is_listed(before));
    if (listed == 0) return;
    accounts::add_to_counts(tx, before.account, 0, 0, listed);
    if (before.reply_to) tx.execute(kAddReplies, *before.reply_to, listed);
}

void add_tags(Writer& tx, StatusId id, const std::vector<std::string>& hashtags) {
    std::unordered_set<std::string> seen;
    for (std::string_view tag : hashtags) {
        if (tag.starts_with('#')) tag.remove_prefix(1);
        const auto name = fold_case(tag);
        if (name.empty() || !seen.insert(name).second) continue;
        tx.execute(kAddTag, tags::ensure(tx, name, tag), id);
    }
}

void add_media(Writer& tx, StatusId id, AccountId account, const std::vector<Media>& media) {
    int position = 0;
    for (const auto& item : media) {
        const auto focus = [&](std::size_t axis) {
            return item.focus ? std::optional((*item.focus)[axis]) : std::nullopt;
        };
        const bool attached =
            item.id != 0 &&
            tx.execute(
                kAttachMedia, item.id, account, id, position, item.description, focus(0), focus(1)
            ) == 1;
        if (!attached) {
            tx.execute(
                kInsertMedia,
                item.id != 0 ? item.id : tx.next_id(),
                account,
                id,
                position,
                item.kind,
                item.media_type,
                item.remote_url,
                item.description,
                item.blurhash,
                item.width,
                item.height,
                focus(0),
                focus(1),
                tx.now()
            );
        }
        ++position;
    }
}

/// Links replies that came before what they answer. Each of them was the first of its own thread;
/// one whose thread is ours already is an ancestor of the new status, and linking it would close a
/// circle.
void link_waiting(Writer& tx, const Status& status, StatusId id, StatusId thread) {
    std::vector<StatusId> replies, threads;
    int listed = 0;
    tx.each(
        kWaitingReplies,
        [&](const Row& row) {
            replies.push_back(row.id<Status>(0));
            threads.push_back(row.id<Status>(1));
            listed += static_cast<int>(row.integer(2));
        },
        status.uri,
        thread,
        kWaiting
    );
    if (replies.empty()) return;
    tx.execute(kLink, replies, id, status.account);
    tx.execute(kMergeThreads, threads, thread, kThreadRows);
    conversations::merge(tx, threads, thread);
    if (listed > 0) tx.execute(kAddReplies, id, listed);
}

}  // namespace

bool is_taken(Reader& db, StatusId id) { return db.exists(kTaken, id); }

StatusId insert(Writer& tx, const NewStatus& fresh) {
    const auto& status = fresh.status;
    const auto hash = hash64(status.uri);
    if (const auto same = tx.one(kIdOfUri, status_id, hash, status.uri)) return *same;
    if (status.boost_of) {
        const auto same = tx.one(kIdOfBoost, status_id, *status.boost_of, status.account);
        if (same) return *same;
    }
    const auto id = free_id(tx, status);
    const auto place = place_of(tx, status, id);
    tx.execute(
        kInsert,
        id,
        status.uri,
        hash,
        status.account,
        status.revision,
        status.kind,
        federation::to_string(status.visibility),
        to_string(status.state),
        status.boost_of,
        status.quote_of,
        status.reply_to,
        place.reply_to_uri,
        place.reply_to_account,
        place.thread,
        status.context_uri,
        status.conversation,
        status.title,
        status.content,
        status.source,
        status.content_type,
        status.spoiler,
        status.sensitive,
        status.language,
        status.url,
        status.created_at,
        status.edited_at,
        status.received_at,
        status.local,
        status.application,
        as_bytes(status.document),
        status.activity_uri
    );
    add_audience(tx, id, fresh.audience);
    for (const auto account : fresh.mentions) tx.execute(kAddMention, id, account);
    add_tags(tx, id, fresh.hashtags);
    add_media(tx, id, status.account, fresh.media);
    if (fresh.poll) polls::put(tx, id, *fresh.poll);

    if (status.boost_of) tx.execute(kAddBoost, *status.boost_of);
    if (is_listed(status)) {
        accounts::add_to_counts(tx, status.account, 0, 0, 1);
        accounts::note_status_at(tx, status.account, status.created_at);
        if (status.reply_to) tx.execute(kAddReplies, *status.reply_to, 1);
    }
    if (status.visibility == Visibility::Direct && !status.boost_of) {
        conversations::note(tx, id, place.thread, status.account, status.account);
        join_conversation(tx, fresh, id, place.thread, {});
    }
    // Nobody can have answered a local status before it was there; who named its uri guessed.
    if (!status.local && !status.boost_of) link_waiting(tx, status, id, place.thread);
    // What is fetched long after it was written is no news.
    if (status.received_at - status.created_at < limits::kStreamed) {
        streams::add(tx, streams::Kind::Update, status.account, id.value);
    }
    return id;
}

void edit(Writer& tx, const NewStatus& changed) {
    const auto& status = changed.status;
    const auto before = find(tx, status.id);
    if (!before || before->state == StatusState::Deleted) return;
    tx.execute(kKeepRevision, status.id);
    tx.execute(
        kEdit,
        status.id,
        status.kind,
        status.title,
        status.content,
        status.source,
        status.content_type,
        status.spoiler,
        status.sensitive,
        status.language,
        status.url,
        status.edited_at ? *status.edited_at : tx.now(),
        as_bytes(status.document),
        federation::to_string(status.visibility)
    );
    replace_audience(tx, *before, changed);
    tx.execute(kDropRevisions, status.id, kRevisionsKept);
    tx.execute(kDropMentions, status.id);
    for (const auto account : changed.mentions) tx.execute(kAddMention, status.id, account);
    tx.execute(kDropTags, status.id);
    add_tags(tx, status.id, changed.hashtags);
    std::vector<std::int64_t> kept;
    for (const auto& item : changed.media) {
        if (item.id != 0) kept.push_back(item.id);
    }
    media::drop_of_status(tx, status.id, kept);
    add_media(tx, status.id, status.account, changed.media);
    if (changed.poll) polls::put(tx, status.id, *changed.poll);
    streams::add(tx, streams::Kind::Edit, status.account, status.id.value);
}

}  // namespace outboard::store::statuses
