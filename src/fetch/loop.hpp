// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <curl/curl.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "src/fetch/curl_client.hpp"
#include "src/fetch/request.hpp"
#include "src/fetch/transfer.hpp"

namespace outboard::fetch {

/// The fetch thread and all it holds. A job goes Waiting (for a slot of its host) → Preparing (DNS,
/// check, signature, on another thread) → Moving (on the wire), and begins again for each redirect.
class CurlClient::Loop {
public:
    Loop(ClientSettings settings, const Clock& clock);
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    /// Threads: any.
    void send(std::string url, Exchange exchange, bool is_operator, Done done);
    const Guard& guard() const { return *guard_; }

private:
    using Steady = std::chrono::steady_clock;
    using JobId = HostBook::JobId;

    struct Arrived {
        std::string url;
        Exchange exchange;
        bool is_operator = false;
        Done done;
        Steady::time_point since;
    };
    /// What came of a job's DNS, check and signature.
    struct Ready {
        std::vector<Address> addresses;
        Headers headers;
    };
    struct Prepared {
        JobId job = 0;
        Result<Ready> ready;
    };
    /// What other threads may touch. Shared with tasks that may outlive the loop.
    struct Mail {
        std::mutex mutex;
        std::vector<Arrived> arrived;
        std::vector<Done> turned_away;  // the queue was full
        std::vector<Prepared> prepared;
        std::size_t jobs = 0;    // arrived and not yet done
        CURLM* multi = nullptr;  // to wake it; null when the loop has ended
        bool is_stopping = false;

        void wake_locked() const {
            if (multi != nullptr) curl_multi_wakeup(multi);
        }
    };
    enum class Stage { Waiting, Preparing, Moving };
    struct Job {
        JobId id = 0;
        Exchange exchange;
        bool is_operator = false;
        Done done;
        federation::Iri url;
        Redirects redirects;
        std::string host = {};  // key of its HostBook record
        Stage stage = Stage::Waiting;
        std::shared_ptr<std::atomic<bool>> has_begun = {
        };  // the preparing task runs, not only waits
        std::unique_ptr<Transfer> transfer = {};
        std::multimap<Steady::time_point, JobId>::iterator deadline = {};

        bool is_fetch() const {
            return !is_operator && (exchange.method == "GET" || exchange.method == "HEAD");
        }
    };
    using Jobs = std::unordered_map<JobId, std::unique_ptr<Job>>;

    void run();
    void take_mail();
    void begin(Arrived arrived);
    void queue(Job& job);
    void start_ready();
    void prepare(Job& job);
    void start_transfer(Job& job, Ready ready);
    bool read_ended();
    void end_transfer(Job& job, CURLcode code);
    void follow(Job& job, const std::string& location);
    void expire();
    void cancel_all();
    void leave_host(Job& job, HostBook::Outcome outcome);
    void finish(Job& job, Result<Answer> result);
    void call_done(const Done& done, Result<Answer> result);
    std::string host_key(const Job& job) const;
    int poll_ms() const;

    const ClientSettings settings_;
    const std::shared_ptr<const Guard> guard_;  // shared with the tasks
    const Clock& clock_;
    std::optional<ExtraAuthorities> authorities_;
    CURLM* multi_ = nullptr;
    const std::shared_ptr<Mail> mail_;  // shared with the tasks

    // The loop's own:
    HostBook hosts_;
    HostBook operators_;
    Jobs jobs_;
    std::multimap<Steady::time_point, JobId> deadlines_;
    JobId last_id_ = 0;

    std::optional<Threads> threads_;
    std::thread thread_;
};

}  // namespace outboard::fetch
