// SPDX-License-Identifier: Apache-2.0
#include "src/services/login_limits.hpp"

#include <doctest/doctest.h>

#include "src/services/passwords.hpp"

namespace outboard {
namespace {

using namespace std::chrono_literals;

const Instant kStart = from_ms(1'790'000'000'000);

TEST_CASE("after five failures each further one doubles the wait, up to a quarter of an hour") {
    LoginLimits limits;
    auto now = kStart;
    for (int i = 0; i < 5; ++i) CHECK(limits.begin("ana", std::to_string(i), now) == 0s);
    for (const auto wait : {60s, 120s, 240s, 480s, 900s, 900s, 900s}) {
        CHECK(limits.begin("ana", "one", now) == wait);
        CHECK(limits.begin("ana", "two", now + wait - 1s) == 1s);  // asking too early costs nothing
        now += wait;
        CHECK(limits.begin("ana", "three", now) == 0s);
    }
    CHECK(limits.begin("ben", "four", now) == 0s);
}

TEST_CASE("ten thousand guesses in a row try the password of one account at most ten times") {
    LoginLimits limits;
    auto now = kStart;
    int tried = 0;
    for (int i = 0; i < 10'000; ++i) {
        if (limits.begin("ana", std::to_string(i), now) == 0s) ++tried;
        now += 60ms;  // ten minutes in all
    }
    CHECK(tried <= 10);
}

TEST_CASE("attempts that run at the same time are counted before they end") {
    LoginLimits limits;
    int admitted = 0;
    for (int i = 0; i < 100; ++i) {
        if (limits.begin("ana", std::to_string(i), kStart) == 0s) ++admitted;
    }
    CHECK(admitted == 5);
}

TEST_CASE("the right password forgets an account's failures, and an hour does") {
    LoginLimits limits;
    for (int i = 0; i < 5; ++i) REQUIRE(limits.begin("ana", "a", kStart) == 0s);
    limits.succeeded("ana", "a", kStart);
    for (int i = 0; i < 5; ++i) CHECK(limits.begin("ana", "b", kStart) == 0s);
    CHECK(limits.begin("ana", "b", kStart) == 60s);
    CHECK(limits.begin("ana", "b", kStart + 1h) == 0s);
    CHECK(limits.begin("ana", "b", kStart + 1h) == 0s);
}

TEST_CASE("people behind one address who get it right do not use it up") {
    LoginLimits limits;
    for (int i = 0; i < 100; ++i) {
        const auto name = std::to_string(i);
        REQUIRE(limits.begin(name, "school", kStart) == 0s);
        limits.succeeded(name, "school", kStart);
    }
    for (int i = 0; i < 20; ++i) REQUIRE(limits.begin(std::to_string(i), "school", kStart) == 0s);
    CHECK(limits.begin("new", "school", kStart) == 60s);
    CHECK(limits.begin("new", "home", kStart) == 0s);
}

TEST_CASE("a full table gives nobody a fresh count, and forgets what is over") {
    Counters<int> table(3);
    const auto never = [](int) { return false; };
    for (const auto* key : {"a", "b", "c", "d", "e"}) table.at(key, never) = 7;
    CHECK(table.size() == 3);
    CHECK(table.at("a", never) == 7);
    CHECK(table.at("d", never) == 7);  // shared by hash
    CHECK(table.at("f", [](int) { return true; }) == 0);
    CHECK(table.size() == 1);
}

TEST_CASE("a password is checked against its own hash and fits nothing else") {
    struct Fixed : Random {
        std::string bytes(std::size_t count) override { return std::string(count, 's'); }
    } random;
    const auto hash = services::hash_password("correct-horse-9", random);
    REQUIRE(hash);
    CHECK(services::check_password("correct-horse-9", *hash));
    CHECK_FALSE(services::check_password("correct-horse-8", *hash));
    CHECK_FALSE(services::check_password("", *hash));
    CHECK_FALSE(services::check_password("correct-horse-9", ""));
    CHECK_FALSE(services::check_password("unused", "unused"));
    const std::string longest(1024, 'x');
    const auto of_longest = services::hash_password(longest, random);
    REQUIRE(of_longest);
    CHECK(services::check_password(longest, *of_longest));
    CHECK_FALSE(services::check_password(longest + "y", *of_longest));
}

}  // namespace
}  // namespace outboard
