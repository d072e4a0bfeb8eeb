// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "federation/base/result.hpp"
#include "federation/base/time.hpp"
#include "src/base/limits.hpp"

namespace outboard::fetch {

/// Bounds on what one host may cost us; a test sets smaller ones.
struct HostLimits {
    std::size_t in_flight = limits::kInFlight;
    std::size_t in_flight_per_host = limits::kInFlightPerHost;
    std::size_t fetches_per_minute = limits::kFetchesPerHostMinute;
    std::size_t records =
        limits::kHostRecords;  // of idle hosts; busy ones are bounded by the queue
    int failures_before_pause = 3;
    std::chrono::seconds first_pause{30};
    std::chrono::seconds longest_pause{600};
};

/// Per host: who waits, how many are under way, the budget of fetches, and the breaker. Fair: hosts
/// take turns.
///
/// The breaker: after a few network failures in a row a host rests, each time twice as long; while
/// it rests fetches fail at once; then one probe decides. Deliveries (POST) neither ask the breaker
/// nor feed its failures: they have their own back-off. Any answer closes it. Threads: one (the
/// fetch loop).
class HostBook {
public:
    using JobId = std::uint64_t;
    enum class Outcome {
        Answered,  // the host spoke HTTP, whatever it said
        Failed,    // the network or the host failed
        Neutral    // says nothing about the host: refused by us, cancelled, or never started
    };

    explicit HostBook(HostLimits limits) : limits_(limits) {}

    /// Queues `job` for `host`. Errors: Unavailable while the host rests, or with its minute's
    /// budget spent (fetches only).
    Result<void> admit(const std::string& host, JobId job, bool is_fetch, Instant now);
    /// The next job that may start; it holds a slot until `release`. Nothing when all slots are
    /// taken.
    std::optional<JobId> next(Instant now);
    /// Takes out a job that still waits.
    void withdraw(const std::string& host, JobId job, Instant now);
    /// A started job ended.
    void release(const std::string& host, JobId job, bool is_fetch, Outcome outcome, Instant now);
    /// Until when the host rests, if it does.
    std::optional<Instant> paused_until(const std::string& host, Instant now) const;
    std::size_t size() const { return records_.size(); }

private:
    struct Record {
        std::set<JobId> waiting;  // ids grow, so this is first come, first served
        std::size_t in_flight = 0;
        bool has_turn = false;  // stands in turns_
        std::size_t fetches = 0;
        Instant minute{};  // when `fetches` began to count
        int failures = 0;  // in a row
        Instant rests_until{};
        std::optional<JobId> probe;
        Instant used{};
        std::optional<std::list<std::string>::iterator>
            idle;  // place in idle_, when nothing waits or runs
    };

    Record& touch(const std::string& host, Instant now);
    void settle(const std::string& host, Record& record);
    void give_turn(const std::string& host, Record& record);
    void forget_old(Instant now);

    HostLimits limits_;
    std::unordered_map<std::string, Record> records_;
    std::list<std::string> idle_;    // least recently used first
    std::deque<std::string> turns_;  // hosts with something that may start
    std::size_t in_flight_ = 0;
};

}  // namespace outboard::fetch
