// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "src/services/key_ring.hpp"
#include "src/store/keys.hpp"
#include "tests/support/test_node.hpp"

namespace outboard::tests {
namespace {

using federation::Iri;

Iri iri(const std::string& text) { return *Iri::parse(text); }

TEST_CASE("a sealed key opens only with its node key, its actor and its id") {
    TestRandom random;
    const KeySeal seal(std::string(32, 'k'));
    const auto sealed = seal.seal("secret", "https://a.example/users/ana", "#main-key", random);
    CHECK(sealed.find("secret") == std::string::npos);
    CHECK(seal.open(sealed, "https://a.example/users/ana", "#main-key").value() == "secret");
    CHECK_FALSE(seal.open(sealed, "https://a.example/users/ben", "#main-key"));
    CHECK_FALSE(seal.open(sealed, "https://a.example/users/ana", "#other-key"));
    CHECK_FALSE(seal.open(sealed, "https://a.example/users/an", "a#main-key"));
    CHECK_FALSE(
        KeySeal(std::string(32, 'x')).open(sealed, "https://a.example/users/ana", "#main-key")
    );
    CHECK_FALSE(KeySeal("short").open(sealed, "https://a.example/users/ana", "#main-key"));
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        auto changed = sealed;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        CHECK_FALSE(seal.open(changed, "https://a.example/users/ana", "#main-key"));
        CHECK_FALSE(seal.open(sealed.substr(0, i), "https://a.example/users/ana", "#main-key"));
    }
    CHECK(seal.seal("secret", "a", "b", random) != seal.seal("secret", "a", "b", random));
}

TEST_CASE("SIG67: a nonce is taken once from a key, as long as its signature could come again") {
    using namespace std::chrono_literals;
    TestNode node;
    auto& cache = node.app().key_cache;
    const auto first = [&](const std::string& key, const std::string& nonce) {
        return cache.is_first_use(key, nonce, node.clock.now());
    };
    CHECK(first("a", "n"));
    CHECK_FALSE(first("a", "n"));
    CHECK(first("b", "n"));
    CHECK(first("a", "m"));
    node.clock.advance(12h);
    CHECK_FALSE(first("a", "n"));
    node.clock.advance(2h);
    CHECK(first("a", "n"));
    // A flood pushes out the oldest, and memory does not grow with it.
    for (std::size_t i = 0; i < limits::kNonces; ++i) first("flood", std::to_string(i));
    CHECK(first("a", "n"));
    CHECK_FALSE(first("flood", std::to_string(limits::kNonces - 1)));
}

TEST_CASE("the ring finds the keys of accounts here, and the node's own") {
    TestNode node;
    const auto ana = node.person("ana");
    auto& ring = node.app().key_ring;
    CHECK((*ring.request_signer(ana.id))->key_id == ana.uri + "#main-key");
    CHECK((*ring.proof_signer(ana.id))->key_id == ana.uri + "#ed25519-key");
    CHECK((*ring.node_signer())->key_id == "https://home.example/actor#main-key");
    const auto far = node.remote("far", "far.example");
    CHECK(ring.request_signer(far.id).error().code == Code::NotFound);
}

TEST_CASE("the cache knows keys that are stored for others, and forgets them with their owner") {
    TestNode node;
    const auto far = node.remote("far", "far.example");
    const auto key = federation::PrivateKey::generate(federation::KeyKind::Ed25519);
    store::keys::StoredKey row;
    row.account = far.id;
    row.purpose = "remote";
    row.uri = far.uri + "#key";
    row.public_text = key.public_key().to_multibase();
    REQUIRE(node.db().write([&](store::Writer& tx) {
        store::keys::replace_remote(tx, far.id, {row});
    }));
    auto& cache = node.app().key_cache;
    REQUIRE(cache.find(row.uri));
    CHECK(cache.find(row.uri)->owner.str() == far.uri);
    CHECK(cache.find(row.uri)->key.verify("text", key.sign("text")));
    REQUIRE(node.db().write([&](store::Writer& tx) { store::keys::replace_remote(tx, far.id, {}); })
    );
    CHECK(cache.find(row.uri));  // still in memory
    cache.forget_owner(far.uri);
    CHECK_FALSE(cache.find(row.uri));
    const auto ana = node.person("ana");
    CHECK_FALSE(cache.find(ana.uri + "#main-key"));  // nobody signs for us
}

TEST_CASE("keys are looked for within a budget, and not again soon after it failed") {
    TestNode node;
    auto& cache = node.app().key_cache;
    auto now = node.clock.now();
    const auto document = iri("https://far.example/users/far");
    CHECK(cache.may_fetch(document, now));
    CHECK(cache.may_fetch(document, now));
    cache.note_failure(document, now);
    CHECK_FALSE(cache.may_fetch(document, now + std::chrono::minutes(4)));
    CHECK(cache.may_fetch(document, now + std::chrono::minutes(6)));

    now += std::chrono::hours(1);
    for (int i = 0; i < 10; ++i) {
        const auto other = iri("https://far.example/users/" + std::to_string(i));
        CHECK(cache.may_fetch(other, now));
        cache.note_failure(other, now);
    }
    CHECK_FALSE(cache.may_fetch(iri("https://far.example/users/next"), now));
    CHECK(cache.may_fetch(iri("https://other.example/users/next"), now));
    CHECK(cache.may_fetch(iri("https://far.example/users/next"), now + std::chrono::minutes(2)));

    now += std::chrono::hours(1);
    int fetched = 0;
    for (int i = 0; i < 1000; ++i)
        fetched +=
            cache.may_fetch(iri("https://big.example/users/" + std::to_string(i)), now) ? 1 : 0;
    CHECK(fetched == 300);
}

TEST_CASE("domain rules cover subdomains, ports and other spellings, and nothing else") {
    TestNode node;
    auto& rules = node.app().domain_rules;
    CHECK_FALSE(rules.is_blocked("evil.example"));
    REQUIRE(node.db().write([&](store::Writer& tx) {
        store::domain_rules::block(tx, {"evil.example", "spam"});
    }));
    CHECK_FALSE(rules.is_blocked("evil.example"));  // until told
    rules.reload();
    for (const auto* host :
         {"evil.example",
          "EVIL.example",
          "a.evil.example",
          "a.b.evil.example",
          "evil.example:8443",
          "evil.example."}) {
        CAPTURE(host);
        CHECK(rules.is_blocked(host));
    }
    for (const auto* host :
         {"notevil.example", "evil.example.org", "example", "", "loud.example"}) {
        CAPTURE(host);
        CHECK_FALSE(rules.is_blocked(host));
    }
}

}  // namespace
}  // namespace outboard::tests
