// SPDX-License-Identifier: Apache-2.0
#include "src/store/keys.hpp"

#include <doctest/doctest.h>

#include <chrono>

#include "federation/base/bytes.hpp"
#include "src/base/limits.hpp"
#include "tests/store/support.hpp"

using namespace outboard;
using namespace outboard::store;
using outboard::tests::TempStore;
using namespace std::chrono_literals;

namespace {

template <class F>
void write(TempStore& db, F&& fn) {
    const auto outcome = db->write(std::forward<F>(fn));
    if (!outcome) FAIL(outcome.error().shown << " " << outcome.error().detail);
}

keys::StoredKey remote(const std::string& uri, const std::string& pem) {
    keys::StoredKey key;
    key.purpose = "remote";
    key.uri = uri;
    key.public_text = pem;
    return key;
}

}  // namespace

TEST_CASE("a key comes back with its sealed half and its statement") {
    TempStore db;
    keys::StoredKey key;
    key.account = {5};
    key.purpose = "rsa";
    key.uri = "https://a/users/x#main-key";
    key.public_text = "PEM";
    key.sealed_private = std::string("\0\1\2\xff", 4);
    write(db, [&](Writer& tx) { keys::insert(tx, key); });
    key.purpose = "recovery";
    key.uri = "did:key:z6Mk";
    key.sealed_private.reset();
    key.statement = "{}";
    write(db, [&](Writer& tx) { keys::insert(tx, key); });
    const auto found =
        db->read([](Reader& r) { return keys::find(r, "https://a/users/x#main-key"); });
    REQUIRE(found);
    CHECK(found->sealed_private == std::string("\0\1\2\xff", 4));
    CHECK_FALSE(found->statement);
    CHECK(found->id != 0);
    const auto all = db->read([](Reader& r) { return keys::load_of(r, {5}); });
    REQUIRE(all.size() == 2);
    CHECK(all[0].purpose == "recovery");
    CHECK(all[0].statement == "{}");
    CHECK_FALSE(all[0].sealed_private);
}

TEST_CASE("remote keys are replaced by what the actor lists, and nobody takes another's key") {
    TempStore db;
    write(db, [](Writer& tx) {
        keys::replace_remote(tx, {1}, {remote("https://b/1#a", "A"), remote("https://b/1#b", "B")});
        keys::replace_remote(tx, {1}, {remote("https://b/1#b", "B2")});
        keys::replace_remote(
            tx, {2}, {remote("https://b/1#b", "evil"), remote("https://b/2#a", "C")}
        );
    });
    db->read([](Reader& r) {
        CHECK_FALSE(keys::find(r, "https://b/1#a"));
        const auto key = keys::find(r, "https://b/1#b");
        REQUIRE(key);
        CHECK(key->account == AccountId{1});
        CHECK(key->public_text == "B2");
        CHECK(keys::load_of(r, {2}).size() == 1);
    });
}

TEST_CASE("documents are kept compressed under their hash, once, and come back byte for byte") {
    TempStore db;
    std::string text;
    for (int i = 0; i < 2000; ++i) text += "the same words again ";
    const auto packed = documents::pack(text);
    CHECK(packed.hash == sha256(text));
    CHECK(packed.compressed.size() < text.size() / 10);
    write(db, [&](Writer& tx) {
        documents::put(tx, packed, {"https://b/1", "key", "signature", "inbox"});
        documents::put(tx, packed, {"https://evil/1", "key", "fetch", "fetch"});
    });
    db->read([&](Reader& r) {
        CHECK(documents::find(r, packed.hash) == text);
        CHECK(documents::find_meta(r, packed.hash)->uri == "https://b/1");
        CHECK_FALSE(documents::find(r, sha256("other")));
        CHECK_FALSE(documents::find_meta(r, sha256("other")));
    });
    CHECK(documents::pack("").hash == sha256(""));
    CHECK_THROWS_AS(
        (void)documents::pack(std::string(limits::kStoredDocument + 1, 'x')), StoreError
    );
}

TEST_CASE("a document that no longer matches its hash is never served") {
    TempStore db;
    const auto packed = documents::pack("what was signed");
    const auto other = documents::pack("something else");
    constexpr Query kSwap{"test.swap", "UPDATE documents SET bytes = $2 WHERE hash = $1"};
    write(db, [&](Writer& tx) {
        documents::put(tx, packed, {"https://b/1", "", "own", "own"});
        tx.execute(kSwap, Blob{packed.hash}, Blob{other.compressed});
    });
    CHECK_THROWS_WITH_AS(
        db->read([&](Reader& r) { (void)documents::find(r, packed.hash); }),
        doctest::Contains("https://b/1"),
        StoreError
    );
    // A frame that claims more than the bound is refused before anything is unpacked.
    std::string bomb = documents::pack(std::string(1000, 'a')).compressed;
    bomb[4] = '\xe0';  // frame header: content size of eight bytes
    bomb.replace(5, 8, "\xff\xff\xff\xff\xff\xff\xff\x7f", 8);
    for (const std::string& bytes : {bomb, std::string("not zstd"), std::string()}) {
        write(db, [&](Writer& tx) { tx.execute(kSwap, Blob{packed.hash}, Blob{bytes}); });
        CHECK_THROWS_AS(
            db->read([&](Reader& r) { (void)documents::find(r, packed.hash); }), StoreError
        );
    }
}

TEST_CASE("settings keep the last value") {
    TempStore db;
    CHECK_FALSE(db->read([](Reader& r) { return settings::find(r, "domain"); }));
    write(db, [](Writer& tx) { settings::set(tx, "domain", "a"); });
    write(db, [](Writer& tx) { settings::set(tx, "domain", "b"); });
    CHECK(db->read([](Reader& r) { return settings::find(r, "domain"); }) == "b");
}

TEST_CASE("the first tombstone of a uri stays; old ones of others go, our own never") {
    TempStore db;
    const Instant start = db.clock.now();
    write(db, [&](Writer& tx) {
        tombstones::add(tx, {"https://b/1", "https://b/bob", "Note", start, false});
        tombstones::add(tx, {"https://b/1", "https://evil/eve", "Article", start, false});
        tombstones::add(tx, {"https://a/1", "https://a/alice", "Note", start, true});
    });
    const auto find = [&](const char* uri) {
        return db->read([&](Reader& r) { return tombstones::find(r, uri); });
    };
    CHECK(find("https://b/1")->owner == "https://b/bob");
    CHECK(find("https://b/1")->former_type == "Note");
    CHECK_FALSE(find("https://b/2"));
    write(db, [&](Writer& tx) { tombstones::drop_older_than(tx, start + 1ms); });
    CHECK_FALSE(find("https://b/1"));
    REQUIRE(find("https://a/1"));
    CHECK(find("https://a/1")->own);
}

TEST_CASE("a token leads to its account and app until it is revoked") {
    TempStore db;
    std::int64_t app = 0;
    write(db, [&](Writer& tx) {
        app = tokens::ensure_app(tx, "Pen", "read");
        CHECK(tokens::ensure_app(tx, "Pen", "read write") == app);
        CHECK(tokens::ensure_app(tx, "Other", "read") != app);
        tokens::insert(tx, sha256("t1"), AccountId{4}, app, "read write");
        tokens::insert(tx, sha256("t2"), {}, app, "read");
    });
    const auto find = [&](const char* token) {
        return db->read([&](Reader& r) { return tokens::find(r, sha256(token)); });
    };
    REQUIRE(find("t1"));
    CHECK(find("t1")->account == AccountId{4});
    CHECK(find("t1")->scopes == "read write");
    CHECK(find("t1")->app_name == "Pen");
    CHECK_FALSE(find("t2")->account);
    CHECK_FALSE(find("t3"));
    write(db, [](Writer& tx) { tokens::revoke_all(tx, {4}); });
    CHECK_FALSE(find("t1"));
    CHECK(find("t2"));
}

TEST_CASE("blocked domains are listed, noted anew and removed") {
    TempStore db;
    write(db, [](Writer& tx) {
        domain_rules::block(tx, {"b.example", "loud"});
        domain_rules::block(tx, {"a.example", ""});
        domain_rules::block(tx, {"b.example", "worse"});
    });
    auto rules = db->read([](Reader& r) { return domain_rules::list(r); });
    REQUIRE(rules.size() == 2);
    CHECK(rules[0].domain == "a.example");
    CHECK(rules[1].domain == "b.example");
    CHECK(rules[1].note == "worse");
    write(db, [&](Writer& tx) { domain_rules::remove(tx, "b.example"); });
    rules = db->read([](Reader& r) { return domain_rules::list(r); });
    REQUIRE(rules.size() == 1);
    CHECK(rules[0].domain == "a.example");
}
