// SPDX-License-Identifier: Apache-2.0
#include "src/store/queues.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "federation/base/bytes.hpp"
#include "src/store/keys.hpp"
#include "tests/store/support.hpp"

using namespace outboard;
using namespace outboard::store;
using outboard::tests::TempStore;
using namespace std::chrono_literals;

namespace {

template <class F>
auto write(TempStore& db, F&& fn) {
    auto outcome = db->write(std::forward<F>(fn));
    if (!outcome) FAIL(outcome.error().shown << " " << outcome.error().detail);
    if constexpr (!std::is_void_v<typename decltype(outcome)::value_type>) return *outcome;
}

OutboxId post(TempStore& db, const std::string& object, const std::string& kind = "Create") {
    return write(db, [&](Writer& tx) {
        outbox::Item item;
        item.id = {tx.next_id()};
        item.account = {1};
        item.uri = object + "#" + kind;
        item.kind = kind;
        item.object = object;
        item.document = sha256(object + kind);
        item.to_followers = true;
        item.to_accounts = {{7}, {8}};
        item.listed = kind == "Create";
        outbox::add(tx, item);
        return item.id;
    });
}

void deliver(TempStore& db, OutboxId item, const std::string& inbox, const std::string& host) {
    write(db, [&](Writer& tx) { deliveries::add(tx, item, inbox, host); });
}

std::vector<deliveries::Item> lease(TempStore& db, int limit = 100, int per_host = 2) {
    return write(db, [&](Writer& tx) {
        return deliveries::lease(tx, tx.now() + 60s, limit, per_host);
    });
}

bool receive(
    TempStore& db,
    const std::string& id,
    const std::string& body = "{}",
    const std::string& host = "b.example"
) {
    return write(db, [&](Writer& tx) {
        const auto packed = documents::pack(body);
        documents::put(tx, packed, {id, "key", "signature", "inbox"});
        inbox::Item item;
        item.document = packed.hash;
        item.actor = "https://" + host + "/users/bob";
        item.host = host;
        item.recipient = AccountId{3};
        item.key_id = "key";
        item.how = "signature";
        return inbox::add(tx, sha256(id), item);
    });
}

}  // namespace

TEST_CASE("an activity enters the inbox once, with all that is known of it") {
    TempStore db;
    CHECK(receive(db, "a"));
    CHECK_FALSE(receive(db, "a"));
    const auto due = db->read([&](Reader& r) { return inbox::list_due(r, db.clock.now(), 10); });
    REQUIRE(due.size() == 1);
    CHECK(due[0].document == sha256("{}"));
    CHECK(due[0].actor == "https://b.example/users/bob");
    CHECK(due[0].recipient == AccountId{3});
    CHECK(due[0].how == "signature");
    CHECK(due[0].tries == 0);
}

TEST_CASE("inbox rows come oldest first, wait for their retry, and leave when done or dead") {
    TempStore db;
    for (const char* id : {"a", "b", "c"}) {
        receive(db, id);
        db.clock.advance(1ms);
    }
    const auto list = [&] {
        return db->read([&](Reader& r) { return inbox::list_due(r, db.clock.now(), 10); });
    };
    const auto due = list();
    REQUIRE(due.size() == 3);
    CHECK(std::is_sorted(due.begin(), due.end(), [](auto& x, auto& y) { return x.id < y.id; }));
    write(db, [&](Writer& tx) {
        inbox::set_done(tx, due[0].id);
        inbox::set_dead(tx, due[1].id, "poison");
        inbox::set_retry(tx, due[2].id, tx.now() + 1min, "not yet");
    });
    CHECK(list().empty());
    CHECK(db->read([](Reader& r) { return inbox::count_waiting(r); }) == 1);
    CHECK(db->read([](Reader& r) { return inbox::next_due(r); }) == db.clock.now() + 1min);
    CHECK(receive(db, "d"));
    const auto waiting = db->read([](Reader& r) { return inbox::count_by_try(r); });
    CHECK(waiting.untried == 1);
    CHECK(waiting.again == 1);
    CHECK(waiting.oldest_problem == "not yet");
    const auto reasons = db->read([](Reader& r) { return inbox::list_reasons(r, 5); });
    REQUIRE(reasons.size() == 1);
    CHECK(reasons[0].problem == "not yet");
    CHECK(reasons[0].rows == 1);
    const auto fresh = list();
    REQUIRE(fresh.size() == 1);
    write(db, [&](Writer& tx) { inbox::set_done(tx, fresh[0].id); });
    db.clock.advance(1min);
    REQUIRE(list().size() == 1);
    CHECK(list()[0].tries == 1);
    CHECK_FALSE(receive(db, "a"));  // known although done
}

TEST_CASE("a leased inbox row is nobody else's until the lease ends") {
    TempStore db;
    receive(db, "a");
    receive(db, "b");
    const auto take = [&](int limit) {
        return write(db, [&](Writer& tx) { return inbox::lease(tx, tx.now() + 30s, limit); });
    };
    const auto first = take(1);
    const auto second = take(5);
    REQUIRE(first.size() == 1);
    REQUIRE(second.size() == 1);
    CHECK(first[0].id != second[0].id);
    CHECK(take(5).empty());
    db.clock.advance(30s);
    CHECK(take(5).size() == 2);
}

TEST_CASE("due rows are listed host by host, so that one's backlog hides nobody's") {
    TempStore db;
    for (int i = 0; i < 20; ++i) receive(db, "many" + std::to_string(i), "{}", "many.example");
    receive(db, "one", "{}", "one.example");
    receive(db, "later", "{}", "zzz.example");
    write(db, [&](Writer& tx) {
        for (const auto& item : inbox::list_due(tx, tx.now(), 30)) {
            if (item.host == "zzz.example")
                inbox::set_retry(tx, item.id, tx.now() + 1h, "no answer");
        }
    });
    const auto list = [&](const std::string& after, int hosts) {
        return db->read([&](Reader& r) {
            return inbox::list_due_of_hosts(r, db.clock.now(), after, hosts, 8);
        });
    };
    const auto all = list("", 10);
    CHECK(all.items.size() == 9);
    CHECK(all.last_host.empty());
    CHECK(all.items.back().host == "one.example");
    const auto first = list("", 1);
    CHECK(first.items.size() == 8);
    CHECK(first.last_host == "many.example");
    const auto second = list(first.last_host, 1);
    REQUIRE(second.items.size() == 1);
    CHECK(second.items[0].actor == "https://one.example/users/bob");

    const auto has = [&](const std::string& host, std::size_t rows) {
        return db->read([&](Reader& r) { return inbox::has_waiting(r, host, rows); });
    };
    CHECK(has("many.example", 20));
    CHECK_FALSE(has("many.example", 21));
    CHECK_FALSE(has("none.example", 1));
}

TEST_CASE("raw bytes go before ids, never those that wait or that a status refers to") {
    TempStore db;
    receive(db, "kept", "kept by a status");
    receive(db, "done", "nobody needs this");
    receive(db, "waiting", "still to do");
    const auto due = db->read([&](Reader& r) { return inbox::list_due(r, db.clock.now(), 10); });
    REQUIRE(due.size() == 3);
    constexpr Query kRefer{
        "test.refer",
        "INSERT INTO status_revisions (status, revision, content, spoiler, sensitive, "
        "created_at, document) VALUES (1, 1, '', '', 0, 0, $1)"
    };
    write(db, [&](Writer& tx) {
        inbox::set_done(tx, due[0].id);
        inbox::set_done(tx, due[1].id);
        tx.execute(kRefer, Blob{due[0].document});
    });
    db.clock.advance(24h * 8);
    const auto drop = [&] {
        return write(db, [&](Writer& tx) {
            return inbox::drop_old(tx, tx.now() - 24h * 7, tx.now() - 24h * 30, 10);
        });
    };
    CHECK(drop() == 2);
    CHECK(drop() == 0);
    const auto has = [&](const std::string& body) {
        return db->read([&](Reader& r) { return documents::find(r, sha256(body)).has_value(); });
    };
    CHECK(has("kept by a status"));
    CHECK_FALSE(has("nobody needs this"));
    CHECK(has("still to do"));
    CHECK_FALSE(receive(db, "done"));
    db.clock.advance(24h * 30);
    CHECK(drop() == 2);
    CHECK(receive(db, "done"));  // forgotten by now
    CHECK(db->read([](Reader& r) { return inbox::count_waiting(r); }) == 2);
}

TEST_CASE("an outbox row comes back whole, fans out from its cursor and is listed") {
    TempStore db;
    const auto id = post(db, "https://a.example/s/1");
    const auto quiet = post(db, "https://a.example/s/1", "Update");
    const auto item = db->read([&](Reader& r) { return outbox::find(r, id); });
    REQUIRE(item);
    CHECK(item->to_accounts == std::vector<AccountId>{{7}, {8}});
    CHECK(item->document == sha256("https://a.example/s/1Create"));
    CHECK(item->to_followers);
    CHECK_FALSE(item->status);
    CHECK(item->created_at == db.clock.now());
    write(db, [&](Writer& tx) { outbox::set_last_inbox(tx, id, "https://far.example/inbox"); });
    auto fanning = db->read([](Reader& r) { return outbox::list_fanning(r, 10); });
    REQUIRE(fanning.size() == 2);
    CHECK(fanning[0].last_inbox == "https://far.example/inbox");
    write(db, [&](Writer& tx) { outbox::set_sent(tx, id); });
    fanning = db->read([](Reader& r) { return outbox::list_fanning(r, 10); });
    REQUIRE(fanning.size() == 1);
    CHECK(fanning[0].id == quiet);
    db->read([&](Reader& r) {
        CHECK(outbox::count_public(r, {1}) == 1);
        CHECK(outbox::list_public(r, {1}, {}).at(0).id == id);
        CHECK(outbox::list_public(r, {1}, {.max_id = id.value}).empty());
        CHECK(outbox::find_by_uri(r, "https://a.example/s/1#Update")->id == quiet);
    });
}

TEST_CASE("a delivery is made once per activity and inbox") {
    TempStore db;
    const auto id = post(db, "o");
    deliver(db, id, "https://b/inbox", "b");
    deliver(db, id, "https://b/inbox", "b");
    CHECK(lease(db).size() == 1);
    CHECK(lease(db).empty());
}

TEST_CASE("a host has at most its share under way, and others are not kept waiting by it") {
    TempStore db;
    for (int i = 0; i < 10; ++i) {
        const auto id = post(db, "o" + std::to_string(i));
        for (int k = 0; k < 5; ++k) deliver(db, id, "https://big/inbox" + std::to_string(k), "big");
        deliver(db, id, "https://small/inbox", "small");
    }
    std::map<std::string, int> of;
    for (const auto& item : lease(db, 100, 2)) ++of[item.host];
    CHECK(of["big"] == 2);
    CHECK(of["small"] == 1);  // one inbox: one at a time
    CHECK(lease(db, 100, 2).empty());
    CHECK(lease(db, 100, 3).size() == 1);
}

TEST_CASE("of an inbox only the oldest waiting one leaves, so an edit never overtakes its post") {
    TempStore db;
    const auto create = post(db, "o", "Create");
    const auto update = post(db, "o", "Update");
    deliver(db, update, "https://b/inbox", "b");  // written in the wrong order
    deliver(db, create, "https://b/inbox", "b");
    auto first = lease(db);
    REQUIRE(first.size() == 1);
    CHECK(first[0].outbox == create);
    write(db, [&](Writer& tx) { deliveries::set_retry(tx, first[0].id, tx.now() + 60s, "503"); });
    CHECK(lease(db).empty());  // the edit is due, its post is not
    db.clock.advance(61s);
    first = lease(db);
    REQUIRE(first.size() == 1);
    CHECK(first[0].outbox == create);
    CHECK(first[0].tries == 1);
    write(db, [&](Writer& tx) { deliveries::set_done(tx, first[0].id, "202"); });
    const auto second = lease(db);
    REQUIRE(second.size() == 1);
    CHECK(second[0].outbox == update);
}

TEST_CASE("a poisoned activity holds back its own object, not the whole inbox for a week") {
    TempStore db;
    const auto poison = post(db, "poison", "Create");
    const auto edit = post(db, "poison", "Update");
    const auto other = post(db, "fine", "Create");
    for (const auto id : {poison, edit, other}) deliver(db, id, "https://b/inbox", "b");
    for (int tries = 0; tries < deliveries::kOrderedTries; ++tries) {
        const auto items = lease(db);
        REQUIRE(items.size() == 1);
        CHECK(items[0].outbox == poison);
        write(db, [&](Writer& tx) {
            deliveries::set_retry(tx, items[0].id, tx.now() + 1h, "500");
        });
        if (tries + 1 < deliveries::kOrderedTries) {
            CHECK(lease(db).empty());
            db.clock.advance(1h);
        }
    }
    const auto next = lease(db);
    REQUIRE(next.size() == 1);
    CHECK(next[0].outbox == other);
}

TEST_CASE("a paused host gets one probe when it is due, and nothing before") {
    TempStore db;
    for (int i = 0; i < 3; ++i)
        deliver(db, post(db, "o" + std::to_string(i)), "https://b/inbox" + std::to_string(i), "b");
    hosts::Host host;
    host.name = "b";
    host.state = "paused";
    host.failures = 9;
    host.failing_since = db.clock.now();
    host.next_probe = db.clock.now() + 1h;
    write(db, [&](Writer& tx) { hosts::put(tx, host); });
    CHECK(lease(db, 10, 3).empty());
    db.clock.advance(1h);
    CHECK(lease(db, 10, 3).size() == 1);
    CHECK(lease(db, 10, 3).empty());
    host.state = "ok";
    write(db, [&](Writer& tx) { hosts::put(tx, host); });
    CHECK(lease(db, 10, 3).size() == 2);
}

TEST_CASE("the next moment is when something can start, not when what is held back was due") {
    TempStore db;
    const auto next = [&] {
        return db->read([&](Reader& r) { return deliveries::next_due(r, db.clock.now()); });
    };
    CHECK_FALSE(next());
    deliver(db, post(db, "first"), "https://b/inbox", "b");
    deliver(db, post(db, "second"), "https://b/inbox", "b");
    const auto first = lease(db);
    REQUIRE(first.size() == 1);
    write(db, [&](Writer& tx) { deliveries::set_retry(tx, first[0].id, tx.now() + 5min, "503"); });
    db.clock.advance(10s);
    CHECK(lease(db).empty());
    CHECK(next() == db.clock.now() + 5min - 10s);
    db.clock.advance(5min);
    CHECK(lease(db).size() == 1);

    deliver(db, post(db, "third"), "https://rests/inbox", "rests");
    hosts::Host host;
    host.name = "rests";
    host.state = "paused";
    host.failing_since = db.clock.now();
    host.next_probe = db.clock.now() + 30s;
    write(db, [&](Writer& tx) { hosts::put(tx, host); });
    CHECK(lease(db).empty());
    CHECK(next() == db.clock.now() + 30s);
}

TEST_CASE("leases end by themselves, or all at once at start") {
    TempStore db;
    deliver(db, post(db, "o"), "https://b/inbox", "b");
    CHECK(lease(db).size() == 1);
    CHECK(db->read([&](Reader& r) {
        return deliveries::count(r, db.clock.now()).next;
    }) == db.clock.now() + 60s);
    db.clock.advance(60s);
    CHECK(lease(db).size() == 1);
    write(db, [](Writer& tx) { deliveries::release_leases(tx); });
    CHECK(lease(db).size() == 1);
}

TEST_CASE("deliveries are counted, dead ones stay, done ones go in time") {
    TempStore db;
    for (const char* host : {"b", "c", "d"})
        deliver(db, post(db, host), std::string("https://") + host + "/inbox", host);
    const auto items = lease(db);
    REQUIRE(items.size() == 3);
    write(db, [&](Writer& tx) {
        deliveries::set_done(tx, items[0].id, "202");
        deliveries::set_dead(tx, items[1].id, "410");
        deliveries::set_retry(tx, items[2].id, tx.now() + 5min, std::string(4000, 'x'));
    });
    const auto counts = db->read([&](Reader& r) { return deliveries::count(r, db.clock.now()); });
    CHECK(counts.waiting == 1);
    CHECK(counts.dead == 1);
    CHECK(counts.next == db.clock.now() + 5min);
    db.clock.advance(1h);
    CHECK(write(db, [&](Writer& tx) { return deliveries::drop_done(tx, tx.now(), 10); }) == 1);
    CHECK(write(db, [&](Writer& tx) { return deliveries::drop_done(tx, tx.now(), 10); }) == 0);
    CHECK(db->read([&](Reader& r) { return deliveries::count(r, db.clock.now()).dead; }) == 1);
}

TEST_CASE("leasing stays quick with a long backlog to dead hosts") {
    TempStore db;
    const auto id = post(db, "o");
    for (int chunk = 0; chunk < 20; ++chunk)
        write(db, [&](Writer& tx) {
            for (int i = 0; i < 1000; ++i) {
                const std::string host = "h" + std::to_string(i % 50);
                deliveries::add(
                    tx, {id.value + chunk}, "https://" + host + "/" + std::to_string(i), host
                );
            }
            hosts::Host dead;
            dead.state = "paused";
            dead.next_probe = tx.now() + 24h;
            for (int h = 0; h < 50; ++h) {
                dead.name = "h" + std::to_string(h);
                hosts::put(tx, dead);
            }
        });
    deliver(db, post(db, "new"), "https://healthy/inbox", "healthy");
    const auto started = std::chrono::steady_clock::now();
    const auto items = lease(db);
    const auto took = std::chrono::steady_clock::now() - started;
    REQUIRE(items.size() == 1);
    CHECK(items[0].host == "healthy");
    CHECK(took < 1s);  // milliseconds; generous for sanitizers
}

TEST_CASE("what a host speaks is remembered beside its state") {
    TempStore db;
    write(db, [](Writer& tx) { hosts::set_speaks(tx, "b", "rfc9421"); });
    auto host = db->read([](Reader& r) { return hosts::find(r, "b"); });
    REQUIRE(host);
    CHECK(host->state == "ok");
    CHECK(host->speaks == "rfc9421");
    host->state = "failing";
    host->failures = 2;
    host->failing_since = db.clock.now();
    write(db, [&](Writer& tx) { hosts::put(tx, *host); });
    host = db->read([](Reader& r) { return hosts::find(r, "b"); });
    CHECK(host->speaks == "rfc9421");
    CHECK(host->failing_since == db.clock.now());
    CHECK_FALSE(db->read([](Reader& r) { return hosts::find(r, "c"); }));
}

TEST_CASE("jobs run in order of their time, once per lease, one of a key") {
    TempStore db;
    const auto add = [&](const char* kind, std::chrono::seconds in, std::optional<std::string> key
                     ) {
        return write(db, [&](Writer& tx) {
            return jobs::add(tx, kind, R"({"a":1})", tx.now() + in, key);
        });
    };
    CHECK(add("late", 10s, {}));
    CHECK(add("early", 1s, "k"));
    CHECK_FALSE(add("early", 1s, "k"));
    CHECK(add("early", 20s, {}));
    const auto take = [&] {
        return write(db, [&](Writer& tx) { return jobs::lease(tx, tx.now() + 60s, 10); });
    };
    CHECK(take().empty());
    CHECK(db->read([](Reader& r) { return jobs::next_due(r); }) == db.clock.now() + 1s);
    db.clock.advance(10s);
    auto jobs_due = take();
    REQUIRE(jobs_due.size() == 2);
    CHECK(jobs_due[0].kind == "early");
    CHECK(jobs_due[0].payload == R"({"a":1})");
    CHECK(jobs_due[0].tries == 0);
    CHECK(jobs_due[1].kind == "late");
    CHECK(take().empty());
    write(db, [&](Writer& tx) {
        jobs::set_done(tx, jobs_due[1].id);
        jobs::set_retry(tx, jobs_due[0].id, tx.now() + 1s, "again");
    });
    db.clock.advance(1s);
    jobs_due = take();
    REQUIRE(jobs_due.size() == 1);
    CHECK(jobs_due[0].tries == 1);
    CHECK_FALSE(add("early", 1s, "k"));
    write(db, [&](Writer& tx) { jobs::set_dead(tx, jobs_due[0].id, "gave up"); });
    CHECK(add("early", 1s, "k"));
}

TEST_CASE("a job whose process died is counted as tried and comes back") {
    TempStore db;
    write(db, [](Writer& tx) { jobs::add(tx, "crash", "{}", tx.now()); });
    const auto take = [&] {
        return write(db, [&](Writer& tx) { return jobs::lease(tx, tx.now() + 1h, 10); });
    };
    CHECK(take().size() == 1);
    db.reopen();
    CHECK(take().empty());
    CHECK(db->read([](Reader& r) { return jobs::next_due(r); }) == db.clock.now() + 1h);
    write(db, [](Writer& tx) { jobs::release_leases(tx); });
    const auto again = take();
    REQUIRE(again.size() == 1);
    CHECK(again[0].tries == 1);
}
