// SPDX-License-Identifier: Apache-2.0
#include "federation/base/time.hpp"

#include <doctest/doctest.h>

using namespace outboard;

TEST_CASE("an instant prints in the forms of the wire") {
    const Instant at = from_ms(1795323600123);
    CHECK(format_rfc3339(at) == "2026-11-22T05:00:00.123Z");
    CHECK(format_date(at) == "2026-11-22");
    CHECK(format_http_date(at) == "Sun, 22 Nov 2026 05:00:00 GMT");
    CHECK(format_rfc3339(from_ms(0)) == "1970-01-01T00:00:00.000Z");
    CHECK(format_rfc3339(from_ms(-1)) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("RFC 3339 is read with any offset and fraction") {
    const auto ms = [](std::string_view text) { return to_ms(parse_rfc3339(text).value()); };
    CHECK(ms("2026-11-22T05:00:00Z") == 1795323600000);
    CHECK(ms("2026-11-22T05:00:00.1Z") == 1795323600100);
    CHECK(ms("2026-11-22T05:00:00.123456789Z") == 1795323600123);
    CHECK(ms("2026-11-22t06:30:00+01:30") == 1795323600000);
    CHECK(ms("2026-11-21T21:00:00-08:00") == 1795323600000);
    CHECK(ms("2026-11-22 05:00:00z") == 1795323600000);
    CHECK(ms("2016-12-31T23:59:60Z") == ms("2016-12-31T23:59:59Z"));
    CHECK(ms("2024-02-29T00:00:00Z") - ms("2024-02-28T00:00:00Z") == 86'400'000);
    CHECK(ms("0001-01-01T00:00:00Z") < 0);
}

TEST_CASE("what is no RFC 3339 time is refused") {
    for (const char* text :
         {"",
          "2026-11-22",
          "2026-11-22T05:00:00",
          "2026-11-22T05:00Z",
          "2026-13-01T00:00:00Z",
          "2026-02-29T00:00:00Z",
          "2026-11-22T24:00:00Z",
          "2026-11-22T05:60:00Z",
          "2026-11-22T05:00:61Z",
          "2026-11-22T05:00:00.Z",
          "2026-11-22T05:00:00+1:00",
          "2026-11-22T05:00:00+24:00",
          "2026-11-22T05:00:00+0100",
          "0000-01-01T00:00:00Z",
          "12026-01-01T00:00:00Z",
          "2026-11-22T05:00:00Z ",
          " 2026-11-22T05:00:00Z",
          "0001-01-01T00:00:00+01:00",
          "9999-12-31T23:59:59-01:00",
          "2026-11-22T-5:00:00Z",
          "today"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_rfc3339(text));
    }
    CHECK_FALSE(parse_rfc3339("2026-11-22T05:00:00." + std::string(1000, '1') + "Z"));
}

TEST_CASE("all three HTTP date forms are read") {
    const Instant at = from_ms(784'111'777'000);
    CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == at);
    CHECK(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT") == at);
    CHECK(parse_http_date("Sun Nov  6 08:49:37 1994") == at);
    CHECK(parse_http_date("Wed Nov 16 08:49:37 1994") == at + std::chrono::days(10));
}

TEST_CASE("what is no HTTP date is refused") {
    for (const char* text :
         {"",
          "Sun, 06 Nov 1994 08:49:37",
          "Sun, 06 Nov 1994 08:49:37 CET",
          "Sun, 06 Nov 1994 08:49:37 +0000",
          "Sun, 6 Nov 1994 08:49:37 GMT",
          "Sun, 06 nov 1994 08:49:37 GMT",
          "Sun, 32 Nov 1994 08:49:37 GMT",
          "Sun, 06 Nov 94 08:49:37 GMT",
          "Sun, 06 Nov 1994 25:49:37 GMT",
          "06 Nov 1994 08:49:37 GMT",
          "1994-11-06T08:49:37Z",
          "Sun, 06 Nov 1994 08:49:37 GMTx",
          "784111777"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_http_date(text));
    }
}

TEST_CASE("every day of a century goes through both forms and back") {
    for (int day = -18'000; day < 20'000; day += 7) {
        const Instant at = Instant{std::chrono::sys_days{std::chrono::days{day}}} +
                           std::chrono::seconds(day + 40'000);
        CHECK(parse_rfc3339(format_rfc3339(at)) == at);
        CHECK(parse_http_date(format_http_date(at)) == at);
    }
}
