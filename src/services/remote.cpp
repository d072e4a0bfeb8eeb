// SPDX-License-Identifier: Apache-2.0
#include "src/services/remote.hpp"

#include <algorithm>

#include "federation/base/text.hpp"
#include "federation/discovery/webfinger.hpp"
#include "src/base/limits.hpp"
#include "src/html/html.hpp"
#include "src/services/domain_rules.hpp"
#include "src/services/key_ring.hpp"
#include "src/store/accounts.hpp"
#include "src/store/keys.hpp"
#include "src/store/queues.hpp"

namespace outboard::services {

namespace {

using federation::Iri;

constexpr std::size_t kUsername = 64, kFieldName = 255, kFieldValue = 2047, kKeys = 10,
                      kAliases = 50;
const Instant kOldest =
    from_ms(1'199'145'600'000);  // 2008-01-01: no post of the fediverse is older

/// A name that can stand before the @ of a handle: no '@', '/', ':' or white space, nothing
/// invisible (A011).
std::string clean_username(std::string_view written, const Iri& id) {
    std::string kept;
    for (const char c : strip_invisible(written)) {
        if (c == '@') break;  // "pat@elsewhere" is "pat"
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= 0x20 || byte == 0x7f || c == '/' || c == ':' || c == '#' || c == '?' ||
            c == '<' || c == '>' || c == '"')
            continue;
        kept += c;
    }
    kept = std::string(cut_codepoints(kept, kUsername));
    if (!kept.empty()) return kept;
    const auto path = id.path();
    const auto last = path.substr(path.rfind('/') + 1);
    const auto fallback = percent_encode(cut_bytes(last, kUsername));
    return fallback.empty() ? "unknown" : fallback;
}

std::string of_origin(const std::optional<Iri>& iri, const Iri& actor) {
    return iri && iri->is_http() && same_origin(*iri, actor) ? iri->str() : std::string();
}

std::string http_address(const std::string& text) {
    const auto iri = Iri::parse(text);
    return iri && iri->is_http() ? iri->str() : std::string();
}

PreparedAccount prepare(App& app, const federation::Actor& actor, bool handle_is_checked) {
    PreparedAccount prepared;
    auto& account = prepared.account;
    const auto now = app.clock.now();
    account.uri = actor.id.str();
    account.host = actor.id.authority();
    account.domain = account.host;
    account.username = clean_username(actor.username, actor.id);
    if (const auto handle = federation::parse_handle(actor.webfinger);
        handle_is_checked && handle) {
        account.username = clean_username(handle->user, actor.id);
        account.domain = handle->domain;
        prepared.handle_is_checked = true;
    }
    account.kind = federation::is_actor_type(actor.type) ? actor.type : "Person";
    account.display_name = html::clean_name(actor.name, limits::kDisplayName);
    account.note = html::sanitize(cut_codepoints(actor.summary, limits::kBio));
    for (const auto& field : actor.fields) {
        if (account.fields.size() == 10) break;
        account.fields.push_back(
            {html::clean_name(field.name, kFieldName),
             html::sanitize(cut_codepoints(field.value, kFieldValue))}
        );
    }
    account.url = actor.url && actor.url->is_http() && actor.url->authority() == account.host
                      ? actor.url->str()
                      : account.uri;
    account.avatar_url = http_address(actor.icon);
    account.header_url = http_address(actor.image);
    account.inbox = of_origin(actor.inbox, actor.id);
    account.shared_inbox = of_origin(actor.shared_inbox, actor.id);
    account.outbox = of_origin(actor.outbox, actor.id);
    account.followers = of_origin(actor.followers, actor.id);
    account.following = of_origin(actor.following, actor.id);
    account.featured = of_origin(actor.featured, actor.id);
    account.locked = actor.locked;
    account.discoverable = actor.discoverable;
    account.indexable = actor.indexable;
    for (const auto& alias : actor.also_known_as) {
        if (account.also_known_as.size() < kAliases) account.also_known_as.push_back(alias);
    }
    prepared.takes_rfc9421 = actor.takes_rfc9421;
    account.created_at = shown_time(actor.published, now);
    account.fetched_at = now;
    if (actor.moved_to) prepared.claims_moved_to = actor.moved_to->str();
    for (const auto& key : actor.keys) {
        // A key elsewhere would let this document speak for another host's key id.
        if (prepared.keys.size() < kKeys && same_origin(key.id, actor.id) && key.owner == actor.id)
            prepared.keys.push_back(key);
    }
    return prepared;
}

bool same_keys(
    const std::vector<store::keys::StoredKey>& stored,
    const std::vector<store::keys::StoredKey>& fresh
) {
    std::vector<std::pair<std::string, std::string>> a, b;
    for (const auto& key : stored) {
        if (key.purpose == "remote") a.emplace_back(key.uri, key.public_text);
    }
    for (const auto& key : fresh) b.emplace_back(key.uri, key.public_text);
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    return a == b;
}

void store_keys(store::Writer& tx, App& app, AccountId id, const PreparedAccount& prepared) {
    std::vector<store::keys::StoredKey> fresh;
    for (const auto& key : prepared.keys) {
        const auto other = store::keys::find(tx, key.id.str());
        if (other && other->account != id)
            continue;  // a neighbour's, or ours: the first owner keeps it
        if (std::any_of(fresh.begin(), fresh.end(), [&](const auto& have) {
                return have.uri == key.id.str();
            }))
            continue;
        const bool multikey = key.key.kind() == federation::KeyKind::Ed25519;
        store::keys::StoredKey row;
        row.account = id;
        row.purpose = "remote";
        row.uri = key.id.str();
        row.public_text = multikey ? key.key.to_multibase() : key.key.to_pem();
        fresh.push_back(std::move(row));
    }
    if (same_keys(store::keys::load_of(tx, id), fresh)) return;
    store::keys::replace_remote(tx, id, fresh);
    tx.after_commit([&cache = app.key_cache, uri = prepared.account.uri] {
        cache.forget_owner(uri);
    });
}

void note_rfc9421(store::Writer& tx, const std::string& name) {
    const auto host = store::hosts::find(tx, name);
    if (!host || host->speaks != "rfc9421") store::hosts::set_speaks(tx, name, "rfc9421");
}

}  // namespace

Instant shown_time(const std::optional<Instant>& published, Instant received) {
    if (!published || *published < kOldest) return received;
    return std::min(*published, received);
}

PreparedAccount prepare_account(
    App& app, const federation::Verified<federation::Actor>& actor, bool handle_is_checked
) {
    return prepare(app, *actor, handle_is_checked);
}

std::optional<PreparedAccount> prepare_sender(
    App& app, const federation::Verified<federation::Delivery>& delivery
) {
    if (!delivery->fetched_actor || delivery->fetched_actor->id != delivery->activity.actor)
        return std::nullopt;
    return prepare(app, *delivery->fetched_actor, /*handle_is_checked=*/false);
}

AccountId store_account(store::Writer& tx, App& app, const PreparedAccount& prepared) {
    auto account = prepared.account;
    if (prepared.takes_rfc9421) note_rfc9421(tx, account.host);
    const auto existing = store::accounts::find_by_uri(tx, account.uri);
    if (!existing) {
        // Asked for before its domain was blocked.
        account.suspended_by_rule = is_ruled_out(app, account.domain, account.host);
        if (account.suspended_by_rule) account.suspended_at = tx.now();
        account.id = {store::Writer::id_for(account.created_at, account.uri)};
        account.id = store::accounts::insert(tx, account);
        store_keys(tx, app, account.id, prepared);
        return account.id;
    }
    if (existing->is_local() || existing->deleted_at) return existing->id;
    account.id = existing->id;
    account.created_at = existing->created_at;
    account.suspended_at = existing->suspended_at;
    account.document = existing->document;
    if (prepared.claims_moved_to == existing->moved_to) account.moved_to = existing->moved_to;
    if (!prepared.handle_is_checked) {
        account.username = existing->username;
        account.domain = existing->domain;
    }
    store::accounts::update(tx, account);
    store_keys(tx, app, account.id, prepared);
    return account.id;
}

}  // namespace outboard::services
