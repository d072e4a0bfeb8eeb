// SPDX-License-Identifier: Apache-2.0
#include "src/services/key_ring.hpp"

#include <openssl/evp.h>

#include "federation/base/bytes.hpp"
#include "federation/base/text.hpp"
#include "src/base/limits.hpp"
#include "src/base/log.hpp"
#include "src/store/accounts.hpp"
#include "src/store/keys.hpp"

namespace outboard {

namespace {

// Sealed form: 12 bytes of nonce, ciphertext, 16 bytes of tag.
constexpr std::size_t kNonce = 12, kTag = 16;
constexpr std::size_t kOpened = 10'000;  // signers kept open; then the memory starts anew

struct CipherFree {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, CipherFree>;

const unsigned char* raw(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* raw(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

/// Both parts with their lengths, so that no two pairs give the same text.
std::string bound_to(std::string_view actor, std::string_view key_id) {
    return std::to_string(actor.size()) + ":" + std::string(actor) + std::to_string(key_id.size()) +
           ":" + std::string(key_id);
}

std::string slot_of(AccountId account, std::string_view purpose) {
    return account.str() + "/" + std::string(purpose);
}

[[noreturn]] void broken(const char* what) {
    throw store::StoreError(std::string("sealing keys: ") + what);
}

}  // namespace

std::string KeySeal::derive(std::string_view purpose) const {
    return hmac_sha256(node_key_, "outboard " + std::string(purpose));
}

std::string KeySeal::seal(
    std::string_view plain, std::string_view actor, std::string_view key_id, Random& random
) const {
    if (node_key_.size() != 32) broken("the node key must have 32 bytes");
    const auto nonce = random.bytes(kNonce);
    const auto aad = bound_to(actor, key_id);
    std::string sealed(plain.size(), '\0'), tag(kTag, '\0');
    Cipher cipher(EVP_CIPHER_CTX_new());
    int length = 0;
    if (!cipher ||
        EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, raw(node_key_), raw(nonce)) !=
            1 ||
        EVP_EncryptUpdate(cipher.get(), nullptr, &length, raw(aad), static_cast<int>(aad.size())) !=
            1 ||
        EVP_EncryptUpdate(
            cipher.get(), raw(sealed), &length, raw(plain), static_cast<int>(plain.size())
        ) != 1 ||
        EVP_EncryptFinal_ex(cipher.get(), raw(sealed) + length, &length) != 1 ||
        EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTag, tag.data()) != 1) {
        broken("AES-256-GCM failed");
    }
    return nonce + sealed + tag;
}

Result<std::string> KeySeal::open(
    std::string_view sealed, std::string_view actor, std::string_view key_id
) const {
    if (node_key_.size() != 32)
        return fail(Code::Internal, "A key could not be opened.", "node key is not of 32 bytes");
    if (sealed.size() < kNonce + kTag)
        return fail(Code::Internal, "A key could not be opened.", "sealed key is cut");
    const auto nonce = sealed.substr(0, kNonce);
    const auto text = sealed.substr(kNonce, sealed.size() - kNonce - kTag);
    std::string tag(sealed.substr(sealed.size() - kTag));
    const auto aad = bound_to(actor, key_id);
    std::string plain(text.size(), '\0');
    Cipher cipher(EVP_CIPHER_CTX_new());
    int length = 0;
    if (!cipher ||
        EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, raw(node_key_), raw(nonce)) !=
            1 ||
        EVP_DecryptUpdate(cipher.get(), nullptr, &length, raw(aad), static_cast<int>(aad.size())) !=
            1 ||
        EVP_DecryptUpdate(
            cipher.get(), raw(plain), &length, raw(text), static_cast<int>(text.size())
        ) != 1 ||
        EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTag, tag.data()) != 1 ||
        EVP_DecryptFinal_ex(cipher.get(), raw(plain) + length, &length) != 1) {
        return fail(
            Code::Internal,
            "A key could not be opened.",
            "the seal does not fit: another node key, or the row was changed: " +
                std::string(key_id)
        );
    }
    return plain;
}

Result<fetch::SharedSigner> KeyRing::find(AccountId account, std::string_view purpose) {
    const auto slot = slot_of(account, purpose);
    auto kept = opened_.with([&](auto& map) -> fetch::SharedSigner {
        const auto it = map.find(slot);
        return it == map.end() ? nullptr : it->second;
    });
    if (kept) return kept;

    struct Row {
        std::string actor;
        store::keys::StoredKey key;
    };
    auto row = db_.read([&](store::Reader& db) -> std::optional<Row> {
        const auto owner = store::accounts::find(db, account);
        if (!owner || !owner->is_local()) return std::nullopt;
        for (auto& key : store::keys::load_of(db, account)) {
            if (key.purpose == purpose && key.sealed_private)
                return Row{owner->uri, std::move(key)};
        }
        return std::nullopt;
    });
    if (!row) {
        return fail(
            Code::NotFound,
            "This account has no key of that kind.",
            account.str() + " " + std::string(purpose)
        );
    }
    OB_TRY(const auto der, seal_.open(*row->key.sealed_private, row->actor, row->key.uri));
    OB_TRY(auto key, federation::PrivateKey::from_der(der));
    auto signer =
        std::make_shared<const federation::Signer>(federation::Signer{row->key.uri, std::move(key)}
        );
    opened_.with([&](auto& map) {
        if (map.size() >= kOpened) map.clear();
        map.insert_or_assign(slot, signer);
    });
    return fetch::SharedSigner(std::move(signer));
}

Result<fetch::SharedSigner> KeyRing::request_signer(AccountId account) {
    return find(account, "rsa");
}

Result<fetch::SharedSigner> KeyRing::proof_signer(AccountId account) {
    return find(account, "ed25519");
}

void KeyRing::forget(AccountId account) {
    opened_.with([&](auto& map) {
        for (const auto purpose : {"rsa", "ed25519"}) map.erase(slot_of(account, purpose));
    });
}

Result<fetch::SharedSigner> KeyRing::node_signer() {
    auto known = node_actor_.with([](const auto& id) { return id; });
    if (!known) {
        known = db_.read([](store::Reader& db) -> std::optional<AccountId> {
            for (const auto& account : store::accounts::list_local(db)) {
                if (account.kind == "Application" && account.uri.ends_with("/actor"))
                    return account.id;
            }
            return std::nullopt;
        });
        if (!known) return fail(Code::NotFound, "This node has no actor yet.", "node actor");
        node_actor_.with([&](auto& id) { id = known; });
    }
    return find(*known, "rsa");
}

std::optional<federation::KnownKey> KeyCache::find(std::string_view key_id) {
    const std::string id(key_id);
    auto kept = parsed_.with([&](auto& map) -> std::optional<federation::KnownKey> {
        const auto it = map.find(id);
        return it == map.end() ? std::nullopt : std::optional(it->second);
    });
    if (kept) return kept;

    struct Row {
        std::string owner, text;
    };
    const auto row = db_.read([&](store::Reader& db) -> std::optional<Row> {
        const auto key = store::keys::find(db, id);
        if (!key || key->purpose != "remote") return std::nullopt;
        const auto owner = store::accounts::find(db, key->account);
        if (!owner) return std::nullopt;
        return Row{owner->uri, key->public_text};
    });
    if (!row) return std::nullopt;
    auto key = row->text.starts_with("z") ? federation::PublicKey::from_multibase(row->text)
                                          : federation::PublicKey::from_pem(row->text);
    auto owner = federation::Iri::parse(row->owner);
    if (!key || !owner) {
        log::warn("keys.unreadable", {{"key", id}});
        return std::nullopt;
    }
    federation::KnownKey known{id, *std::move(owner), *std::move(key)};
    parsed_.with([&](auto& map) {
        if (map.size() >= limits::kVerifiedKeys) map.clear();
        map.insert_or_assign(id, known);
    });
    return known;
}

void KeyCache::forget(std::string_view key_id) {
    parsed_.with([&](auto& map) { map.erase(std::string(key_id)); });
}

void KeyCache::forget_owner(std::string_view actor) {
    parsed_.with([&](auto& map) {
        std::erase_if(map, [&](const auto& entry) { return entry.second.owner.str() == actor; });
    });
}

bool KeyCache::may_fetch(const federation::Iri& document, Instant now) {
    return budgets_.with([&](Budgets& all) {
        const auto failed = all.failed.find(document.str());
        if (failed != all.failed.end()) {
            if (now < failed->second + kFailureMemory) return false;
            all.failed.erase(failed);
        }
        if (all.hosts.size() >= limits::kHostRecords) all.hosts.clear();
        auto& host = all.hosts[document.authority()];
        if (now >= host.began + std::chrono::minutes(1) || now < host.began) host = {now, 0, 0};
        if (host.failures >= limits::kFailingKeyFetchesPerHostMinute) return false;
        if (host.fetches >= limits::kFetchesPerHostMinute) return false;
        ++host.fetches;
        return true;
    });
}

bool KeyCache::is_first_use(std::string_view key_id, std::string_view nonce, Instant now) {
    auto hash = sha256(std::string(key_id) + "\n" + std::string(nonce));
    return nonces_.with([&](Nonces& all) {
        while (!all.in_order.empty() && (all.in_order.front().first + kNonceMemory < now ||
                                         all.in_order.size() >= limits::kNonces)) {
            all.seen.erase(all.in_order.front().second);
            all.in_order.pop_front();
        }
        if (!all.seen.insert(hash).second) return false;
        all.in_order.emplace_back(now, std::move(hash));
        return true;
    });
}

void KeyCache::note_failure(const federation::Iri& document, Instant now) {
    budgets_.with([&](Budgets& all) {
        if (all.failed.size() >= limits::kVerifiedKeys) all.failed.clear();
        all.failed.insert_or_assign(document.str(), now);
        if (all.hosts.size() >= limits::kHostRecords) all.hosts.clear();
        auto& host = all.hosts[document.authority()];
        if (now >= host.began + std::chrono::minutes(1) || now < host.began) host = {now, 0, 0};
        ++host.failures;
    });
}

namespace {

/// Host without port, lower case; brackets of IPv6 stay.
std::string bare_host(std::string_view host) {
    auto text = lower_ascii(host);
    if (!text.starts_with("[")) {
        if (const auto colon = text.find(':'); colon != std::string::npos) text.resize(colon);
    }
    while (text.ends_with(".")) text.pop_back();
    return text;
}

}  // namespace

bool DomainRules::is_blocked(std::string_view host) const {
    const auto whole = lower_ascii(host);  // a rule may name a port too
    const auto bare = bare_host(host);
    return blocked_.with([&](const Domains& blocked) {
        if (blocked.empty()) return false;
        if (blocked.contains(whole)) return true;
        // example.org covers a.example.org: one look per label.
        std::string_view rest = bare;
        while (!rest.empty()) {
            if (blocked.contains(std::string(rest))) return true;
            const auto dot = rest.find('.');
            if (dot == std::string_view::npos) break;
            rest.remove_prefix(dot + 1);
        }
        return false;
    });
}

void DomainRules::reload() {
    Domains fresh;
    for (const auto& rule :
         db_.read([](store::Reader& db) { return store::domain_rules::list(db); })) {
        fresh.insert(lower_ascii(rule.domain));
    }
    blocked_.with([&](Domains& blocked) { blocked = std::move(fresh); });
}

std::optional<std::chrono::seconds> DomainRules::over_rate(std::string_view host, Instant now) {
    return rates_.with([&](auto& rates) -> std::optional<std::chrono::seconds> {
        if (rates.size() >= limits::kHostRecords) rates.clear();
        auto& window = rates[std::string(host)];
        const auto end = window.began + std::chrono::minutes(1);
        if (now >= end || now < window.began) window = {now, 0};
        if (++window.requests <= kRequestsPerOriginMinute) return std::nullopt;
        const auto left = std::chrono::duration_cast<std::chrono::seconds>(
            window.began + std::chrono::minutes(1) - now
        );
        return std::max(left, std::chrono::seconds(1));
    });
}

}  // namespace outboard
