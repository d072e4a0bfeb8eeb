// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "src/fetch/guard.hpp"
#include "tests/support/shared_data.hpp"

namespace outboard::tests {
namespace {

using fetch::Guard;
using fetch::GuardSettings;

Guard public_guard() { return Guard(GuardSettings{.own_hosts = {"own.example"}}); }

Guard test_guard(std::vector<std::string> networks, bool only_allowed = false) {
    GuardSettings settings{.allow_http = true};
    for (const std::string& text : networks)
        settings.allow_addresses.push_back(*fetch::parse_network(text));
    settings.only_allowed = only_allowed;
    settings.own_hosts = {"localhost:9101"};
    return Guard(std::move(settings));
}

struct Case {
    const char* url;
    std::vector<std::string> answers;
    const char* verdict;
};

}  // namespace

TEST_CASE("a node in life fetches public names over https only, and says why not in one stable code"
) {
    const Guard guard = public_guard();
    const std::vector<Case> cases = {
        {"https://peer.example/users/ann", {}, "allow"},
        {"https://peer.example/users/ann", {"93.184.215.14"}, "allow"},
        {"https://PEER.example:443/users/ann#main-key", {"93.184.215.14"}, "allow"},
        {"https://peer.example:8443/", {"2606:2800:21f:cb07:6820:80da:af6b:8b2c"}, "allow"},
        {"https://bücher.example/", {}, "allow"},
        {"http://peer.example/", {}, "refuse url.scheme"},
        {"gopher://peer.example:70/_x", {}, "refuse url.scheme"},
        {"did:web:peer.example", {}, "refuse url.scheme"},
        {"//peer.example/", {}, "refuse url.malformed"},
        {"", {}, "refuse url.malformed"},
        {"https://user:pass@peer.example/", {}, "refuse url.userinfo"},
        {"https://peer.example@127.0.0.1/", {}, "refuse url.userinfo"},
        {"https:///users/a", {}, "refuse host.malformed"},
        {"https://peer..example/", {}, "refuse host.malformed"},
        {"https://-peer.example/", {}, "refuse host.malformed"},
        {"https://peer.example:0/", {}, "refuse url.port"},
        {"https://peer.example:99999/", {}, "refuse url.port"},
        {"https://peer.example:22/", {}, "refuse url.port"},
        {"https://peer.example:80/", {}, "refuse url.port"},
        {"https://peer.example:1023/", {}, "refuse url.port"},
        {"https://peer.example:1024/", {}, "allow"},
        {"https://peer.example:6379/", {}, "refuse url.port"},
        {"https://peer.example:5432/", {}, "refuse url.port"},
        {"https://peer.example:27018/", {}, "refuse url.port"},
        {"https://peer.example:65535/", {}, "allow"},
        {"https://127.0.0.1/", {}, "refuse address.loopback"},
        {"https://10.1.2.3/", {}, "refuse address.private"},
        {"https://[::ffff:10.0.0.1]/", {}, "refuse address.private"},
        {"https://93.184.215.14/", {}, "refuse host.literal"},
        {"https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/", {}, "refuse host.literal"},
        {"https://2130706433/", {}, "refuse host.literal"},
        {"https://0x7f.1/", {}, "refuse host.literal"},
        {"https://localhost/", {}, "refuse host.reserved"},
        {"https://a.localhost/", {}, "refuse host.reserved"},
        {"https://x.test/", {}, "refuse host.reserved"},
        {"https://db.internal/", {}, "refuse host.reserved"},
        {"https://internal.example/", {}, "allow"},
        {"https://notlocalhost.example/", {}, "allow"},
        {"https://metadata/", {}, "refuse host.single_label"},
        {"https://own.example/users/me", {}, "refuse host.own"},
        {"https://OWN.example:8443/", {}, "refuse host.own"},
        {"https://not-own.example/", {}, "allow"},
        {"https://peer.example/", {"127.0.0.1"}, "refuse address.loopback"},
        {"https://peer.example/", {"0.0.0.0"}, "refuse address.reserved"},
        {"https://peer.example/", {"::"}, "refuse address.reserved"},
        {"https://peer.example/", {"93.184.215.14", "10.0.0.5"}, "refuse address.mixed"},
        {"https://peer.example/", {"10.0.0.5", "127.0.0.1"}, "refuse address.private"},
        {"https://peer.example/", {"nonsense"}, "refuse address.malformed"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.url);
        CHECK(fetch::decide(guard, one.url, one.answers) == one.verdict);
    }
    CHECK(
        fetch::decide(guard, "https://peer.example/" + std::string(2048, 'a'), {}) ==
        "refuse url.too_long"
    );
}

TEST_CASE("only global unicast is reached, whatever form an address hides in") {
    const std::vector<std::pair<const char*, const char*>> refused = {
        {"0.1.2.3", "address.reserved"},
        {"10.255.255.255", "address.private"},
        {"100.64.0.0", "address.private"},
        {"100.127.255.255", "address.private"},
        {"127.255.255.254", "address.loopback"},
        {"169.254.169.254", "address.private"},
        {"172.16.0.0", "address.private"},
        {"172.31.255.255", "address.private"},
        {"192.0.0.8", "address.reserved"},
        {"192.0.2.1", "address.reserved"},
        {"192.168.255.255", "address.private"},
        {"198.18.0.1", "address.private"},
        {"198.19.255.255", "address.private"},
        {"198.51.100.1", "address.reserved"},
        {"203.0.113.255", "address.reserved"},
        {"224.0.0.1", "address.reserved"},
        {"239.255.255.255", "address.reserved"},
        {"240.0.0.1", "address.reserved"},
        {"255.255.255.255", "address.reserved"},
        {"::", "address.reserved"},
        {"::1", "address.loopback"},
        {"::127.0.0.1", "address.loopback"},
        {"::8.8.8.8", "address.reserved"},
        {"::ffff:127.0.0.1", "address.loopback"},
        {"::ffff:7f00:1", "address.loopback"},
        {"64:ff9b::7f00:1", "address.loopback"},
        {"64:ff9b::a9fe:a9fe", "address.private"},
        {"64:ff9b:1::1", "address.reserved"},
        {"64:ff9b:1::808:808", "address.reserved"},
        {"100::1", "address.reserved"},
        {"2001:0:53aa:64c:0:fffe:80ff:fffe", "address.reserved"},
        {"2001:2::1", "address.reserved"},
        {"2001:20::1", "address.reserved"},
        {"2001:1ff:ffff::1", "address.reserved"},
        {"2001:db8::1", "address.reserved"},
        {"2002:7f00:1::", "address.loopback"},
        {"2002:c0a8:101::1", "address.private"},
        {"3fff:fff::1", "address.reserved"},
        {"4000::1", "address.reserved"},
        {"5f00::1", "address.reserved"},
        {"1fff::1", "address.reserved"},
        {"fc00::1", "address.private"},
        {"fdff::1", "address.private"},
        {"fe80::1", "address.private"},
        {"fec0::1", "address.private"},
        {"ff02::1", "address.reserved"},
    };
    const Guard guard = public_guard();
    for (const auto& [text, code] : refused) {
        CAPTURE(text);
        const auto address = fetch::parse_address(text);
        REQUIRE(address);
        const auto checked = guard.check_address(*address);
        REQUIRE_FALSE(checked);
        CHECK(checked.error().code == Code::Forbidden);
        CHECK(fetch::refusal_code(checked.error()) == code);
    }
    for (const char* text :
         {"1.0.0.0",       "9.255.255.255",        "11.0.0.1",         "100.63.255.255",
          "100.128.0.1",   "126.255.255.255",      "128.0.0.1",        "169.253.0.1",
          "169.255.0.1",   "172.15.255.255",       "172.32.0.1",       "192.0.1.1",
          "192.167.0.1",   "198.17.0.1",           "198.20.0.1",       "223.255.255.255",
          "2001:200::1",   "2001:4860:4860::8888", "2600::1",          "2a00::1",
          "2001:db9::1",   "3ffe:ffff::1",         "64:ff9b::808:808", "2002:808:808::1",
          "::ffff:8.8.8.8"}) {
        CAPTURE(text);
        CHECK(guard.check_address(*fetch::parse_address(text)));
    }
}

TEST_CASE("an address is read in its plain spelling only") {
    for (const char* text :
         {"",
          "127.1",
          "2130706433",
          "0x7f.0.0.1",
          "0177.0.0.1",
          "127.0.0.1.",
          "127.0.0.1 ",
          " 127.0.0.1",
          "[::1]",
          "fe80::1%eth0",
          "1.2.3.4.5",
          "256.0.0.1",
          ":::1",
          "1.2.3"})
        CHECK_FALSE_MESSAGE(fetch::parse_address(text), text);
    using namespace std::string_view_literals;
    CHECK_FALSE(fetch::parse_address("127.0.0.1\0.example"sv));
    CHECK(fetch::parse_address("127.0.0.1")->str() == "127.0.0.1");
    CHECK(fetch::parse_address("::ffff:127.0.0.1")->str() == "127.0.0.1");
    CHECK(fetch::parse_address("0:0:0:0:0:0:0:1")->str() == "::1");
}

TEST_CASE("a list of test networks names networks and cannot switch the check off") {
    const auto loopback = fetch::parse_network("127.0.0.0/8");
    REQUIRE(loopback);
    CHECK(loopback->contains(*fetch::parse_address("127.255.0.1")));
    CHECK_FALSE(loopback->contains(*fetch::parse_address("126.0.0.1")));
    CHECK_FALSE(loopback->contains(*fetch::parse_address("::1")));
    const auto odd = fetch::parse_network("172.16.0.0/12");
    CHECK(odd->contains(*fetch::parse_address("172.31.0.1")));
    CHECK_FALSE(odd->contains(*fetch::parse_address("172.32.0.1")));
    CHECK(fetch::parse_network("::1")->contains(*fetch::parse_address("::1")));
    CHECK(fetch::parse_network("fc00::/7"));
    for (const char* text :
         {"0.0.0.0/0",
          "0.0.0.0/7",
          "::/0",
          "::/8",
          "::ffff:0.0.0.0/95",
          "10.0.0.0/33",
          "::1/129",
          "10.0.0.0/",
          "10.0.0.0/8x",
          "10.0.0.0/-1",
          "localhost",
          "",
          "/8"})
        CHECK_FALSE_MESSAGE(fetch::parse_network(text), text);
}

TEST_CASE("the test switch opens its networks, on any port and by any name, and nothing else") {
    const Guard guard = test_guard({"127.0.0.0/8", "::1/128"});
    const std::vector<Case> cases = {
        {"http://localhost:9102/users/bob", {}, "allow"},
        {"http://localhost:9102/users/bob", {"::1", "127.0.0.1"}, "allow"},
        {"http://localhost:22/", {"127.0.0.1"}, "allow"},
        {"https://a.test/", {"127.0.7.1"}, "allow"},
        {"http://127.0.0.1:9102/", {}, "allow"},
        {"http://[::1]:9102/", {}, "allow"},
        {"http://127.1:9102/", {}, "refuse host.literal"},
        {"http://10.0.0.1:9102/", {}, "refuse address.private"},
        {"http://localhost:9101/users/me", {}, "refuse host.own"},
        {"http://peer.example/", {"93.184.215.14"}, "allow"},
        {"http://peer.example:22/", {"93.184.215.14"}, "refuse url.port"},
        {"http://peer.example:22/", {}, "refuse url.port"},
        {"http://peer.example:22/", {"127.0.0.1"}, "allow"},
        {"https://a.test/", {"93.184.215.14"}, "refuse host.reserved"},
        {"https://a.test/", {"10.0.0.1"}, "refuse address.private"},
        {"https://peer.example/", {"127.0.0.1", "10.0.0.1"}, "refuse address.mixed"},
        {"https://peer.example/", {"64:ff9b::7f00:1"}, "refuse address.loopback"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.url);
        CHECK(fetch::decide(guard, one.url, one.answers) == one.verdict);
    }
    SUBCASE("localhost uses the allowed one of its two families") {
        const Guard v4 = test_guard({"127.0.0.0/8"});
        const auto url = v4.check_url("http://localhost:9102/");
        const auto addresses = v4.check_resolved(
            *url, {*fetch::parse_address("::1"), *fetch::parse_address("127.0.0.1")}
        );
        REQUIRE(addresses);
        REQUIRE(addresses->size() == 1);
        CHECK(addresses->front().str() == "127.0.0.1");
    }
    SUBCASE("a trial node reaches nothing but them") {
        const Guard trial = test_guard({"127.0.0.0/8"}, /*only_allowed=*/true);
        CHECK(fetch::decide(trial, "http://localhost:9102/", {"127.0.0.1"}) == "allow");
        CHECK(
            fetch::decide(trial, "https://peer.example/", {"93.184.215.14"}) ==
            "refuse address.not_allowed"
        );
    }
}

TEST_CASE("each hop of a redirect is a new full check") {
    const Guard guard = public_guard();
    const auto from = *guard.check_url("https://peer.example/a/b?c");
    const auto code = [&](std::string_view location) {
        const auto next = guard.check_redirect(from, location);
        return next ? next->str() : std::string(fetch::refusal_code(next.error()));
    };
    CHECK(code("/x") == "https://peer.example/x");
    CHECK(code("x") == "https://peer.example/a/x");
    CHECK(code("//www.peer.example/x") == "https://www.peer.example/x");
    CHECK(code("https://www.peer.example/x") == "https://www.peer.example/x");
    CHECK(code("http://peer.example/x") == "redirect.downgrade");
    CHECK(code("file:///etc/passwd") == "url.scheme");
    CHECK(code("data:text/plain,x") == "url.scheme");
    CHECK(code("//169.254.169.254/latest") == "address.private");
    CHECK(code("https://127.0.0.1/") == "address.loopback");
    CHECK(code("https://peer.example@10.0.0.1/") == "url.userinfo");
    CHECK(code("https://peer.example:6379/") == "url.port");
    CHECK(code("https://own.example/") == "host.own");
    CHECK(code("") == "redirect.target");
    CHECK(code("https://peer.example/x\r\nSet-Cookie: a=b") == "redirect.target");
    CHECK(code("\\\\evil.example") == "redirect.target");
}

TEST_CASE("a chain of redirects ends after three hops and never comes back") {
    const Guard guard = public_guard();
    const auto follow = [&](const std::vector<std::string>& locations) {
        fetch::Redirects redirects(guard, *guard.check_url("https://peer.example/r"));
        std::string last;
        for (const std::string& location : locations) {
            const auto next = redirects.follow(location);
            if (!next) return std::string(fetch::refusal_code(next.error()));
            last = next->str();
        }
        return last;
    };
    CHECK(follow({"/1", "/2", "/3"}) == "https://peer.example/3");
    CHECK(follow({"/1", "/2", "/3", "/4"}) == "redirect.limit");
    CHECK(follow({"/r"}) == "redirect.loop");
    CHECK(follow({"#fragment"}) == "redirect.loop");
    CHECK(follow({"https://PEER.example:443/r"}) == "redirect.loop");
    CHECK(follow({"/s", "/r"}) == "redirect.loop");
}

namespace {

/// The answer sets of a corpus case: one list, or one per lookup.
std::vector<std::vector<std::string>> answer_sets(const nlohmann::json& one) {
    if (!one.contains("dns") || one["dns"].empty()) return {};
    if (one["dns"].front().is_string()) return {one["dns"].get<std::vector<std::string>>()};
    return one["dns"].get<std::vector<std::vector<std::string>>>();
}

/// What the guard and the rule about a document's origin make of a case: empty when all of it may
/// be fetched and used.
std::string judge(const Guard& guard, const nlohmann::json& one) {
    const std::string url = one["url"];
    const auto sets = answer_sets(one);
    if (sets.empty()) {
        if (const auto verdict = fetch::decide(guard, url, {}); verdict != "allow") return verdict;
    }
    for (const auto& answers : sets)
        if (const auto verdict = fetch::decide(guard, url, answers); verdict != "allow")
            return verdict;
    if (!one.contains("redirects")) return {};
    const auto first = guard.check_url(url);
    fetch::Redirects redirects(guard, *first);
    auto last = *first;
    for (const std::string location : one["redirects"]) {
        const auto next = redirects.follow(location);
        if (!next) return "refuse " + std::string(fetch::refusal_code(next.error()));
        last = *next;
    }
    // U128, U131: what was fetched belongs to where it came from. U154 goes to a host that the
    // document names itself.
    const bool is_canonical = one["id"] == "U154";
    return is_canonical || federation::same_origin(*first, last) ? "" : "another origin";
}

}  // namespace

TEST_CASE("every address of the shared corpus is judged as it says") {
    const auto file = shared_data("security/corpus/urls.json");
    if (!file) return;
    const auto corpus = nlohmann::json::parse(read_file(*file));
    const Guard guard = public_guard();
    int seen = 0;
    for (const auto& one : corpus["cases"]) {
        ++seen;
        const std::string verdict = judge(guard, one);
        INFO(
            one["id"].get<std::string>() << " " << one["why"].get<std::string>() << ": " << verdict
        );
        CHECK(verdict.empty() == (one["expect"] == "allow"));
    }
    CHECK(seen >= 158);
}

}  // namespace outboard::tests
