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
