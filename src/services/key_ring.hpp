// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "federation/gate.hpp"
#include "federation/signatures.hpp"
#include "src/base/guarded.hpp"
#include "src/base/id.hpp"
#include "src/fetch/client.hpp"
#include "src/store/database.hpp"

namespace outboard {

/// Seals private keys under the 32-byte node key: AES-256-GCM, nonce in front, AAD = actor uri and
/// key id (DESIGN.md 3.15).
class KeySeal {
public:
    explicit KeySeal(std::string node_key) : node_key_(std::move(node_key)) {}
    std::string seal(
        std::string_view plain, std::string_view actor, std::string_view key_id, Random& random
    ) const;
    Result<std::string> open(
        std::string_view sealed, std::string_view actor, std::string_view key_id
    ) const;

    /// A secret for one purpose, the same as long as the node key is.
    std::string derive(std::string_view purpose) const;

private:
    std::string node_key_;
};

/// Our private keys, opened once and kept (at most 10,000 accounts). A row's sealed text is PKCS#8
/// DER, bound to the actor's uri and the key's. Threads: any.
class KeyRing {
public:
    KeyRing(store::Database& db, KeySeal seal) : db_(db), seal_(std::move(seal)) {}
    /// RSA key for requests. Errors: NotFound, Internal when the seal does not open.
    Result<fetch::SharedSigner> request_signer(AccountId account);
    /// Ed25519 key for proofs.
    Result<fetch::SharedSigner> proof_signer(AccountId account);
    /// The node actor's RSA signer: all fetches of public documents (S11).
    Result<fetch::SharedSigner> node_signer();
    /// After the keys of an account are gone from the store.
    void forget(AccountId account);
    const KeySeal& seal() const { return seal_; }

private:
    Result<fetch::SharedSigner> find(AccountId account, std::string_view purpose);
    store::Database& db_;
    KeySeal seal_;
    Guarded<std::unordered_map<std::string, fetch::SharedSigner>> opened_;
    Guarded<std::optional<AccountId>> node_actor_;
};

/// Keys of others whose owners confirmed them, from the store; parsed ones kept
/// (limits::kVerifiedKeys). Threads: any.
class KeyCache {
public:
    explicit KeyCache(store::Database& db) : db_(db) {}
    std::optional<federation::KnownKey> find(std::string_view key_id);
    void forget(std::string_view key_id);
    void forget_owner(std::string_view actor);
    void forget_all() {
        parsed_.with([](auto& map) { map.clear(); });
    }

    /// Whether a document may be fetched to find a key: not when it failed within five minutes, nor
    /// over the budget of its host (limits::kFetchesPerHostMinute,
    /// kFailingKeyFetchesPerHostMinute). Counts the fetch. THREATS 24, SIG48, SIG49.
    bool may_fetch(const federation::Iri& document, Instant now);
    /// That document gave no key that fits.
    void note_failure(const federation::Iri& document, Instant now);

    /// Whether that key's signature with that nonce is the first of its kind; it is remembered for
    /// as long as the signature could be sent again (SIG67), at most limits::kNonces, the oldest
    /// going first. What was taken before a restart is known by its id.
    bool is_first_use(std::string_view key_id, std::string_view nonce, Instant now);

private:
    static constexpr auto kFailureMemory = std::chrono::minutes(5);
    struct HostBudget {
        Instant began{};
        std::size_t fetches = 0, failures = 0;
    };
    struct Budgets {
        std::unordered_map<std::string, Instant> failed;    // at most limits::kVerifiedKeys
        std::unordered_map<std::string, HostBudget> hosts;  // at most limits::kHostRecords
    };
    static constexpr auto kNonceMemory =
        std::chrono::hours(13);  // SignaturePolicy's max_age and max_ahead
    struct Nonces {
        std::unordered_set<std::string> seen;                  // SHA-256 of key and nonce
        std::deque<std::pair<Instant, std::string>> in_order;  // the same, with when they came
    };
    store::Database& db_;
    Guarded<Budgets> budgets_;
    Guarded<Nonces> nonces_;
    Guarded<std::unordered_map<std::string, federation::KnownKey>> parsed_;
};

/// Domain rules in memory, re-read on change. Subdomains are covered. Threads: any.
class DomainRules {
public:
    explicit DomainRules(store::Database& db) : db_(db) { reload(); }
    bool is_blocked(std::string_view host) const;  // host may carry a port
    void reload();
    /// Counts a request that `host` signed; when it has had its share of this minute, how long it
    /// should wait (R2).
    std::optional<std::chrono::seconds> over_rate(std::string_view host, Instant now);

private:
    // 100 a second: more than the largest servers send to a node of this size, and a bound for one
    // that floods.
    static constexpr int kRequestsPerOriginMinute = 6000;
    using Domains = std::unordered_set<std::string>;
    struct Window {
        Instant began{};
        int requests = 0;
    };
    store::Database& db_;
    Guarded<Domains> blocked_;
    Guarded<std::unordered_map<std::string, Window>> rates_;  // at most limits::kHostRecords
};

}  // namespace outboard
