// SPDX-License-Identifier: Apache-2.0
#include "src/services/outgoing.hpp"

#include "federation/proofs.hpp"
#include "src/services/key_ring.hpp"
#include "src/store/accounts.hpp"

namespace outboard::services {

namespace {

Result<void> prove(App& app, const Account& account, json& document) {
    OB_TRY(const auto signer, app.key_ring.proof_signer(account.id));
    return federation::add_proof(document, signer->key, signer->key_id, app.clock.now());
}

/// The id a document or a bare JSON string stands for; empty when it has none.
std::string id_text(const json& object) {
    if (object.is_string()) return object.get<std::string>();
    if (object.is_object()) {
        if (const auto id = object.find("id"); id != object.end() && id->is_string())
            return id->get<std::string>();
    }
    return {};
}

void expand_audience(
    App& app,
    const Account& account,
    const federation::Addressing& audience,
    store::outbox::Item& item
) {
    std::vector<std::string> actors;
    for (const auto* list : {&audience.to, &audience.cc}) {
        for (const auto& iri : *list) {
            if (!account.followers.empty() && iri.str() == account.followers) {
                item.to_followers = true;
            } else {
                actors.push_back(iri.str());
            }
        }
    }
    if (actors.empty()) return;
    for (const auto& known : app.db.read([&](store::Reader& db) {
             return store::accounts::load_by_uris(db, actors);
         })) {
        if (!known.is_local() && known.is_active()) item.to_accounts.push_back(known.id);
    }
}

}  // namespace

Result<PreparedActivity> prepare_activity(
    App& app,
    const Account& account,
    std::string_view type,
    std::string_view activity_uri,
    const json& object,
    const federation::Addressing& audience,
    bool with_proof,
    std::string_view target
) {
    const auto now = app.clock.now();
    auto document =
        federation::write_activity(type, activity_uri, account.uri, object, audience, now, target);
    if (with_proof) OB_CHECK(prove(app, account, document));

    PreparedActivity prepared;
    prepared.document = store::documents::pack(write_json(document));
    auto& item = prepared.item;
    item.id = {app.db.reserve_id()};
    item.account = account.id;
    item.uri = activity_uri;
    item.kind = type;
    item.object = id_text(object);
    item.document = prepared.document.hash;
    item.created_at = now;
    expand_audience(app, account, audience, item);
    return prepared;
}

void emit(store::Writer& tx, App& app, const PreparedActivity& prepared) {
    store::documents::put(tx, prepared.document, {prepared.item.uri, "", "own", ""});
    store::outbox::add(tx, prepared.item);
    tx.after_commit([&wake = app.delivery_wake] { wake.notify(); });
}

std::string transient_uri(App& app, const Account& account, std::string_view kind) {
    return account.uri + "#" + std::string(kind) + "/" + std::to_string(app.db.reserve_id());
}

Result<RenderedObject> render_object(
    App& app, const Account& account, const federation::Object& object, bool with_proof
) {
    RenderedObject rendered;
    rendered.document = federation::write_object(object);
    if (with_proof) OB_CHECK(prove(app, account, rendered.document));
    rendered.packed = store::documents::pack(write_json(rendered.document));
    return rendered;
}

void put_object(store::Writer& tx, const Status& status, const RenderedObject& object) {
    store::documents::put(
        tx,
        object.packed,
        {.uri = status.uri, .signed_by = "", .verified_how = "own", .received_via = ""}
    );
}

}  // namespace outboard::services
