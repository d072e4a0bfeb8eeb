// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "src/services/boosts.hpp"
#include "src/services/local_accounts.hpp"
#include "src/services/profile.hpp"
#include "src/services/statuses.hpp"
#include "src/store/accounts.hpp"
#include "src/store/keys.hpp"
#include "src/store/statuses.hpp"
#include "tests/support/test_node.hpp"

/// What people here make and change: all of it or nothing.
namespace outboard::tests {
namespace {

using nlohmann::json;

struct Own {
    TestNode node;
    Actor ana = node.person("ana");

    Account account(AccountId id) {
        return *node.db().read([&](store::Reader& db) { return store::accounts::find(db, id); });
    }
    std::optional<std::string> document(const std::optional<std::string>& hash) {
        return node.db().read([&](store::Reader& db) {
            return store::documents::find(db, hash.value_or(""));
        });
    }
    /// Gives the ids that come next to rows of others.
    void occupy_statuses(int count) {
        const auto pat = node.remote("pat", "far.example");
        const auto last = node.db().reserve_id();
        REQUIRE(node.db().write([&](store::Writer& tx) {
            for (int i = 1; i <= count; ++i) {
                store::statuses::NewStatus fresh;
                fresh.status.id = {last + i};
                fresh.status.uri = "https://far.example/n/" + std::to_string(last + i);
                fresh.status.account = pat.id;
                fresh.status.received_at = tx.now();
                fresh.status.created_at = tx.now() - std::chrono::hours(48);  // told to no stream
                store::statuses::insert(tx, fresh);
            }
        }));
    }
    Status status(StatusId id) {
        return *node.db().read([&](store::Reader& db) { return store::statuses::find(db, id); });
    }
};

TEST_CASE_FIXTURE(
    Own, "a changed profile, its document, its settings and its Update come at once"
) {
    const auto before = account(ana.id);
    REQUIRE(services::update_profile(
        node.app(), ana.id, {.display_name = "Ana B.", .default_visibility = "unlisted"}
    ));
    const auto after = account(ana.id);
    CHECK(after.display_name == "Ana B.");
    CHECK(after.revision == before.revision + 1);
    CHECK(json::parse(document(after.document).value())["name"] == "Ana B.");
    CHECK_FALSE(document(before.document));  // nothing shows it any more
    const auto sent = node.sent();
    REQUIRE(sent.size() == 1);
    CHECK(sent[0]["type"] == "Update");
    CHECK(sent[0]["object"]["name"] == "Ana B.");
    const auto user =
        node.db().read([&](store::Reader& db) { return store::users::find(db, ana.id); });
    CHECK(user->default_visibility == "unlisted");
}

TEST_CASE_FIXTURE(Own, "a profile that cannot be signed is not changed at all") {
    static constexpr store::Query kDropKey{
        "test.drop_key", "DELETE FROM keys WHERE account = $1 AND purpose = 'ed25519'"
    };
    REQUIRE(node.db().write([&](store::Writer& tx) { tx.execute(kDropKey, ana.id); }));
    const auto before = account(ana.id);
    CHECK_FALSE(services::update_profile(
        node.app(), ana.id, {.display_name = "Ana B.", .default_visibility = "unlisted"}
    ));
    const auto after = account(ana.id);
    CHECK(after.display_name == before.display_name);
    CHECK(after.revision == before.revision);
    CHECK(after.document == before.document);
    CHECK(node.sent().empty());
    const auto user =
        node.db().read([&](store::Reader& db) { return store::users::find(db, ana.id); });
    CHECK(user->default_visibility == "public");
}

TEST_CASE_FIXTURE(Own, "a post or boost whose id a remote row got meanwhile gets another") {
    const auto first = services::post(node.app(), ana.id, {.text = "hello"});
    REQUIRE(first);
    occupy_statuses(3);
    const auto post = services::post(node.app(), ana.id, {.text = "again"});
    REQUIRE(post);
    CHECK(status(*post).uri == ana.uri + "/statuses/" + post->str());
    CHECK(status(*post).account == ana.id);
    CHECK(json::parse(document(status(*post).document).value())["id"] == status(*post).uri);
    occupy_statuses(3);
    const auto boost = services::add_boost(node.app(), ana.id, *first, std::nullopt);
    REQUIRE(boost);
    CHECK(status(*boost).boost_of == *first);
    CHECK(status(*boost).uri == ana.uri + "/statuses/" + boost->str() + "/activity");
}

TEST_CASE_FIXTURE(Own, "a post that finds no free id is refused and leaves nothing behind") {
    occupy_statuses(100);
    const auto count = [&] {
        return node.db().read([](store::Reader& db) { return store::statuses::count_local(db); });
    };
    const services::Draft draft{.text = "hello", .idempotency_key = "once"};
    const auto refused = services::post(node.app(), ana.id, draft);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::Unavailable);
    CHECK(count() == 0);
    CHECK(node.sent().empty());
    node.clock.advance(std::chrono::seconds(1));
    CHECK(services::post(node.app(), ana.id, draft));
    CHECK(count() == 1);
}

TEST_CASE_FIXTURE(
    Own, "an account whose id a remote row got meanwhile gets another, keys and all"
) {
    const auto last = node.db().reserve_id();
    REQUIRE(node.db().write([&](store::Writer& tx) {
        for (int i = 1; i <= 3; ++i) {
            Account account;
            account.id = {last + i};
            account.username = "u" + std::to_string(i);
            account.domain = account.host = "far.example";
            account.uri = "https://far.example/users/" + account.username;
            account.created_at = account.fetched_at = tx.now();
            store::accounts::insert(tx, account);
        }
    }));
    const auto made = services::create_local_account(
        node.app(), {.username = "ben", .display_name = "", .email = "", .password = "long enough"}
    );
    REQUIRE(made);
    CHECK(account(made->id).username == "ben");
    CHECK(node.app().key_ring.request_signer(made->id));
    CHECK(services::post(node.app(), made->id, {.text = "hello"}));
}

}  // namespace
}  // namespace outboard::tests
