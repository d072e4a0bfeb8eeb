// SPDX-License-Identifier: Apache-2.0
#include "src/fetch/hosts.hpp"

#include <algorithm>

namespace outboard::fetch {
namespace {

constexpr auto kMinute = std::chrono::minutes(1);
constexpr auto kRemembered =
    std::chrono::minutes(30);  // longer than any pause, so that back-off grows over it

}  // namespace

HostBook::Record& HostBook::touch(const std::string& host, Instant now) {
    forget_old(now);
    Record& record = records_[host];
    if (record.idle) {
        idle_.erase(*record.idle);
        record.idle.reset();
    }
    record.used = now;
    return record;
}

void HostBook::settle(const std::string& host, Record& record) {
    if (record.idle || record.in_flight > 0 || !record.waiting.empty() || record.has_turn) return;
    record.idle = idle_.insert(idle_.end(), host);
    while (idle_.size() > limits_.records) {
        const std::string oldest = std::move(idle_.front());
        idle_.pop_front();
        records_.erase(oldest);
    }
}

void HostBook::forget_old(Instant now) {
    // Two at a time: work stays small, and more records never come in than go out.
    for (int i = 0; i < 2 && !idle_.empty(); ++i) {
        const auto found = records_.find(idle_.front());
        if (now - found->second.used < kRemembered) return;
        records_.erase(found);
        idle_.pop_front();
    }
}

void HostBook::give_turn(const std::string& host, Record& record) {
    if (record.has_turn || record.waiting.empty() || record.in_flight >= limits_.in_flight_per_host)
        return;
    record.has_turn = true;
    turns_.push_back(host);
}

std::optional<Instant> HostBook::paused_until(const std::string& host, Instant now) const {
    const auto found = records_.find(host);
    if (found == records_.end() || found->second.failures < limits_.failures_before_pause)
        return std::nullopt;
    // A clock that was set back must not make a pause longer than the longest.
    const Instant until = std::min<Instant>(found->second.rests_until, now + limits_.longest_pause);
    if (now >= until) return std::nullopt;
    return until;
}

Result<void> HostBook::admit(const std::string& host, JobId job, bool is_fetch, Instant now) {
    Record& record = touch(host, now);
    if (is_fetch) {
        const bool is_open = record.failures >= limits_.failures_before_pause;
        if (paused_until(host, now) || (is_open && record.probe)) {
            settle(host, record);
            return fail(Code::Unavailable, "host paused: it did not answer several times", host);
        }
        if (now - record.minute >= kMinute || now < record.minute) {
            record.minute = now;
            record.fetches = 0;
        }
        if (record.fetches >= limits_.fetches_per_minute) {
            settle(host, record);
            return fail(Code::Unavailable, "too many requests to this host within a minute", host);
        }
        ++record.fetches;
        if (is_open) record.probe = job;
    }
    record.waiting.insert(job);
    give_turn(host, record);
    return {};
}

std::optional<HostBook::JobId> HostBook::next(Instant now) {
    while (in_flight_ < limits_.in_flight && !turns_.empty()) {
        const std::string host = std::move(turns_.front());
        turns_.pop_front();
        const auto found = records_.find(host);
        if (found == records_.end()) continue;
        Record& record = found->second;
        record.has_turn = false;
        if (record.waiting.empty() || record.in_flight >= limits_.in_flight_per_host) {
            settle(host, record);
            continue;
        }
        const JobId job = *record.waiting.begin();
        record.waiting.erase(record.waiting.begin());
        ++record.in_flight;
        ++in_flight_;
        record.used = now;
        give_turn(host, record);
        return job;
    }
    return std::nullopt;
}

void HostBook::withdraw(const std::string& host, JobId job, Instant now) {
    Record& record = touch(host, now);
    record.waiting.erase(job);
    if (record.probe == job) record.probe.reset();
    settle(host, record);
}

void HostBook::release(
    const std::string& host, JobId job, bool is_fetch, Outcome outcome, Instant now
) {
    Record& record = touch(host, now);
    if (record.in_flight > 0) {
        --record.in_flight;
        --in_flight_;
    }
    if (record.probe == job) record.probe.reset();
    switch (outcome) {
        case Outcome::Answered:
            record.failures = 0;
            break;
        case Outcome::Failed:
            // Requests that were under way together fail together: one resting host is counted
            // once.
            if (!is_fetch || paused_until(host, now)) break;
            ++record.failures;
            if (record.failures >= limits_.failures_before_pause) {
                const int doublings = std::min(record.failures - limits_.failures_before_pause, 10);
                record.rests_until =
                    now + std::min<std::chrono::seconds>(
                              limits_.first_pause * (1 << doublings), limits_.longest_pause
                          );
            }
            break;
        case Outcome::Neutral:
            break;
    }
    give_turn(host, record);
    settle(host, record);
}

}  // namespace outboard::fetch
