// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "src/fetch/hosts.hpp"

namespace outboard::tests {
namespace {

using fetch::HostBook;
using Outcome = HostBook::Outcome;
using namespace std::chrono_literals;

const Instant kStart = from_ms(1'795'000'000'000);

/// Admits, starts and ends one fetch.
bool run(HostBook& book, HostBook::JobId job, Outcome outcome, Instant now, bool is_fetch = true) {
    if (!book.admit("a.example", job, is_fetch, now)) return false;
    REQUIRE(book.next(now) == job);
    book.release("a.example", job, is_fetch, outcome, now);
    return true;
}

}  // namespace

TEST_CASE("a host holds two slots at most, and hosts take turns") {
    HostBook book({.in_flight = 5});
    for (HostBook::JobId job = 1; job <= 4; ++job)
        CHECK(book.admit("slow.example", job, true, kStart));
    for (HostBook::JobId job = 11; job <= 12; ++job)
        CHECK(book.admit("other.example", job, true, kStart));
    CHECK(book.next(kStart) == 1);
    CHECK(book.next(kStart) == 11);
    CHECK(book.next(kStart) == 2);
    CHECK(book.next(kStart) == 12);
    CHECK_FALSE(book.next(kStart));
    book.release("slow.example", 1, true, Outcome::Answered, kStart);
    CHECK(book.next(kStart) == 3);
    SUBCASE("a job that gives up waiting is not started") {
        book.withdraw("slow.example", 4, kStart);
        book.release("slow.example", 2, true, Outcome::Answered, kStart);
        CHECK_FALSE(book.next(kStart));
    }
    SUBCASE("all together have a bound") {
        for (HostBook::JobId job = 21; job <= 23; ++job)
            CHECK(book.admit(std::to_string(job) + ".example", job, true, kStart));
        CHECK(book.next(kStart) == 21);
        CHECK_FALSE(book.next(kStart));
    }
}

TEST_CASE("a host that fails three times in a row rests longer each time, and one probe decides") {
    HostBook book({});
    CHECK(run(book, 1, Outcome::Failed, kStart));
    CHECK(run(book, 2, Outcome::Failed, kStart));
    CHECK_FALSE(book.paused_until("a.example", kStart));
    CHECK(run(book, 3, Outcome::Failed, kStart));
    CHECK(book.paused_until("a.example", kStart) == kStart + 30s);
    const auto refused = book.admit("a.example", 4, true, kStart + 29s);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::Unavailable);
    CHECK(refused.error().shown.starts_with("host paused"));
    CHECK(book.admit("b.example", 5, true, kStart));  // others are not touched

    auto now = kStart + 30s;
    SUBCASE("while the probe is under way others wait no longer than before") {
        CHECK(book.admit("a.example", 6, true, now));
        CHECK_FALSE(book.admit("a.example", 7, true, now));
    }
    SUBCASE("a probe that never started leaves room for the next") {
        CHECK(book.admit("a.example", 6, true, now));
        book.withdraw("a.example", 6, now);
        CHECK(book.admit("a.example", 7, true, now));
    }
    SUBCASE("a probe that fails doubles the pause, up to ten minutes") {
        CHECK(book.next(now) == 5);
        HostBook::JobId job = 10;
        for (const auto pause : {60s, 120s, 240s, 480s, 600s, 600s}) {
            CHECK(run(book, job++, Outcome::Failed, now));
            CHECK(book.paused_until("a.example", now) == now + pause);
            now += pause;
        }
    }
    SUBCASE("an answer ends it") {
        CHECK(book.next(now) == 5);
        CHECK(run(book, 6, Outcome::Answered, now));
        CHECK(run(book, 7, Outcome::Failed, now));
        CHECK(run(book, 8, Outcome::Failed, now));
        CHECK_FALSE(book.paused_until("a.example", now));
    }
    SUBCASE("a delivery passes, and its answer ends it") {
        CHECK(book.next(now) == 5);
        CHECK(run(book, 6, Outcome::Failed, kStart, /*is_fetch=*/false));
        CHECK(book.paused_until("a.example", kStart) == kStart + 30s);
        CHECK(run(book, 7, Outcome::Answered, kStart, /*is_fetch=*/false));
        CHECK_FALSE(book.paused_until("a.example", kStart));
    }
    SUBCASE("a clock set back makes no pause longer than the longest") {
        CHECK(*book.paused_until("a.example", kStart - 24h) <= kStart - 24h + 600s);
    }
}

TEST_CASE("a host is asked a bounded number of times a minute") {
    HostBook book({.fetches_per_minute = 3});
    for (HostBook::JobId job = 1; job <= 3; ++job) CHECK(run(book, job, Outcome::Answered, kStart));
    CHECK_FALSE(run(book, 4, Outcome::Answered, kStart + 59s));
    CHECK(run(book, 5, Outcome::Answered, kStart + 59s, /*is_fetch=*/false));
    CHECK(run(book, 6, Outcome::Answered, kStart + 60s));
}

TEST_CASE("what is remembered of hosts is bounded and fades") {
    HostBook book({.records = 1000});
    bool was_served = true;
    for (HostBook::JobId job = 1; job <= 100'000; ++job) {
        const std::string host = std::to_string(job) + ".example";
        was_served = was_served && book.admit(host, job, true, kStart) && book.next(kStart) == job;
        book.release(host, job, true, Outcome::Failed, kStart);
    }
    CHECK(was_served);
    CHECK(book.size() <= 1001);
    for (HostBook::JobId job = 200'001; job <= 200'800; ++job)
        run(book, job, Outcome::Answered, kStart + 31min, /*is_fetch=*/false);
    CHECK(book.size() <= 2);
}

}  // namespace outboard::tests
