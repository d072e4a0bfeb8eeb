// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "federation/base/bytes.hpp"
#include "src/control/verbs.hpp"
#include "src/store/accounts.hpp"
#include "src/store/keys.hpp"
#include "src/store/queues.hpp"
#include "tests/support/test_node.hpp"

namespace outboard::tests {
namespace {

using nlohmann::json;

/// What doctor says of one thing: state and text.
std::pair<std::string, std::string> says(TestNode& node, const std::string& check) {
    const auto outcome =
        control::run(node.app(), control::DoctorArguments{.data = "/nowhere", .as_json = true});
    const auto all = json::parse(outcome.out);
    for (const auto& row : all["checks"]) {
        if (row["check"] == check)
            return {row["state"].get<std::string>(), row["text"].get<std::string>()};
    }
    return {};
}

void receive(TestNode& node, const std::string& id) {
    REQUIRE(node.db().write([&](store::Writer& tx) {
        const auto packed = store::documents::pack("{}");
        store::documents::put(tx, packed, {id, "key", "signature", "inbox"});
        store::inbox::Item item;
        item.document = packed.hash;
        item.actor = "https://b.example/users/bob";
        item.host = "b.example";
        item.how = "signature";
        store::inbox::add(tx, sha256(id), item);
    }));
}

TEST_CASE("doctor tells what nobody tried from what is to be tried again, and says why") {
    TestNode node;
    CHECK(says(node, "inbox") == std::pair<std::string, std::string>("ok", "0 not tried yet"));
    receive(node, "a");
    receive(node, "b");
    REQUIRE(node.db().write([&](store::Writer& tx) {
        const auto due = store::inbox::list_due(tx, tx.now(), 1);
        store::inbox::set_retry(
            tx, due.at(0).id, tx.now() + std::chrono::minutes(1), "b.example gave no answer\x1B[2J"
        );
    }));
    CHECK(
        says(node, "inbox") ==
        std::pair<std::string, std::string>(
            "note",
            "1 not tried yet, 1 to be tried again; the oldest because: b.example gave no "
            "answer\\u{1B}[2J"
        )
    );
    const auto queue =
        control::run(node.app(), control::QueueArguments{.action = "list", .as_json = true});
    const auto counts = json::parse(queue.out);
    CHECK(counts["inbox_untried"] == 1);
    CHECK(counts["inbox_to_try_again"] == 1);
    CHECK(counts["inbox_waiting"] == 2);
    REQUIRE(counts["inbox_reasons"].size() == 1);
    CHECK(counts["inbox_reasons"][0]["rows"] == 1);
    const auto text = control::run(node.app(), control::QueueArguments{.action = "list"});
    CHECK(text.out.find("1 because: b.example gave no answer") != std::string::npos);
    CHECK(text.out.find('\x1B') == std::string::npos);
}

TEST_CASE("doctor notes that nobody may run the node") {
    TestNode node;
    CHECK(says(node, "accounts").first == "note");
    CHECK(says(node, "accounts").second.find("none yet") == 0);
    const auto ana = node.person("ana");
    CHECK(says(node, "accounts").first == "note");
    CHECK(says(node, "accounts").second.find("active owner") != std::string::npos);
    static constexpr store::Query kPromote{
        "test.promote", "UPDATE users SET role = 'owner' WHERE account = $1"
    };
    REQUIRE(node.db().write([&](store::Writer& tx) { tx.execute(kPromote, ana.id); }));
    CHECK(says(node, "accounts") == std::pair<std::string, std::string>("ok", "1"));
    node.suspend(ana.id);
    CHECK(says(node, "accounts").first == "note");
}

}  // namespace
}  // namespace outboard::tests
