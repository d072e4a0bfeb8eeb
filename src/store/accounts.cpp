// SPDX-License-Identifier: Apache-2.0
#include "src/store/accounts.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "federation/base/bytes.hpp"
#include "federation/base/text.hpp"
#include "src/store/follows.hpp"
#include "src/store/lists.hpp"

namespace outboard::store::accounts {
namespace {

using nlohmann::json;

#define OB_ACCOUNT_COLUMNS                                                                       \
    "id, uri, username, domain, host, kind, revision, display_name, note, note_source, fields, " \
    "url, avatar_url, header_url, inbox, shared_inbox, outbox, followers, following, featured, " \
    "locked, discoverable, indexable, moved_to, also_known_as, created_at, fetched_at, "         \
    "suspended_at, deleted_at, followers_count, following_count, statuses_count, "               \
    "last_status_at, document, suspended_by_rule"

OB_QUERY(kFind, "account.find", "SELECT " OB_ACCOUNT_COLUMNS " FROM accounts WHERE id = $1");
OB_QUERY(
    kFindByUri,
    "account.find_by_uri",
    "SELECT " OB_ACCOUNT_COLUMNS " FROM accounts WHERE uri_hash = $1 AND uri = $2"
);
OB_QUERY(
    kFindByHandle,
    "account.find_by_handle",
    "SELECT " OB_ACCOUNT_COLUMNS " FROM accounts WHERE username_key = $1 AND domain = $2"
);
// A claim is believed only from the collection's own host (A054).
OB_QUERY(
    kFindByFollowers,
    "account.find_by_followers_uri",
    "SELECT " OB_ACCOUNT_COLUMNS
    " FROM accounts WHERE followers = $1 AND followers <> '' AND (domain = '' OR host = $2)"
    " ORDER BY CASE WHEN domain = '' THEN 0 ELSE 1 END, id LIMIT 1"
);
OB_IDS_QUERY(
    kLoad, "account.load", "SELECT " OB_ACCOUNT_COLUMNS " FROM accounts WHERE id", "$1", ""
);
OB_QUERY(kActive, "account.is_active", R"sql(
    SELECT 1 FROM accounts WHERE id = $1 AND suspended_at IS NULL AND deleted_at IS NULL)sql");
OB_IDS_QUERY(
    kGlance,
    "account.glance",
    "SELECT id, revision, deleted_at, suspended_at, followers_count, following_count,"
    " statuses_count, last_status_at FROM accounts WHERE id",
    "$1",
    ""
);
OB_IDS_QUERY(
    kLoadByUris,
    "account.load_by_uris",
    "SELECT " OB_ACCOUNT_COLUMNS " FROM accounts WHERE uri_hash",
    "$1",
    ""
);
OB_QUERY(
    kListLocal,
    "account.list_local",
    "SELECT " OB_ACCOUNT_COLUMNS
    " FROM accounts WHERE domain = '' AND deleted_at IS NULL ORDER BY id"
);
OB_QUERY(kCountLocal, "account.count_local", R"sql(
    SELECT count(*) FROM users u WHERE EXISTS (SELECT 1 FROM accounts a
        WHERE a.id = u.account AND a.suspended_at IS NULL AND a.deleted_at IS NULL))sql");

OB_QUERY(kHolder, "account.handle_holder", R"sql(
    SELECT id, CASE WHEN deleted_at IS NULL THEN 0 ELSE 1 END FROM accounts
    WHERE username_key = $1 AND domain = $2)sql");
OB_QUERY(
    kGiveUpHandle, "account.give_up_handle", "UPDATE accounts SET username_key = $2 WHERE id = $1"
);
OB_QUERY(kIdOfUri, "account.id_of_uri", "SELECT id FROM accounts WHERE uri_hash = $1 AND uri = $2");
OB_QUERY(kTaken, "account.id_taken", "SELECT 1 FROM accounts WHERE id = $1");
OB_QUERY(kNextFree, "account.next_free_id", R"sql(
    SELECT a.id + 1 FROM accounts a
    WHERE a.id >= $1 AND NOT EXISTS (SELECT 1 FROM accounts n WHERE n.id = a.id + 1)
    ORDER BY a.id LIMIT 1)sql");
// $1 to $26 are the columns of `with_columns`, in both.
OB_QUERY(kInsert, "account.insert", R"sql(
    INSERT INTO accounts (username, username_key, domain, host, kind, display_name, display_key,
        note, note_source, fields, url, avatar_url, header_url, inbox, shared_inbox, outbox,
        followers, following, featured, locked, discoverable, indexable, moved_to, also_known_as,
        fetched_at, document, id, uri, uri_hash, revision, created_at, suspended_at,
        suspended_by_rule)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
        $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33))sql");
OB_QUERY(kUpdate, "account.update", R"sql(
    UPDATE accounts SET username = $1, username_key = $2, domain = $3, host = $4, kind = $5,
        display_name = $6, display_key = $7, note = $8, note_source = $9, fields = $10, url = $11,
        avatar_url = $12, header_url = $13, inbox = $14, shared_inbox = $15, outbox = $16,
        followers = $17, following = $18, featured = $19, locked = $20, discoverable = $21,
        indexable = $22, moved_to = $23, also_known_as = $24, fetched_at = $25, document = $26,
        revision = revision + 1
    WHERE id = $27 AND deleted_at IS NULL)sql");
OB_QUERY(
    kSuspend,
    "account.suspend",
    R"sql(
    UPDATE accounts SET suspended_at = $2, suspended_by_rule = false, revision = revision + 1
    WHERE id = $1 AND (suspended_at IS NULL OR suspended_by_rule = true) <> ($2 IS NULL))sql",
    R"sql(
    UPDATE accounts SET suspended_at = CAST($2 AS BIGINT), suspended_by_rule = false,
        revision = revision + 1
    WHERE id = $1 AND (suspended_at IS NULL OR suspended_by_rule = true)
        <> (CAST($2 AS BIGINT) IS NULL))sql"
);
OB_IDS_QUERY(
    kRuleOut,
    "account.rule_out",
    "UPDATE accounts SET suspended_at = $2, suspended_by_rule = true, revision = revision + 1"
    " WHERE suspended_at IS NULL AND id",
    "$1",
    ""
);
OB_IDS_QUERY(
    kLetBack,
    "account.let_back",
    "UPDATE accounts SET suspended_at = NULL, suspended_by_rule = false, revision = revision + 1"
    " WHERE suspended_by_rule = true AND id",
    "$1",
    ""
);
OB_QUERY(kListRemote, "account.list_remote", R"sql(
    SELECT id, domain, host FROM accounts WHERE domain <> '' AND id > $1 ORDER BY id LIMIT $2)sql");
OB_QUERY(kDelete, "account.delete", R"sql(
    UPDATE accounts SET deleted_at = $2, revision = revision + 1, display_name = '',
        display_key = '', note = '', note_source = '', fields = '[]', url = '', avatar_url = '',
        header_url = '', moved_to = NULL, also_known_as = '[]', discoverable = false,
        indexable = false, followers_count = 0, following_count = 0, statuses_count = 0,
        last_status_at = NULL, document = NULL
    WHERE id = $1 AND deleted_at IS NULL)sql");
OB_QUERY(kDocument, "account.set_document", "UPDATE accounts SET document = $2 WHERE id = $1");
OB_QUERY(kAddToCounts, "account.add_to_counts", R"sql(
    UPDATE accounts SET
        followers_count = CASE WHEN followers_count + $2 > 0 THEN followers_count + $2 ELSE 0 END,
        following_count = CASE WHEN following_count + $3 > 0 THEN following_count + $3 ELSE 0 END,
        statuses_count = CASE WHEN statuses_count + $4 > 0 THEN statuses_count + $4 ELSE 0 END
    WHERE id = $1)sql");
OB_QUERY(kNoteStatus, "account.note_status", R"sql(
    UPDATE accounts SET last_status_at = $2
    WHERE id = $1 AND (last_status_at IS NULL OR last_status_at < $2))sql");

std::string fields_text(const std::vector<AccountField>& fields) {
    json list = json::array();
    for (const auto& field : fields) {
        list.push_back({{"name", field.name}, {"value", field.value.str()}});
    }
    return list.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::vector<AccountField> read_fields(const std::string& text) {
    std::vector<AccountField> fields;
    for (const auto& item : json::parse(text)) {
        fields.push_back(
            {item.at("name").get<std::string>(),
             SafeHtml::from_trusted(item.at("value").get<std::string>())}
        );
    }
    return fields;
}

std::string list_text(const std::vector<std::string>& list) {
    return json(list).dump(-1, ' ', false, json::error_handler_t::replace);
}

Account read(const Row& row) {
    Account a;
    a.id = row.id<Account>(0);
    a.uri = row.text(1);
    a.username = row.text(2);
    a.domain = row.text(3);
    a.host = row.text(4);
    a.kind = row.text(5);
    a.revision = row.integer(6);
    a.display_name = row.text(7);
    a.note = row.html(8);
    a.note_source = row.text(9);
    a.fields = read_fields(row.text(10));
    a.url = row.text(11);
    a.avatar_url = row.text(12);
    a.header_url = row.text(13);
    a.inbox = row.text(14);
    a.shared_inbox = row.text(15);
    a.outbox = row.text(16);
    a.followers = row.text(17);
    a.following = row.text(18);
    a.featured = row.text(19);
    a.locked = row.boolean(20);
    a.discoverable = row.boolean(21);
    a.indexable = row.boolean(22);
    a.moved_to = row.maybe_text(23);
    a.also_known_as = json::parse(row.text(24)).get<std::vector<std::string>>();
    a.created_at = row.instant(25);
    a.fetched_at = row.instant(26);
    a.suspended_at = row.maybe_instant(27);
    a.deleted_at = row.maybe_instant(28);
    a.followers_count = row.integer(29);
    a.following_count = row.integer(30);
    a.statuses_count = row.integer(31);
    a.last_status_at = row.maybe_instant(32);
    if (!row.is_null(33)) a.document = row.bytes(33);
    a.suspended_by_rule = row.boolean(34);
    return a;
}

/// Calls `use` with what an account says of itself, in the order of the statements that write it.
template <class F>
void with_columns(const Account& account, const std::string& username_key, F&& use) {
    use(account.username,
        username_key,
        lower_ascii(account.domain),
        account.host,
        account.kind,
        account.display_name,
        fold_case(account.display_name),
        account.note,
        account.note_source,
        fields_text(account.fields),
        account.url,
        account.avatar_url,
        account.header_url,
        account.inbox,
        account.shared_inbox,
        account.outbox,
        account.followers,
        account.following,
        account.featured,
        account.locked,
        account.discoverable,
        account.indexable,
        account.moved_to,
        list_text(account.also_known_as),
        account.fetched_at,
        as_bytes(account.document));
}

/// Names compare case-folded; control characters are never part of one, so that `parked_key` cannot
/// be claimed by a name.
std::string key_of(std::string_view username) {
    auto key = fold_case(username);
    std::erase_if(key, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    return key;
}

/// The key of a row that has its name but not its handle.
std::string parked_key(std::string_view username, AccountId id) {
    return key_of(username) + '\x1f' + id.str();
}

/// Two actors of one server may claim one handle. The row that is there keeps it while its actor
/// lives, and the other is found by its uri only (it takes the handle with a later update, once it
/// is free). A remote actor that is gone gives it up; a deleted local one never does: names here
/// are not used twice.
std::string claim_handle(Writer& tx, const Account& account, AccountId id) {
    struct Holder {
        AccountId id;
        bool gone = false;
    };
    auto key = key_of(account.username);
    const auto holder = tx.one(
        kHolder,
        [](const Row& row) { return Holder{row.id<Account>(0), row.boolean(1)}; },
        key,
        account.domain
    );
    if (!holder || holder->id == id) return key;
    if (account.is_local()) {
        throw StoreError("account.insert: that local name is taken: " + account.username);
    }
    if (!holder->gone) return parked_key(account.username, id);
    tx.execute(kGiveUpHandle, holder->id, parked_key(account.username, holder->id));
    return key;
}

}  // namespace

std::optional<Account> find(Reader& db, AccountId id) { return db.one(kFind, read, id); }

std::optional<Account> find_by_uri(Reader& db, std::string_view uri) {
    return db.one(kFindByUri, read, hash64(uri), uri);
}

std::optional<Account> find_by_handle(
    Reader& db, std::string_view username, std::string_view domain
) {
    return db.one(kFindByHandle, read, key_of(username), lower_ascii(domain));
}

std::optional<Account> find_by_followers_uri(Reader& db, std::string_view followers) {
    if (followers.empty()) return std::nullopt;
    return db.one(kFindByFollowers, read, followers, host_of(followers));
}

std::vector<Account> load(Reader& db, const std::vector<AccountId>& ids) {
    if (ids.empty()) return {};
    return db.all(kLoad, read, ids);
}

bool is_active(Reader& db, AccountId id) { return db.exists(kActive, id); }

std::vector<Glance> load_glances(Reader& db, const std::vector<AccountId>& ids) {
    if (ids.empty()) return {};
    return db.all(
        kGlance,
        [](const Row& row) {
            return Glance{
                .id = row.id<Account>(0),
                .revision = row.integer(1),
                .is_deleted = !row.is_null(2),
                .is_suspended = !row.is_null(3),
                .followers_count = row.integer(4),
                .following_count = row.integer(5),
                .statuses_count = row.integer(6),
                .last_status_at = row.maybe_instant(7)
            };
        },
        ids
    );
}

std::vector<Account> load_by_uris(Reader& db, const std::vector<std::string>& uris) {
    if (uris.empty()) return {};
    std::vector<std::int64_t> hashes;
    hashes.reserve(uris.size());
    for (const auto& uri : uris) hashes.push_back(hash64(uri));
    auto found = db.all(kLoadByUris, read, hashes);
    std::erase_if(found, [&](const Account& account) {
        return std::find(uris.begin(), uris.end(), account.uri) == uris.end();
    });
    return found;
}

std::vector<Account> list_local(Reader& db) { return db.all(kListLocal, read); }

std::int64_t count_local(Reader& db) { return db.count(kCountLocal); }

AccountId insert(Writer& tx, const Account& account) {
    const auto hash = hash64(account.uri);
    if (const auto same = tx.one(kIdOfUri, account_id, hash, account.uri)) return *same;

    auto id = account.id;
    if (id.value == 0) {
        id.value =
            account.is_local() ? tx.next_id() : Writer::id_for(account.created_at, account.uri);
    }
    if (tx.exists(kTaken, id)) id.value = tx.count(kNextFree, id);
    const auto key = claim_handle(tx, account, id);
    with_columns(account, key, [&](const auto&... columns) {
        tx.execute(
            kInsert,
            columns...,
            id,
            account.uri,
            hash,
            account.revision,
            account.created_at,
            account.suspended_at,
            account.suspended_by_rule
        );
    });
    return id;
}

void update(Writer& tx, const Account& account) {
    with_columns(account, claim_handle(tx, account, account.id), [&](const auto&... columns) {
        tx.execute(kUpdate, columns..., account.id);
    });
    if (!account.is_local()) follows::refresh_inboxes(tx, {account.id});
}

void set_suspended(Writer& tx, AccountId id, bool suspended) {
    tx.execute(kSuspend, id, suspended ? std::optional(tx.now()) : std::nullopt);
    follows::refresh_inboxes(tx, {id});
}

void rule_out(Writer& tx, const std::vector<AccountId>& ids) {
    if (ids.empty()) return;
    tx.execute(kRuleOut, ids, tx.now());
    follows::refresh_inboxes(tx, ids);
}

void let_back(Writer& tx, const std::vector<AccountId>& ids) {
    if (ids.empty()) return;
    tx.execute(kLetBack, ids);
    follows::refresh_inboxes(tx, ids);
}

std::vector<Origin> list_remote(Reader& db, AccountId after, int limit) {
    return db.all(
        kListRemote,
        [](const Row& row) { return Origin{row.id<Account>(0), row.text(1), row.text(2)}; },
        after,
        limit
    );
}

void set_deleted(Writer& tx, AccountId id) {
    tx.execute(kDelete, id, tx.now());
    follows::refresh_inboxes(tx, {id});
}

void set_document(Writer& tx, AccountId id, std::string_view hash) {
    tx.execute(kDocument, id, Blob{std::string(hash)});
}

void add_to_counts(Writer& tx, AccountId id, int followers, int following, int statuses) {
    tx.execute(kAddToCounts, id, followers, following, statuses);
}

void note_status_at(Writer& tx, AccountId id, Instant at) { tx.execute(kNoteStatus, id, at); }

}  // namespace outboard::store::accounts
