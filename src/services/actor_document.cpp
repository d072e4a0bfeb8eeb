// SPDX-License-Identifier: Apache-2.0
#include "src/services/actor_document.hpp"

#include <nlohmann/json.hpp>

#include "federation/proofs.hpp"
#include "federation/write.hpp"
#include "src/base/version.hpp"
#include "src/services/key_ring.hpp"
#include "src/store/accounts.hpp"

namespace outboard::services {
namespace {

using federation::Iri;
using store::keys::StoredKey;

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
    actor.takes_rfc9421 = true;
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

Result<federation::Signer> proof_signer(
    App& app, const Account& account, const std::vector<StoredKey>& keys
) {
    for (const auto& key : keys) {
        if (key.purpose != "ed25519" || !key.sealed_private) continue;
        OB_TRY(auto der, app.key_ring.seal().open(*key.sealed_private, account.uri, key.uri));
        OB_TRY(auto opened, federation::PrivateKey::from_der(der));
        return federation::Signer{key.uri, std::move(opened)};
    }
    return fail(Code::Internal, "The profile could not be signed.", "no key for " + account.uri);
}

}  // namespace

Result<ActorDocument> make_actor_document(
    App& app, const Account& account, const std::vector<StoredKey>& keys
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
    OB_TRY(const auto signer, proof_signer(app, account, keys));
    OB_CHECK(federation::add_proof(document, signer.key, signer.key_id, app.clock.now()));
    ActorDocument made{.bytes = write_json(document), .packed = {}};
    made.packed = store::documents::pack(made.bytes);
    return made;
}

Result<ActorDocument> make_actor_document(App& app, const Account& account) {
    return make_actor_document(app, account, app.db.read([&](store::Reader& db) {
        return store::keys::load_of(db, account.id);
    }));
}

void put_actor_document(store::Writer& tx, const Account& account, const ActorDocument& document) {
    const auto& hash = document.packed.hash;
    store::documents::put(
        tx,
        document.packed,
        {.uri = account.uri, .signed_by = "", .verified_how = "own", .received_via = "own"}
    );
    store::accounts::set_document(tx, account.id, hash);
    if (account.document && *account.document != hash)
        store::documents::drop_unused(tx, *account.document);
}

Result<std::string> refresh_actor_document(App& app, AccountId id) {
    const auto account =
        app.db.read([&](store::Reader& db) { return store::accounts::find(db, id); });
    if (!account || !account->is_local())
        return fail(Code::NotFound, "There is no such account here.");
    OB_TRY(auto document, make_actor_document(app, *account));
    OB_CHECK(app.db.write([&](store::Writer& tx) { put_actor_document(tx, *account, document); }));
    return std::move(document.bytes);
}

}  // namespace outboard::services
