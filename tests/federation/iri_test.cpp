// SPDX-License-Identifier: Apache-2.0
#include "federation/iri.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_set>

#include "tests/support/shared_data.hpp"

using namespace outboard;
using federation::Iri;

namespace {

std::string normal(std::string_view text) {
    const auto iri = Iri::parse(text);
    return iri ? iri->str() : "refused: " + iri.error().shown;
}

std::string resolved(const char* base, std::string_view reference) {
    const auto iri = Iri::parse(base)->resolve(reference);
    return iri ? iri->str() : "refused: " + iri.error().shown;
}

}  // namespace

TEST_CASE("an address has one normal form") {
    CHECK(normal("https://peer.example/users/ann") == "https://peer.example/users/ann");
    CHECK(normal("HTTPS://PEER.Example/Users/Ann") == "https://peer.example/Users/Ann");
    CHECK(normal("https://other_peer.example/") == "https://other_peer.example/");
    CHECK(normal("https://peer.example:443/a") == "https://peer.example/a");
    CHECK(normal("http://peer.example:80") == "http://peer.example/");
    CHECK(normal("http://peer.example:443/") == "http://peer.example:443/");
    CHECK(normal("https://peer.example:08443/") == "https://peer.example:8443/");
    CHECK(normal("https://peer.example") == "https://peer.example/");
    CHECK(normal("https://peer.example?a=b") == "https://peer.example/?a=b");
    CHECK(normal("https://peer.example#k") == "https://peer.example/#k");
    CHECK(
        normal("https://peer.example/a%20b?x=%2F..%2f") == "https://peer.example/a%20b?x=%2F..%2f"
    );
    CHECK(normal("https://peer.example/\u65e5\u672c") == "https://peer.example/%E6%97%A5%E6%9C%AC");
    CHECK(
        normal("https://peer.example/a<b>\"c\"|{d}") ==
        "https://peer.example/a%3Cb%3E%22c%22%7C%7Bd%7D"
    );
    CHECK(normal("https://peer.example/./a/../b") == "https://peer.example/./a/../b");
    CHECK(normal("https://b\u00fccher.example/") == "https://xn--bcher-kva.example/");
    CHECK(normal("https://B\u00dcCHER.example/") == "https://xn--bcher-kva.example/");
    CHECK(normal("https://XN--BCHER-KVA.example/") == "https://xn--bcher-kva.example/");
    CHECK(normal("https://fa\u00df.example/") == "https://xn--fa-hia.example/");
}

TEST_CASE("the parts of an address") {
    const auto iri = Iri::parse("https://Peer.example:8443/a/b?c=d&e#f").value();
    CHECK(iri.scheme() == "https");
    CHECK(iri.host() == "peer.example");
    CHECK(iri.port() == 8443);
    CHECK(iri.authority() == "peer.example:8443");
    CHECK(iri.origin() == "https://peer.example:8443");
    CHECK(iri.path() == "/a/b");
    CHECK(iri.target() == "/a/b?c=d&e");
    CHECK(iri.fragment() == "f");
    CHECK(iri.is_http());
    CHECK(iri.without_fragment().str() == "https://peer.example:8443/a/b?c=d&e");
    CHECK(iri.without_fragment().fragment().empty());
    CHECK(Iri::parse("https://a.example")->target() == "/");
    CHECK(Iri::parse("https://a.example")->port() == 443);
    CHECK(Iri::parse("http://a.example")->port() == 80);
    CHECK(Iri::parse("https://a.example/x?q#f?g")->target() == "/x?q");
    CHECK(Iri::parse("https://a.example/x#f?g")->target() == "/x");
    const std::unordered_set<Iri> set = {iri, iri};
    CHECK(set.size() == 1);
}

TEST_CASE("one origin is scheme, host and port") {
    const auto same = [](const char* a, const char* b) {
        return federation::same_origin(Iri::parse(a).value(), Iri::parse(b).value());
    };
    CHECK(same("https://a.example/1", "https://A.example:443/2#x"));
    CHECK_FALSE(same("https://a.example/", "http://a.example/"));
    CHECK_FALSE(same("https://a.example/", "https://a.example:8443/"));
    CHECK_FALSE(same("https://a.example/", "https://b.a.example/"));
}

TEST_CASE("addresses of nodes are strict dotted quads or bracketed IPv6") {
    const auto iri = Iri::parse("http://127.0.0.1:9101/users/ann").value();
    CHECK(iri.host() == "127.0.0.1");
    CHECK(iri.authority() == "127.0.0.1:9101");
    CHECK(normal("http://[::1]:9101/x") == "http://[::1]:9101/x");
    CHECK(normal("https://[0:0:0:0:0:0:0:1]/x") == "https://[::1]/x");
    CHECK(normal("https://[2001:DB8::00A]/x") == "https://[2001:db8::a]/x");
    CHECK(Iri::parse("https://[2001:db8::a]/x")->host() == "2001:db8::a");
    for (const char* text :
         {"https://127.1/x",
          "https://2130706433/x",
          "https://0x7f000001/x",
          "https://0x7f.0.0.1/x",
          "https://0177.0.0.1/x",
          "https://017700000001/x",
          "https://127.0.0.1./x",
          "https://0/x",
          "https://0x/x",
          "https://256.1.1.1/x",
          "https://1.2.3.4.5/x",
          "https://1.2.3/x",
          "https://a.b.c.4/x",
          "https://1..2.3/x",
          "https://\uff11\uff12\uff17.0.0.1/x",
          "https://127.0.0.1%00.peer.example/x",
          "https://[fe80::1%25eth0]/x",
          "https://[::1/x",
          "https://[]/x",
          "https://[v1.a]/x",
          "https://[127.0.0.1]/x",
          "https://[::1]x/",
          "https://[::ffff:0177.0.0.1]/x",
          "https://::1/x"}) {
        CAPTURE(text);
        CHECK(normal(text).starts_with("refused: Malformed address: "));
    }
}

TEST_CASE("malformed addresses are refused by their fault") {
    const std::pair<std::string, const char*> cases[] = {
        {"", "empty"},
        {"https://peer.example/" + std::string(2100, 'a'), "longer than 2,048 bytes"},
        {"https://peer.example/\xFF", "not UTF-8"},
        {"https://peer.example/a\nb", "control character"},
        {"https://peer.example/a b", "space"},
        {"https://peer.example\\a", "backslash"},
        {"/users/a", "no scheme"},
        {"//peer.example/a", "no scheme"},
        {"https", "no scheme"},
        {":x", "no scheme"},
        {"https:peer.example", "no authority"},
        {"https:/peer.example", "no authority"},
        {"https:///a", "no host"},
        {"https://:443/", "no host"},
        {"https://a@peer.example/", "user information"},
        {"https://peer.example#@evil.example/", "an at sign after a host without a path"},
        {"https://peer.example:/", "port is not a number"},
        {"https://peer.example:1:2/", "port is not a number"},
        {"https://peer.example:000443/", "port is not a number"},
        {"https://peer.example:0/", "port out of range"},
        {"https://peer.example:65536/", "port out of range"},
        {"https://peer.example./", "host ends with a dot"},
        {"https://./", "host ends with a dot"},
        {"https://.example/", "host has an empty label"},
        {"https://a!b.example/", "character not allowed in host"},
        {"https://a%62.example/", "percent in host"},
        {"https://a-.example/", "host label at a hyphen"},
        {"https://xn--a-.example/", "host label at a hyphen"},
        {"https://xn--abc.example/", "host has broken punycode"},
        {"javascript:alert(1)", "unknown scheme"},
        {"data:text/html,x", "unknown scheme"},
        {"file:///etc/passwd", "unknown scheme"},
        {"did:", "nothing after the scheme"},
    };
    for (const auto& [text, fault] : cases) {
        CAPTURE(text);
        CHECK(normal(text) == std::string("refused: Malformed address: ") + fault);
    }
}

TEST_CASE("hosts that some spelling maps to another one are refused") {
    for (const char* text :
         {"https://\u24d5\u24de\u24de.example/",
          "https://peer.example\u3002evil.example/",
          "https://peer.example\uff0fevil.example/",
          "https://peer\uff0eexample/",
          "https://\u212Aelvin.example/",
          "https://\u0130x.example/",
          "https://a\u00ADb.example/",
          "https://a\u200Bb.example/",
          "https://a\u200Db.example/",
          "https://e\u0301.example/",
          "https://\u0301a.example/",
          "https://\u2764.example/",
          "https://xn--.example/",
          "https://xn--a.example/",
          "https://xn--99999.example/",
          "https://xn--ls8h.example/"}) {
        CAPTURE(text);
        CHECK(normal(text).starts_with("refused: Malformed address: host "));
    }
}

TEST_CASE("identifiers without a host are kept as text with an origin of their own") {
    const auto did =
        Iri::parse("did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2#main").value();
    CHECK_FALSE(did.is_http());
    CHECK(did.host().empty());
    CHECK(did.authority().empty());
    CHECK(did.port() == 0);
    CHECK(did.target() == "/");
    CHECK(did.origin() == "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2");
    CHECK(did.fragment() == "main");
    CHECK(Iri::parse("ap://did:key:z6Mk1/actor?x")->origin() == "ap://did:key:z6Mk1");
    CHECK(
        Iri::parse("urn:uuid:5a3b7a0e-0000-4000-8000-000000000000")->origin() ==
        "urn:uuid:5a3b7a0e-0000-4000-8000-000000000000"
    );
    CHECK(Iri::parse("tag:peer.example,2026:x")->str() == "tag:peer.example,2026:x");
    CHECK(Iri::parse("acct:ann@peer.example")->str() == "acct:ann@peer.example");
    CHECK_FALSE(did.resolve("/x"));
}

TEST_CASE("references resolve as in RFC 3986 section 5.4") {
    const char* base = "http://a.example/b/c/d;p?q";
    const std::pair<const char*, const char*> cases[] = {
        {"g", "http://a.example/b/c/g"},
        {"./g", "http://a.example/b/c/g"},
        {"g/", "http://a.example/b/c/g/"},
        {"/g", "http://a.example/g"},
        {"//g.example", "http://g.example/"},
        {"?y", "http://a.example/b/c/d;p?y"},
        {"g?y", "http://a.example/b/c/g?y"},
        {"#s", "http://a.example/b/c/d;p?q#s"},
        {"g#s", "http://a.example/b/c/g#s"},
        {";x", "http://a.example/b/c/;x"},
        {"", "http://a.example/b/c/d;p?q"},
        {".", "http://a.example/b/c/"},
        {"..", "http://a.example/b/"},
        {"../g", "http://a.example/b/g"},
        {"../..", "http://a.example/"},
        {"../../../g", "http://a.example/g"},
        {"/./g", "http://a.example/g"},
        {"/../g", "http://a.example/g"},
        {"g;x=1/../y", "http://a.example/b/c/y"},
        {"g?y/../x", "http://a.example/b/c/g?y/../x"},
        {"https://b.example/z", "https://b.example/z"}
    };
    for (const auto& [reference, target] : cases) {
        CAPTURE(reference);
        CHECK(resolved(base, reference) == target);
    }
    CHECK(resolved(base, "//user@b.example/").starts_with("refused"));
    CHECK(resolved(base, "x\r\nSet-Cookie: a").starts_with("refused"));
    CHECK(resolved(base, "file:///etc/passwd").starts_with("refused"));
}

TEST_CASE("urls.json: syntax is refused here, allowed addresses parse") {
    const auto folder = tests::shared_data("security/corpus");
    if (!folder) return;
    const auto corpus = nlohmann::json::parse(tests::read_file(*folder / "urls.json"));
    // Well-formed, and refused by what may be fetched: privileged ports, addresses, opaque schemes.
    const std::set<std::string> for_the_guard = {"U032", "U033", "U034"};
    int refused = 0;
    int allowed = 0;
    for (const auto& entry : corpus["cases"]) {
        const auto id = entry["id"].get<std::string>();
        const auto group = entry["group"].get<std::string>();
        const auto url = entry["url"].get<std::string>();
        CAPTURE(id);
        CAPTURE(url);
        if (group == "authority" && !for_the_guard.contains(id)) {
            CHECK_FALSE(Iri::parse(url));
            ++refused;
        }
        if (entry["expect"] == "allow") {
            CHECK(Iri::parse(url));
            ++allowed;
        }
    }
    CHECK(refused == 29);
    CHECK(allowed >= 22);
}
