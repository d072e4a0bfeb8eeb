// SPDX-License-Identifier: Apache-2.0
#include "src/base/worker_pool.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "tests/http/support.hpp"

using namespace outboard;
using outboard::http::tests::eventually;
using namespace std::chrono_literals;

TEST_CASE("the pool grows while its threads wait, and shrinks when idle") {
    WorkerPool pool({.least = 2, .most = 6, .queue = 100, .patience = 2ms, .idle_for = 50ms});
    CHECK(pool.threads() == 2);
    std::atomic<int> begun = 0, done = 0;
    std::atomic<bool> release = false;
    for (int i = 0; i < 20; ++i) {
        REQUIRE(pool.post([&] {
            ++begun;
            eventually([&] { return release.load(); });
            ++done;
        }));
    }
    CHECK(eventually([&] { return begun == 6; }));
    CHECK(pool.threads() == 6);
    std::this_thread::sleep_for(50ms);
    CHECK(pool.threads() == 6);
    release = true;
    CHECK(eventually([&] { return done == 20; }));
    CHECK(eventually([&] { return pool.threads() == 2; }));
    CHECK(pool.waiting() == 0);
    std::atomic<bool> again = false;
    REQUIRE(pool.post([&] { again = true; }));
    CHECK(eventually([&] { return again.load(); }));
}

TEST_CASE("another runs in place of one that says it waits, and no more than asked for else") {
    WorkerPool pool({.least = 2, .most = 8, .queue = 100, .patience = 10s});
    std::atomic<int> waiting = 0, at_once = 0, most_at_once = 0, done = 0;
    std::atomic<bool> release = false;
    for (int i = 0; i < 4; ++i) {
        REQUIRE(pool.post([&] {
            const Blocking blocking;
            ++waiting;
            eventually([&] { return release.load(); });
        }));
    }
    CHECK(eventually([&] { return waiting == 4; }));
    for (int i = 0; i < 20; ++i) {
        REQUIRE(pool.post([&] {
            const int now = ++at_once;
            int before = most_at_once;
            while (now > before && !most_at_once.compare_exchange_weak(before, now)) {
            }
            std::this_thread::sleep_for(1ms);
            --at_once;
            ++done;
        }));
    }
    CHECK(eventually([&] { return done == 20; }));
    CHECK(most_at_once <= 2);
    CHECK(pool.threads() <= 6);
    release = true;
}

TEST_CASE("what nobody waits for takes at most half, and always a part") {
    WorkerPool pool({.least = 4, .most = 4, .queue = 100, .patience = 10s});
    std::atomic<bool> release = false;
    std::atomic<int> behind = 0, in_front = 0, next = 0;
    const auto hold = [&](std::atomic<int>& count) {
        return [&] {
            ++count;
            eventually([&] { return release.load(); });
        };
    };
    for (int i = 0; i < 10; ++i) REQUIRE(pool.background().post(hold(behind)));
    CHECK(eventually([&] { return behind == 2; }));
    for (int i = 0; i < 10; ++i) REQUIRE(pool.post(hold(in_front)));
    CHECK(eventually([&] { return in_front == 2; }));
    CHECK(behind == 2);
    release = true;
    CHECK(eventually([&] { return behind == 10 && in_front == 10; }));

    // One at a time: a row of requests without end must not hold the rest up.
    release = false;
    WorkerPool narrow({.least = 1, .most = 1, .queue = 100, .patience = 10s});
    REQUIRE(narrow.post(hold(in_front)));
    CHECK(eventually([&] { return in_front == 11; }));
    for (int i = 0; i < 3; ++i) REQUIRE(narrow.post([&] { ++next; }));
    std::atomic<int> at = -1;
    REQUIRE(narrow.background().post([&] { at = next.load(); }));
    release = true;
    CHECK(eventually([&] { return at >= 0; }));
    CHECK(at < 3);
}

TEST_CASE("the pool refuses when its queue is full, and outlives functions that throw") {
    std::atomic<bool> release = false;
    std::atomic<int> done = 0;
    WorkerPool pool({.least = 1, .most = 1, .queue = 3});
    REQUIRE(pool.post([] { throw std::runtime_error("expected by this test"); }));
    REQUIRE(eventually([&] { return pool.waiting() == 0; }));
    REQUIRE(pool.post([&] { eventually([&] { return release.load(); }); }));
    REQUIRE(eventually([&] { return pool.waiting() == 0; }));
    for (int i = 0; i < 3; ++i) CHECK(pool.post([&] { ++done; }));
    CHECK_FALSE(pool.post([&] { ++done; }));
    release = true;
    CHECK(eventually([&] { return done == 3; }));
}

TEST_CASE("a pool that ends waits for what runs and drops what waits") {
    std::atomic<bool> begun = false, ended = false, never = false;
    {
        WorkerPool pool({.least = 1, .most = 1});
        REQUIRE(pool.post([&] {
            begun = true;
            std::this_thread::sleep_for(50ms);
            ended = true;
        }));
        REQUIRE(eventually([&] { return begun.load(); }));
        REQUIRE(pool.post([&] { never = true; }));
    }
    CHECK(ended);
    CHECK_FALSE(never);
}

TEST_CASE("a wake is remembered until it is waited for") {
    WakeFlag flag;
    CHECK_FALSE(flag.wait_for(1ms));
    flag.notify();
    flag.notify();
    CHECK(flag.wait_for(1ms));
    CHECK_FALSE(flag.wait_for(1ms));
    std::thread later([&] {
        std::this_thread::sleep_for(20ms);
        flag.notify();
    });
    CHECK(flag.wait_for(10s));
    later.join();
}
