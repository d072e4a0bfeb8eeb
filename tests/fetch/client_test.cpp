// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <future>
#include <nlohmann/json.hpp>

#include "tests/fetch/peer.hpp"
#include "tests/support/shared_data.hpp"

namespace outboard::tests {
namespace {

using namespace std::chrono_literals;
using fetch::Exchange;
using fetch::Operator;
using fetch::Untrusted;

fetch::SharedSigner make_signer() {
    return std::make_shared<federation::Signer>(federation::Signer{
        "https://own.example/actor#main-key",
        federation::PrivateKey::generate(federation::KeyKind::Rsa)
    });
}

federation::Request as_request(const Seen& seen) {
    federation::Request request{
        .method = seen.line.substr(0, seen.line.find(' ')), .target = seen.target()
    };
    for (const auto& [name, value] : seen.headers) request.headers.push_back({name, value});
    request.body = seen.body;
    return request;
}

/// Whether the signature on what came over the wire holds, for that host.
std::string check_signed(
    const Seen& seen, const federation::Signer& signer, const std::string& authority, Instant now
) {
    federation::SignaturePolicy policy;
    policy.own_authorities = {authority};
    policy.own_scheme = "http";
    const auto claims = federation::read_signatures(as_request(seen), policy, now);
    if (!claims) return claims.error().shown;
    if (claims->size() != 1) return "not one signature";
    const auto checked = federation::check_signature(claims->front(), signer.key.public_key());
    return checked ? "" : checked.error().shown;
}

}  // namespace

TEST_CASE("a document comes back with its status, headers, body and origin") {
    const auto peer = Peer::answering([](const Seen&) {
        return answer(
            200, "{}", {"Content-Type: application/activity+json", "X-Two:  words here "}
        );
    });
    World world;
    world.resolver->set("peer.example", {{"127.0.0.7"}});
    const auto result = world.fetch(Untrusted{
        .url = peer->url("PEER.example", "/users/ann?x=%2F..%2F#main-key"),
        .exchange = {.headers = {{"Accept", "application/activity+json"}}},
    });
    REQUIRE_MESSAGE(result, result.error().shown);
    CHECK(result->status == 200);
    CHECK(result->body == "{}");
    CHECK(result->header("content-type") == "application/activity+json");
    CHECK(result->header("x-two") == "words here");
    CHECK_FALSE(result->header("absent"));
    CHECK(result->final_url == peer->url("peer.example", "/users/ann?x=%2F..%2F"));
    REQUIRE(peer->requests().size() == 1);
    const Seen seen = peer->requests().front();
    CHECK(seen.line == "GET /users/ann?x=%2F..%2F HTTP/1.1");
    CHECK(seen.header("host") == "peer.example:" + std::to_string(peer->port()));
    CHECK(seen.header("accept") == "application/activity+json");
    CHECK(seen.header("user-agent") == "Outboard/0.1 (+https://own.example/)");
    CHECK(seen.header("cookie").empty());
    CHECK(world.connected() == std::vector<std::string>{"127.0.0.7"});
}

TEST_CASE("an error status is an answer, not an error") {
    const auto peer = Peer::answering([](const Seen&) { return answer(410, "gone"); });
    World world;
    const auto result = world.fetch(peer->url("127.0.0.7", "/x"));
    CHECK(summary(result) == "410");
    CHECK(result->body == "gone");
}

TEST_CASE("a connection is kept and used again") {
    const auto peer = Peer::answering([](const Seen&) { return answer(200, "{}"); });
    World world;
    world.resolver->set("peer.example", {{"127.0.0.7"}});
    for (int i = 0; i < 5; ++i)
        CHECK(summary(world.fetch(peer->url("peer.example", "/" + std::to_string(i)))) == "200");
    CHECK(peer->requests().size() == 5);
    CHECK(peer->connections() == 1);
    CHECK(world.resolver->lookups() == 5);  // asked and checked each time all the same
}

TEST_CASE("a delivery sends its body signed, and follows no redirect") {
    const auto peer = Peer::answering([](const Seen& seen) {
        return seen.target() == "/moved" ? redirect("/inbox", 307) : answer(202, "");
    });
    World world;
    world.resolver->set("peer.example", {{"127.0.0.7"}});
    const auto signer = make_signer();
    const std::string authority = "peer.example:" + std::to_string(peer->port());
    Exchange exchange{
        .method = "POST",
        .headers = {{"Content-Type", "application/activity+json"}},
        .body = R"({"type":"Follow"})",
        .signer = signer
    };
    for (const auto scheme :
         {federation::SignatureScheme::DraftCavage, federation::SignatureScheme::Rfc9421}) {
        exchange.scheme = scheme;
        const auto result =
            world.fetch(Untrusted{.url = peer->url("peer.example", "/inbox"), .exchange = exchange}
            );
        CHECK(summary(result) == "202");
        const Seen seen = peer->requests().back();
        CHECK(seen.line == "POST /inbox HTTP/1.1");
        CHECK(seen.body == R"({"type":"Follow"})");
        CHECK(seen.header("content-type") == "application/activity+json");
        CHECK(seen.header("expect").empty());
        CHECK(check_signed(seen, *signer, authority, world.clock.now()) == "");
    }
    const auto moved =
        world.fetch(Untrusted{.url = peer->url("peer.example", "/moved"), .exchange = exchange});
    CHECK(summary(moved) == "307");
    CHECK(peer->requests().size() == 3);
}

TEST_CASE("each hop is signed anew for its own host, and secrets stay with the first origin") {
    const auto second = Peer::answering([](const Seen&) { return answer(200, "{}"); }, "127.0.0.8");
    const auto first = Peer::answering([&](const Seen& seen) {
        return seen.target() == "/r" ? redirect("/s")
                                     : redirect(second->url("other.example", "/ann"));
    });
    World world({"127.0.0.7", "127.0.0.8"});
    world.resolver->set("peer.example", {{"127.0.0.7"}});
    world.resolver->set("other.example", {{"127.0.0.8"}});
    const auto signer = make_signer();
    const auto result = world.fetch(Untrusted{
        .url = first->url("peer.example", "/r"),
        .exchange =
            {.headers =
                 {{"Accept", "application/activity+json"}, {"Authorization", "Bearer secret"}},
             .signer = signer},
    });
    REQUIRE(summary(result) == "200");
    CHECK(result->final_url == second->url("other.example", "/ann"));
    REQUIRE(first->requests().size() == 2);
    REQUIRE(second->requests().size() == 1);
    const std::string first_authority = "peer.example:" + std::to_string(first->port());
    const std::string second_authority = "other.example:" + std::to_string(second->port());
    const Seen hop1 = first->requests()[0], hop2 = first->requests()[1],
               hop3 = second->requests()[0];
    CHECK(check_signed(hop1, *signer, first_authority, world.clock.now()) == "");
    CHECK(check_signed(hop2, *signer, first_authority, world.clock.now()) == "");
    CHECK(check_signed(hop3, *signer, second_authority, world.clock.now()) == "");
    CHECK(hop1.header("signature") != hop2.header("signature"));
    CHECK(hop2.header("signature") != hop3.header("signature"));
    CHECK(hop2.header("authorization") == "Bearer secret");
    CHECK(hop3.header("authorization").empty());
    CHECK(hop3.header("accept") == "application/activity+json");
}

TEST_CASE("redirects are followed as far as they are safe") {
    const auto forbidden =
        Peer::answering([](const Seen&) { return answer(200, "secret"); }, "127.0.0.1");
    std::string target;
    const auto peer = Peer::answering([&](const Seen& seen) {
        const std::string path = seen.target();
        if (path == "/start") return redirect(target);
        if (path == "/two-targets") return answer(302, "", {"Location: /a", "Location: /b"});
        if (path.starts_with("/hop"))
            return redirect("/hop" + std::to_string(path.back() - '0' + 1));
        return answer(200, "{}");
    });
    World world;  // 127.0.0.7 may be reached, 127.0.0.1 may not
    world.resolver->set("peer.example", {{"127.0.0.7"}});
    world.resolver->set("inside.example", {{"127.0.0.1"}});
    world.resolver->set("mixed.example", {{"127.0.0.7", "127.0.0.1"}});
    const auto via = [&](const std::string& location) {
        target = location;
        return summary(world.fetch(peer->url("peer.example", "/start")));
    };
    CHECK(via("/users/ann") == "200");
    CHECK(via("//peer.example:" + std::to_string(peer->port()) + "/users/ann") == "200");
    CHECK(via("/hop6") == "Forbidden redirect.limit");
    CHECK(via("/start") == "Forbidden redirect.loop");
    CHECK(via(forbidden->url("127.0.0.1", "/")) == "Forbidden address.loopback");
    CHECK(via(forbidden->url("[::ffff:127.0.0.1]", "/")) == "Forbidden address.loopback");
    CHECK(
        via(forbidden->url("localhost", "/")) == "Unavailable"
    );  // the resolver of this test knows no such name
    CHECK(via(forbidden->url("inside.example", "/")) == "Forbidden address.loopback");
    CHECK(via(forbidden->url("mixed.example", "/")) == "Forbidden address.mixed");
    CHECK(via("http://169.254.169.254/latest/meta-data/") == "Forbidden address.private");
    CHECK(via("https://own.example/users/me") == "Forbidden host.own");
    CHECK(via("file:///etc/passwd") == "Forbidden url.scheme");
    CHECK(via("gopher://127.0.0.1:6379/_FLUSHALL") == "Forbidden url.scheme");
    CHECK(summary(world.fetch(peer->url("peer.example", "/two-targets"))) == "Invalid");
    const auto unfollowed = world.fetch(Untrusted{
        .url = peer->url("peer.example", "/hop1"), .exchange = {.follow_redirects = false}
    });
    CHECK(summary(unfollowed) == "302");
    CHECK(forbidden->connections() == 0);
    for (const std::string& address : world.connected()) CHECK(address == "127.0.0.7");
}

TEST_CASE(
    "the redirect chains of the shared corpus end where they should, without a connection elsewhere"
) {
    const auto file = shared_data("security/corpus/urls.json");
    if (!file) return;
    std::vector<std::string> chain;
    const auto peer = Peer::answering([&](const Seen& seen) {
        // Step N of the chain is answered by its Nth target; what is behind it is a document.
        const auto& all = chain;
        if (seen.target() == "/r" && !all.empty()) return redirect(all.front());
        for (std::size_t i = 0; i + 1 < all.size(); ++i)
            if (all[i].ends_with(seen.target())) return redirect(all[i + 1]);
        return answer(200, "{}");
    });
    World world;
    for (const char* name : {"peer.example", "www.peer.example", "evil.example"})
        world.resolver->set(name, {{"127.0.0.7"}});
    const auto here = [&](std::string url) {
        for (const std::string name :
             {"https://peer.example/", "https://www.peer.example/", "https://evil.example/"})
            if (url.starts_with(name))
                url = peer->url(name.substr(8, name.size() - 9), url.substr(name.size() - 1));
        return url;
    };
    int driven = 0;
    const auto corpus = nlohmann::json::parse(read_file(*file));
    for (const auto& one : corpus["cases"]) {
        const std::string id = one["id"];
        // U120 needs https (see the test on downgrades), U129 a raw header (see the guard's test).
        if (one["stage"] != "redirect" || id == "U120" || id == "U129") continue;
        ++driven;
        chain.clear();
        for (const std::string location : one["redirects"]) chain.push_back(here(location));
        const auto result = world.fetch(here(one["url"]));
        INFO(
            id << " " << summary(result) << " "
               << (result ? result->final_url : result.error().shown)
        );
        const bool is_allowed = one["expect"] == "allow";
        if (id == "U128")
            CHECK(
                result->final_url == peer->url("evil.example", "/doc")
            );  // the caller sees whose it is
        else
            CHECK(result.has_value() == is_allowed);
        if (!result) CHECK(result.error().code == Code::Forbidden);
    }
    CHECK(driven >= 12);
    for (const std::string& address : world.connected()) CHECK(address == "127.0.0.7");
}

TEST_CASE(
    "every address of the corpus meets the client as it meets the guard, and no socket is opened "
    "to a forbidden one"
) {
    const auto file = shared_data("security/corpus/urls.json");
    if (!file) return;
    const auto forbidden =
        Peer::answering([](const Seen&) { return answer(200, ""); }, "127.0.0.1");
    const auto corpus = nlohmann::json::parse(read_file(*file));
    for (const auto& one : corpus["cases"]) {
        if (one["stage"] == "redirect" || one["stage"] == "follow-link") continue;
        World world(std::vector<std::string>{});  // a node in life
        std::vector<std::vector<std::string>> sets;
        if (one.contains("dns"))
            sets = one["dns"].front().is_string() ? decltype(sets){one["dns"]}
                                                  : one["dns"].get<decltype(sets)>();
        std::string host = one["url"];
        if (!sets.empty()) {
            const auto url = world.client->guard().check_url(host);
            REQUIRE(url);
            world.resolver->set(std::string(url->host()), sets);
        }
        INFO(one["id"].get<std::string>() << " " << one["why"].get<std::string>());
        // Once per answer set: the last one decides what the case expects.
        Result<fetch::Answer> result = fail(Code::Internal, "not run");
        const auto begun = std::chrono::steady_clock::now();
        for (std::size_t i = 0; i < std::max<std::size_t>(sets.size(), 1); ++i)
            result = world.fetch(one["url"].get<std::string>());
        CHECK(std::chrono::steady_clock::now() - begun < 2s);
        REQUIRE_FALSE(result);
        if (one["expect"] == "refuse") {
            CHECK(result.error().code == Code::Forbidden);
            if (one["stage"] == "parse") CHECK(world.resolver->lookups() == 0);
            for (const std::string& address : world.connected()) CHECK(address == "93.184.215.14");
        } else {
            CHECK(
                result.error().code == Code::Unavailable
            );  // on_connect refuses what is not loopback
            const auto tried = world.connected();
            REQUIRE_FALSE(tried.empty());
            for (const std::string& address : tried)
                CHECK(std::ranges::find(sets.back(), address) != sets.back().end());
        }
    }
    CHECK(corpus["cases"].size() >= 158);
    CHECK(forbidden->connections() == 0);
}

TEST_CASE("a name that changes its address between check and connection leads nowhere") {
    const auto forbidden =
        Peer::answering([](const Seen&) { return answer(200, "secret"); }, "127.0.0.1");
    const auto peer = Peer::answering([](const Seen&) { return answer(200, "{}"); });
    World world;
    world.resolver->set("peer.example", {{"127.0.0.7"}, {"127.0.0.1"}});
    const std::string path = ":" + std::to_string(forbidden->port()) + "/";
    CHECK(
        summary(world.fetch("http://peer.example" + path)) == "Unavailable"
    );  // nothing listens there on 127.0.0.7
    CHECK(summary(world.fetch("http://peer.example" + path)) == "Forbidden address.loopback");
    CHECK(world.resolver->lookups() == 2);  // one each
    SUBCASE("also when a connection to the old address is at hand") {
        World again;
        again.resolver->set("peer.example", {{"127.0.0.7"}, {"169.254.169.254"}});
        CHECK(summary(again.fetch(peer->url("peer.example", "/"))) == "200");
        CHECK(summary(again.fetch(peer->url("peer.example", "/"))) == "Forbidden address.private");
        CHECK(peer->requests().size() == 1);
    }
    CHECK(forbidden->connections() == 0);
}

TEST_CASE("when the first address is dead the next one is tried") {
    const auto peer = Peer::answering([](const Seen&) { return answer(200, "{}"); }, "127.0.0.7");
    World world({"127.0.0.7", "127.0.0.9"});
    world.resolver->set("peer.example", {{"127.0.0.9", "127.0.0.7"}});
    CHECK(summary(world.fetch(peer->url("peer.example", "/"))) == "200");
    CHECK(world.connected() == std::vector<std::string>{"127.0.0.9", "127.0.0.7"});
}

TEST_CASE("variables that name a proxy are not looked at") {
    const auto proxy =
        Peer::answering([](const Seen&) { return answer(200, "proxied"); }, "127.0.0.1");
    const auto peer = Peer::answering([](const Seen&) { return answer(200, "direct"); });
    const std::string url = proxy->url("127.0.0.1", "");
    for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"})
        setenv(name, url.c_str(), 1);
    World world;
    const auto result = world.fetch(peer->url("127.0.0.7", "/"));
    for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"}) unsetenv(name);
    REQUIRE(result);
    CHECK(result->body == "direct");
    CHECK(proxy->connections() == 0);
}

TEST_CASE("an operator's endpoint may be anywhere, and its redirects are not followed") {
    const auto peer = Peer::answering(
        [](const Seen& seen) {
            return seen.target() == "/r" ? redirect("/x") : answer(200, "stored");
        },
        "127.0.0.1"
    );
    World world(std::vector<std::string>{});  // a node in life: nothing on loopback for strangers
    CHECK(summary(world.fetch(peer->url("127.0.0.1", "/"))) == "Forbidden url.scheme");
    CHECK(summary(world.fetch_operator(Operator{.url = peer->url("127.0.0.1", "/")})) == "200");
    CHECK(summary(world.fetch_operator(Operator{.url = peer->url("127.0.0.1", "/r")})) == "302");
    CHECK(summary(world.fetch_operator(Operator{.url = "file:///etc/passwd"})) == "Invalid");
    CHECK(peer->requests().size() == 2);
}

TEST_CASE("a request that would smuggle a header is not sent") {
    const auto peer = Peer::answering([](const Seen&) { return answer(200, ""); });
    World world;
    const std::string url = peer->url("127.0.0.7", "/");
    CHECK(
        summary(world.fetch(Untrusted{.url = url, .exchange = {.headers = {{"X", "a\r\nY: b"}}}})
        ) == "Invalid"
    );
    CHECK(
        summary(world.fetch(Untrusted{.url = url, .exchange = {.headers = {{"X: a\r\nY", "b"}}}})
        ) == "Invalid"
    );
    CHECK(
        summary(world.fetch(Untrusted{.url = url, .exchange = {.method = "GET / HTTP/1.1\r\n"}})) ==
        "Invalid"
    );
    CHECK(peer->connections() == 0);
}

TEST_CASE("a host that fails three times is left alone for a while, deliveries aside") {
    World world;
    world.resolver->set("dead.example", {{"127.0.0.7"}});
    std::uint16_t port = 0;
    {
        port = Peer("127.0.0.7", nullptr).port();  // free again at once
    }
    const std::string url = "http://dead.example:" + std::to_string(port) + "/";
    for (int i = 0; i < 3; ++i) CHECK(summary(world.fetch(url)) == "Unavailable");
    const auto tried = world.connected().size();
    const auto paused = world.fetch(url);
    REQUIRE_FALSE(paused);
    CHECK(paused.error().shown.starts_with("host paused"));
    CHECK(world.connected().size() == tried);
    const auto posted =
        world.fetch(Untrusted{.url = url, .exchange = {.method = "POST", .body = "{}"}});
    CHECK(summary(posted) == "Unavailable");
    CHECK(world.connected().size() == tried + 1);
    world.clock.advance(31s);
    CHECK(summary(world.fetch(url)) == "Unavailable");
    CHECK(world.connected().size() == tried + 2);  // the probe
}

TEST_CASE("two requests at most are under way to one host, and a full queue says so at once") {
    std::atomic<int> now{0}, most{0};
    const auto peer = Peer::scripted([&](Connection& connection) {
        while (connection.read_request()) {
            most = std::max<int>(most, ++now);
            connection.wait(20ms);
            --now;
            if (!connection.write(answer(200, ""))) return;
        }
    });
    World world({"127.0.0.7"}, [](fetch::ClientSettings& settings) { settings.queue = 10; });
    std::vector<std::future<std::string>> results;
    for (int i = 0; i < 14; ++i) {
        auto promise = std::make_shared<std::promise<std::string>>();
        results.push_back(promise->get_future());
        world.client->send(
            Untrusted{.url = peer->url("127.0.0.7", "/" + std::to_string(i))},
            [promise](Result<fetch::Answer> result) { promise->set_value(summary(result)); }
        );
    }
    std::map<std::string, int> counts;
    for (auto& result : results) {
        REQUIRE(result.wait_for(5s) == std::future_status::ready);
        ++counts[result.get()];
    }
    CHECK(counts["200"] >= 10);
    CHECK(counts["RateLimited"] >= 1);
    CHECK(counts["200"] + counts["RateLimited"] == 14);
    CHECK(most == 2);
}

TEST_CASE("the client that goes away answers everything that is left, once") {
    const auto silent = Peer::scripted([](Connection& connection) { connection.wait(10s); });
    std::atomic<int> calls{0}, unavailable{0};
    {
        World world;
        for (int i = 0; i < 20; ++i)
            world.client->send(
                Untrusted{.url = silent->url("127.0.0.7", "/" + std::to_string(i))},
                [&](Result<fetch::Answer> result) {
                    ++calls;
                    if (!result && result.error().code == Code::Unavailable) ++unavailable;
                }
            );
        for (int i = 0; i < 200 && silent->connections() < 2; ++i)
            std::this_thread::sleep_for(10ms);
    }
    CHECK(calls == 20);
    CHECK(unavailable == 20);
}

}  // namespace outboard::tests
