// SPDX-License-Identifier: Apache-2.0
#include "src/services/local_accounts.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "federation/base/bytes.hpp"
#include "federation/base/text.hpp"
#include "federation/proofs.hpp"
#include "federation/write.hpp"
#include "src/base/limits.hpp"
#include "src/base/version.hpp"
#include "src/html/html.hpp"
#include "src/services/key_ring.hpp"
#include "src/services/outgoing.hpp"
#include "src/services/passwords.hpp"
#include "src/services/recovery_words.hpp"
#include "src/services/removal.hpp"
#include "src/store/accounts.hpp"
#include "src/store/keys.hpp"
#include "src/store/queues.hpp"

namespace outboard::services {
namespace {

using federation::Iri;

constexpr std::size_t kNameCharacters = 30;
constexpr auto kPurgeAfter =
    std::chrono::minutes(10);  // who asks meanwhile still finds the posts gone, not half of them
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

Result<Iri> parsed(const std::string& text) { return Iri::parse(text); }

Result<federation::Actor> to_actor(App& app, const Account& account) {
    OB_TRY(auto id, parsed(account.uri));
    federation::Actor actor{.id = id};
    actor.type = account.kind;
    actor.username = account.username;
    actor.name = account.display_name;
    actor.summary = account.note.str();
    for (const auto& [text, member] :
         {std::pair{&account.url, &federation::Actor::url},
          {&account.inbox, &federation::Actor::inbox},
          {&account.outbox, &federation::Actor::outbox},
          {&account.followers, &federation::Actor::followers},
          {&account.following, &federation::Actor::following},
          {&account.featured, &federation::Actor::featured},
          {&account.shared_inbox, &federation::Actor::shared_inbox}}) {
        if (text->empty()) continue;
        OB_TRY(auto iri, parsed(*text));
        actor.*member = iri;
    }
    actor.icon = account.avatar_url;
    actor.image = account.header_url;
    actor.locked = account.locked;
    actor.discoverable = account.discoverable;
    actor.indexable = account.indexable;
    actor.also_known_as = account.also_known_as;
    if (account.moved_to) {
        OB_TRY(auto moved, parsed(*account.moved_to));
        actor.moved_to = moved;
    }
    actor.webfinger = account.username + "@" + app.identity.handle_domain;
    for (const auto& field : account.fields)
        actor.fields.push_back({field.name, field.value.str()});
    actor.published = account.created_at;
    return actor;
}

Result<store::documents::Packed> render_actor(
    App& app,
    const Account& account,
    const std::vector<store::keys::StoredKey>& keys,
    const federation::Signer* signer
) {
    OB_TRY(auto actor, to_actor(app, account));
    federation::PublishedKeys published;
    std::vector<json> statements;
    for (const auto& key : keys) {
        if (key.purpose == "rsa") {
            published.rsa_id = key.uri;
            published.rsa_pem = key.public_text;
        } else if (key.purpose == "ed25519") {
            published.ed25519_id = key.uri;
            published.ed25519_multibase = key.public_text;
        } else if (key.statement) {
            OB_TRY(auto statement, read_json(*key.statement));
            statements.push_back(std::move(statement));
        }
    }
    auto document = federation::write_actor(actor, published, statements, kSoftwareUrl);
    if (signer)
        OB_CHECK(federation::add_proof(document, signer->key, signer->key_id, app.clock.now()));
    return store::documents::pack(write_json(document));
}

struct MadeAccount {
    Account account;
    std::vector<store::keys::StoredKey> keys;
    store::documents::Packed document;
};

Result<MadeAccount> with_document(
    App& app, Account account, std::vector<store::keys::StoredKey> keys
) {
    federation::Signer signer;
    for (const auto& key : keys) {
        if (key.purpose != "ed25519") continue;
        OB_TRY(auto der, app.key_ring.seal().open(*key.sealed_private, account.uri, key.uri));
        OB_TRY(signer.key, federation::PrivateKey::from_der(der));
        signer.key_id = key.uri;
    }
    OB_TRY(auto document, render_actor(app, account, keys, &signer));
    account.document = document.hash;
    return MadeAccount{std::move(account), std::move(keys), std::move(document)};
}

void insert_made(store::Writer& tx, const MadeAccount& made) {
    store::accounts::insert(tx, made.account);
    for (const auto& key : made.keys) store::keys::insert(tx, key);
    store::documents::put(
        tx,
        made.document,
        {.uri = made.account.uri, .signed_by = "", .verified_how = "own", .received_via = "own"}
    );
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
    OB_CHECK(app.db.write([&](store::Writer& tx) -> Result<void> {
        if (store::accounts::find_by_handle(tx, fresh.username, "")) {
            return fail(
                Code::Conflict,
                "The name \"" + fresh.username +
                    "\" is taken, or was once; names are never used again."
            );
        }
        insert_made(tx, made);
        store::users::insert(
            tx,
            User{
                .account = made.account.id,
                .role = fresh.role,
                .email = fresh.email,
                .password_hash = password_hash
            }
        );
        return {};
    }));
    return CreatedAccount{made.account.id, to_recovery_words(seed)};
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
    return app.db.write([&](store::Writer& tx) { insert_made(tx, made); });
}

Result<std::string> refresh_actor_document(App& app, AccountId id) {
    struct Rows {
        std::optional<Account> account;
        std::vector<store::keys::StoredKey> keys;
    };
    auto rows = app.db.read([&](store::Reader& db) {
        return Rows{store::accounts::find(db, id), store::keys::load_of(db, id)};
    });
    if (!rows.account || !rows.account->is_local())
        return fail(Code::NotFound, "There is no such account here.");
    OB_TRY(auto made, with_document(app, std::move(*rows.account), std::move(rows.keys)));
    OB_CHECK(app.db.write([&](store::Writer& tx) {
        store::documents::put(
            tx,
            made.document,
            {.uri = made.account.uri, .signed_by = "", .verified_how = "own", .received_via = "own"}
        );
        store::accounts::set_document(tx, id, made.document.hash);
    }));
    auto bytes = app.db.read([&](store::Reader& db) {
        return store::documents::find(db, made.document.hash);
    });
    if (!bytes) return fail(Code::Internal, "The profile could not be stored.");
    return *bytes;
}

Result<void> set_suspended(App& app, std::string_view username, bool suspended) {
    OB_TRY(auto account, find_local(app, username));
    return app.db.write([&](store::Writer& tx) {
        store::accounts::set_suspended(tx, account.id, suspended);
    });
}

Result<void> set_password(App& app, std::string_view username, std::string_view password) {
    OB_TRY(auto account, find_local(app, username));
    OB_TRY(auto hash, hash_password(password, app.random));
    return app.db.write([&](store::Writer& tx) {
        store::users::set_password(tx, account.id, hash);
        store::tokens::revoke_all(tx, account.id);  // a new password ends all sessions (THREATS 70)
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
        store::users::remove(tx, account.id);
        store::accounts::set_deleted(tx, account.id);
        if (account.document) store::documents::drop_unused(tx, *account.document);
        plan_purge(tx, app, account.id, tx.now() + kPurgeAfter);
    });
}

}  // namespace outboard::services
