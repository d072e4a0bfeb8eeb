// SPDX-License-Identifier: Apache-2.0
// The strict reader of heads and the list of proxies, without sockets.
#include <doctest/doctest.h>

#include <string>

#include "src/base/limits.hpp"
#include "src/http/forwarded.hpp"
#include "src/http/head.hpp"

using namespace outboard;
using namespace outboard::http;

namespace {

/// The status that refuses these bytes; 0 when they are a head.
int status_of(const std::string& bytes) {
    HeadScanner scanner;
    switch (scanner.feed(bytes)) {
        case HeadScanner::State::More:
            return -1;
        case HeadScanner::State::Refused:
            return scanner.refusal().status;
        case HeadScanner::State::Done:
            break;
    }
    const auto head = read_head(std::string_view(bytes).substr(0, scanner.length()));
    return head ? 0 : head.error().status;
}

std::string with(const std::string& lines) { return "GET / HTTP/1.1\r\n" + lines + "\r\n"; }

}  // namespace

TEST_CASE("a head that is well formed is understood") {
    for (const std::string lines :
         {"Host: a\r\n",
          "Host: [::1]:80\r\n",
          "Host: a\r\nContent-Length: 0\r\n",
          "Host: a\r\nTransfer-Encoding: chunked\r\n",
          "Host: a\r\nTransfer-Encoding:\tChunked \r\n",
          "Host: a\r\nContent-Encoding: identity\r\n",
          "Host: a\r\nX: \xff\xfe\r\n",
          "Host: a\r\nX:\r\n",
          "Host: a\r\nX!#$%&'*+-.^_`|~9: y\r\n"}) {
        CAPTURE(lines);
        CHECK(status_of(with(lines)) == 0);
    }
    CHECK(status_of("GET / HTTP/1.0\r\n\r\n") == 0);
    CHECK(status_of("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n") == 0);
}

TEST_CASE("what is ambiguous is refused") {
    for (const std::string lines :
         {"",
          "Host: a\r\nHost: a\r\n",
          "Host: a\r\nhost: b\r\n",
          "Host:\r\n",
          "Host: a/b\r\n",
          "Host: a, b\r\n",
          "Host: u@a\r\n",
          "Host: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n",
          "Host: a\r\nContent-Length: 3, 3\r\n",
          "Host: a\r\nContent-Length: +3\r\n",
          "Host: a\r\nContent-Length: -1\r\n",
          "Host: a\r\nContent-Length: 0x3\r\n",
          "Host: a\r\nContent-Length:\r\n",
          "Host: a\r\nContent-Length: 3 3\r\n",
          "Host: a\r\nContent-Length: 99999999999999999999\r\n",
          "Host: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n",
          "Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n",
          "Host: a\r\nTransfer-Encoding: gzip, chunked\r\n",
          "Host: a\r\nTransfer-Encoding: chunked, identity\r\n",
          "Host: a\r\nTransfer-Encoding: \"chunked\"\r\n",
          "Host: a\r\nTransfer-Encoding: xchunked\r\n",
          "Host: a\r\nTransfer-Encoding:\r\n",
          "Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
          "Host: a\r\nTransfer-Encoding: identity\r\n"}) {
        CAPTURE(lines);
        CHECK(status_of(with(lines)) == 400);
    }
    CHECK(status_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == 400);
    CHECK(status_of(with("Host: a\r\nContent-Encoding: gzip\r\n")) == 415);
    CHECK(status_of(with("Host: a\r\nExpect: payment\r\n")) == 417);
}

TEST_CASE("lines and characters that no client of good will sends are refused") {
    for (const std::string& lines :
         {std::string("Host: a\r\nX: 1\r\n folded\r\n"),
          std::string("Host: a\r\n\tfolded: 1\r\n"),
          std::string(" Host: a\r\n"),
          std::string("Host : a\r\n"),
          std::string("Host: a\r\nno colon\r\n"),
          std::string("Host: a\r\n: empty name\r\n"),
          std::string("Host: a\r\nX: 1\nY: 2\r\n"),
          std::string("Host: a\r\nX: 1\rY: 2\r\n"),
          std::string("Host: a\r\nX: 1\r\r\n"),
          std::string("Host: a\r\nX: a\0b\r\n", 17),
          std::string("Host: a\r\nX: \x01\r\n"),
          std::string("Host: a\r\nX: \x7f\r\n"),
          std::string("Host: a\r\nX(: 1\r\n"),
          std::string("Host: a\r\nX\xc3\xa9: 1\r\n"),
          std::string("Host: a\n")}) {
        CAPTURE(lines);
        CHECK(status_of(with(lines)) == 400);
    }
    for (const std::string line :
         {"GET /",
          "GET",
          "GET  HTTP/1.1",
          "GET / HTTP/1.1 ",
          "GET / http/1.1",
          "GET / HTTP/2.0",
          "GET / HTTP/1.2",
          "GET / HTTP/1.10",
          "GET /a b HTTP/1.1",
          "GET /a\tb HTTP/1.1",
          "G(T / HTTP/1.1",
          "GET http://a/ HTTP/1.1",
          "GET a HTTP/1.1",
          "GET * HTTP/1.1",
          "CONNECT a:443 HTTP/1.1",
          "PRI * HTTP/2.0",
          " GET / HTTP/1.1",
          "\x16\x03\x01 / HTTP/1.1",
          "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJ / HTTP/1.1"}) {
        CAPTURE(line);
        CHECK(status_of(line + "\r\nHost: a\r\n\r\n") == 400);
    }
}

TEST_CASE("what is too large is refused at its bound, before its end") {
    const auto target = [](std::size_t size) {
        return "GET /" + std::string(size - 1, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n";
    };
    CHECK(status_of(target(limits::kTargetBytes)) == 0);
    CHECK(status_of(target(limits::kTargetBytes + 1)) == 414);
    CHECK(status_of("GET /" + std::string(limits::kTargetBytes + 100, 'a')) == 414);
    CHECK(status_of("GET / HTTP/1.1\r\nX: " + std::string(limits::kHeaderBytes, 'a')) == 431);
    std::string lines = "Host: a\r\n";
    for (std::size_t i = 1; i < limits::kHeaderCount; ++i) lines += "X: 1\r\n";
    CHECK(status_of(with(lines)) == 0);
    CHECK(status_of(with(lines + "X: 1\r\n")) == 431);
    CHECK(status_of("GET / HTTP/1.1\r\n" + lines + "X: 1\r\n") == 431);
    const std::string room = "Host: a\r\nX: ";
    CHECK(
        status_of(with(room + std::string(limits::kHeaderBytes - room.size() - 4, 'a') + "\r\n")) ==
        0
    );
    CHECK(status_of(with(room + std::string(limits::kHeaderBytes, 'a') + "\r\n")) == 431);
}

TEST_CASE("a head is found the same in any slices") {
    const std::string head = with("Host: a\r\nX: some value\r\n");
    const std::string bytes = head + "GET /next";
    HeadScanner scanner;
    for (std::size_t i = 1; i < head.size(); ++i) {
        REQUIRE(scanner.feed(std::string_view(bytes).substr(0, i)) == HeadScanner::State::More);
    }
    CHECK(scanner.feed(bytes) == HeadScanner::State::Done);
    CHECK(scanner.length() == head.size());
}

TEST_CASE("networks of proxies match the addresses inside them") {
    const auto list = ProxyList::parse({"10.0.0.0/8", "192.0.2.128/25", "2001:db8::/33", "::1"});
    REQUIRE(list);
    for (const auto* inside :
         {"10.255.0.1",
          "::ffff:10.1.1.1",
          "192.0.2.200",
          "2001:db8:7fff::1",
          "::1",
          "[::1]:80",
          "10.0.0.1:99"}) {
        CAPTURE(inside);
        CHECK(list->contains(*Address::parse(inside)));
    }
    for (const auto* outside : {"11.0.0.1", "192.0.2.127", "2001:db8:8000::1", "::2", "0.0.0.0"}) {
        CAPTURE(outside);
        CHECK_FALSE(list->contains(*Address::parse(outside)));
    }
    for (const auto* wrong :
         {"",
          "localhost",
          "10.0.0.0/33",
          "10.0.0.0/",
          "10.0.0.0/x",
          "10.0.0.0/-1",
          "::1/129",
          "1.2.3"}) {
        CAPTURE(wrong);
        CHECK_FALSE(ProxyList::parse({wrong}));
    }
    CHECK(Address::parse("::ffff:192.0.2.1")->text() == "192.0.2.1");
    CHECK(Address::parse("2001:DB8::1")->text() == "2001:db8::1");
    CHECK(Address::parse("2001:db8:1:2:3::")->line() == *Address::parse("2001:db8:1:2::"));
}
