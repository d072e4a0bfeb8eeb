// SPDX-License-Identifier: Apache-2.0
#include "src/services/local_accounts.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "federation/base/bytes.hpp"
#include "federation/base/text.hpp"
#include "federation/proofs.hpp"
#include "src/base/limits.hpp"
#include "src/html/html.hpp"
#include "src/services/actor_document.hpp"
#include "src/services/key_ring.hpp"
#include "src/services/outgoing.hpp"
#include "src/services/passwords.hpp"
#include "src/services/recovery_words.hpp"
#include "src/services/removal.hpp"
#include "src/store/accounts.hpp"
#include "src/store/keys.hpp"
#include "src/store/oauth.hpp"
#include "src/store/queues.hpp"

namespace outboard::services {
namespace {

constexpr std::size_t kNameCharacters = 30;
constexpr auto kPurgeAfter = std::chrono::minutes(10);  // what tells of it is sent first
constexpr std::array<std::string_view, 8> kReserved = {
    "actor", "inbox", "admin", "api", "app", "media", "users", "www"
};

Account blank_local(App& app, std::string_view username, std::string_view kind, std::string uri) {
    const auto now = app.clock.now();
    Account account;
    account.id = {app.db.reserve_id()};
    account.uri = std::move(uri);
    account.username = username;
    account.kind = kind;
    account.url = app.identity.profile_url(username);
    account.inbox = account.uri + "/inbox";
    account.shared_inbox = app.identity.origin() + "/inbox";
    account.outbox = account.uri + "/outbox";
    account.followers = account.uri + "/followers";
    account.following = account.uri + "/following";
    account.featured = account.uri + "/collections/featured";
    account.created_at = account.fetched_at = now;
    return account;
}

store::keys::StoredKey sealed_key(
    App& app,
    const Account& account,
    std::string_view purpose,
    std::string_view fragment,
    const federation::PrivateKey& key
) {
    store::keys::StoredKey row;
    row.account = account.id;
    row.purpose = purpose;
    row.uri = account.uri + std::string(fragment);
    row.public_text = key.kind() == federation::KeyKind::Rsa ? key.public_key().to_pem()
                                                             : key.public_key().to_multibase();
    row.sealed_private = app.key_ring.seal().seal(key.to_der(), account.uri, row.uri, app.random);
    return row;
}

std::vector<store::keys::StoredKey> make_keys(App& app, const Account& account) {
    return {
        sealed_key(
            app,
            account,
            "rsa",
            "#main-key",
            federation::PrivateKey::generate(federation::KeyKind::Rsa)
        ),
        sealed_key(
            app,
            account,
            "ed25519",
            "#ed25519-key",
            federation::PrivateKey::generate(federation::KeyKind::Ed25519)
        )
    };
}

/// Without @context: it is embedded in the actor's attachment.
store::keys::StoredKey recovery_row(
    const Account& account, const federation::PrivateKey& key, Instant now
) {
    store::keys::StoredKey row;
    row.account = account.id;
    row.purpose = "recovery";
    row.uri = federation::did_key(key.public_key());
    row.public_text = key.public_key().to_multibase();
    row.statement = federation::identity_statement(key, account.uri, now).dump();
    return row;
}

struct MadeAccount {
    Account account;
    std::vector<store::keys::StoredKey> keys;
    ActorDocument document;
};

Result<MadeAccount> with_document(
    App& app, Account account, std::vector<store::keys::StoredKey> keys
) {
    OB_TRY(auto document, make_actor_document(app, account, keys));
    return MadeAccount{std::move(account), std::move(keys), std::move(document)};
}

/// Returns the id, which is another than was reserved when a remote account got that meanwhile.
AccountId insert_made(store::Writer& tx, const MadeAccount& made) {
    auto account = made.account;
    account.id = store::accounts::insert(tx, account);
    for (auto key : made.keys) {
        key.account = account.id;
        store::keys::insert(tx, key);
    }
    put_actor_document(tx, account, made.document);
    return account.id;
}

/// Whoever got in by a browser is out, and codes that wait to be exchanged are worth nothing.
void end_browsers(store::Writer& tx, AccountId account) {
    store::sessions::remove_all(tx, account);
    store::oauth_codes::remove_all(tx, account);
}

Result<Account> find_local(App& app, std::string_view username) {
    auto found = app.db.read([&](store::Reader& db) {
        return store::accounts::find_by_handle(db, username, "");
    });
    if (!found || found->deleted_at)
        return fail(Code::NotFound, "There is no account \"" + std::string(username) + "\" here.");
    return *found;
}

}  // namespace

Result<void> check_username(App& app, std::string_view username) {
    const auto lower = lower_ascii(username);
    if (lower.empty() || lower.size() > kNameCharacters)
        return fail(Code::Invalid, "A user name has 1 to 30 characters.");
    for (const char c : lower) {
        const bool is_fine = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        if (!is_fine)
            return fail(
                Code::Invalid, "A user name is made of letters a to z, digits and underscores."
            );
    }
    for (const auto reserved : kReserved) {
        if (lower == reserved)
            return fail(Code::Invalid, "The name \"" + lower + "\" is reserved.");
    }
    if (lower == lower_ascii(app.identity.domain))
        return fail(Code::Invalid, "The node's own name is reserved.");
    return {};
}

Result<CreatedAccount> create_local_account(App& app, const NewLocalAccount& fresh) {
    OB_CHECK(check_username(app, fresh.username));
    OB_TRY(auto password_hash, hash_password(fresh.password, app.random));
    auto account =
        blank_local(app, fresh.username, fresh.kind, app.identity.actor_uri(fresh.username));
    account.display_name = html::clean_name(fresh.display_name, limits::kDisplayName);
    account.discoverable = true;
    const auto seed = app.random.bytes(32);
    OB_TRY(auto recovery, federation::PrivateKey::from_seed(seed));
    auto keys = make_keys(app, account);
    keys.push_back(recovery_row(account, recovery, app.clock.now()));
    OB_TRY(auto made, with_document(app, std::move(account), std::move(keys)));
    OB_TRY(const auto id, app.db.write([&](store::Writer& tx) -> Result<AccountId> {
        if (store::accounts::find_by_handle(tx, fresh.username, "")) {
            return fail(
                Code::Conflict,
                "The name \"" + fresh.username +
                    "\" is taken, or was once; names are never used again."
            );
        }
        const auto stored = insert_made(tx, made);
        store::users::insert(
            tx,
            User{
                .account = stored,
                .role = fresh.role,
                .email = fresh.email,
                .password_hash = password_hash
            }
        );
        return stored;
    }));
    return CreatedAccount{id, to_recovery_words(seed)};
}

Result<void> ensure_node_actor(App& app) {
    const auto uri = app.identity.node_actor();
    if (app.db.read([&](store::Reader& db) {
            return store::accounts::find_by_uri(db, uri).has_value();
        }))
        return {};
    auto account = blank_local(app, app.identity.domain, "Application", uri);
    account.url = app.identity.origin() + "/";
    account.display_name = app.identity.domain;
    account.locked = true;
    auto keys = make_keys(app, account);
    OB_TRY(auto made, with_document(app, std::move(account), std::move(keys)));
    OB_CHECK(app.db.write([&](store::Writer& tx) { return insert_made(tx, made); }));
    return {};
}

Result<void> set_suspended(App& app, std::string_view username, bool suspended) {
    OB_TRY(auto account, find_local(app, username));
    return app.db.write([&](store::Writer& tx) {
        store::accounts::set_suspended(tx, account.id, suspended);
        // Tokens are refused while it lasts; browsers do not come back after it.
        if (suspended) end_browsers(tx, account.id);
    });
}

Result<void> set_password(App& app, std::string_view username, std::string_view password) {
    OB_TRY(auto account, find_local(app, username));
    OB_TRY(auto hash, hash_password(password, app.random));
    return app.db.write([&](store::Writer& tx) {
        store::users::set_password(tx, account.id, hash);
        store::tokens::revoke_all(tx, account.id);  // a new password ends all logins (THREATS 70)
        end_browsers(tx, account.id);
    });
}

Result<void> delete_local_account(App& app, std::string_view username) {
    OB_TRY(auto account, find_local(app, username));
    const federation::Addressing everyone{.public_in_to = true};
    OB_TRY(
        auto prepared,
        prepare_activity(
            app,
            account,
            "Delete",
            transient_uri(app, account, "deletes"),
            json(account.uri),
            everyone,
            /*with_proof=*/true
        )
    );
    prepared.item.to_followers = true;
    prepared.item.to_accounts = app.db.read([&](store::Reader& db) {
        return store::accounts::list_partners(db, account.id, limits::kAccountsTold);
    });
    return app.db.write([&](store::Writer& tx) {
        emit(tx, app, prepared);
        store::tombstones::add(
            tx,
            {.uri = account.uri,
             .owner = account.uri,
             .former_type = account.kind,
             .deleted_at = tx.now(),
             .own = true}
        );
        store::tokens::remove_all(tx, account.id);
        end_browsers(tx, account.id);
        store::users::remove(tx, account.id);
        store::accounts::set_deleted(tx, account.id);
        if (account.document) store::documents::drop_unused(tx, *account.document);
        store::jobs::add(tx, "media.purge", write_json({{"account", account.id.value}}), tx.now());
        plan_purge(tx, app, account.id, tx.now() + kPurgeAfter);
    });
}

}  // namespace outboard::services
