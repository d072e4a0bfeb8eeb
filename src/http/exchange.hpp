// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "src/base/guarded.hpp"
#include "src/base/workers.hpp"
#include "src/http/budget.hpp"
#include "src/http/message.hpp"
#include "src/http/stream.hpp"

/// One request and its answer, seen from the workers: no socket here.
namespace outboard::http {

/// Counts answers that wait for the network: limits::kPending in all, kPendingPerHost for one host.
/// Threads: any.
class PendingSlots {
public:
    /// Holds one place until it ends.
    class Slot {
    public:
        Slot(PendingSlots& slots, std::string host) : slots_(&slots), host_(std::move(host)) {}
        Slot(Slot&& other) noexcept
            : slots_(std::exchange(other.slots_, nullptr)), host_(std::move(other.host_)) {}
        Slot& operator=(Slot&&) = delete;
        ~Slot() {
            if (slots_ != nullptr) slots_->give_back(host_);
        }

    private:
        PendingSlots* slots_;
        std::string host_;
    };
    /// Nothing when full.
    std::optional<Slot> take(const std::string& host);

private:
    struct Counts {
        std::size_t all = 0;
        std::unordered_map<std::string, std::size_t> by_host;
    };
    void give_back(const std::string& host);
    Guarded<Counts> counts_;
};

/// Bytes to send; then the connection closes or not.
struct Answer {
    std::string head;  // with the body, when that is small
    std::string body;
    bool close = false;
    std::shared_ptr<const Streaming> streaming;  // then `head` begins an event stream
    std::vector<Field> fields;                   // of a WebSocket's 101, which is written elsewhere
};

struct AnswerForm {
    bool keep_alive = true;
    bool head_only = false;  // asked by HEAD
    bool http10 = false;
};
/// The bytes of a response: Date, Content-Length and Connection are ours, whatever the handler set.
/// A response that would break the framing (line ends in a field, unknown status) becomes 500.
Answer serialise(Response response, AnswerForm form);

/// An answer without a form: `{"error": why}`. `why` must need no escape in JSON.
Response plain_answer(int status, std::string_view why);

/// What the exchanges of one server share. Threads: constant or guarded. Shared by sessions and
/// exchanges, which may outlive the server.
struct Front {
    Handler handler;
    BodyLimit body_limit;
    Executor& workers;
    std::chrono::milliseconds pending_deadline;
    RefusalForm form;
    QuickHandler quick;
    std::atomic<bool> stopping = false;  // answers close their connections
    std::atomic<bool> ended = false;     // late calls do nothing
    PendingSlots pending = {};
    std::shared_ptr<ByteBudget> bodies = {};   // shared with requests' copies
    std::shared_ptr<ByteBudget> answers = {};  // shared with sessions' leases

    /// An answer of the front's own.
    Response refuse(int status, std::string_view why, std::string_view path) const;
    /// 503 with Retry-After.
    Response overloaded(std::string_view why, std::string_view path) const;
};

/// Runs the handler for one request on a worker and gives its answer to the session, once. Threads:
/// `run` on a worker, the rest any. Shared by the session, the worker and whoever resumes a
/// Pending.
class Exchange : public std::enable_shared_from_this<Exchange> {
public:
    using Clock = std::chrono::steady_clock;
    using Deliver = std::function<void(std::shared_ptr<Exchange>, Answer)>;

    Exchange(std::shared_ptr<Front> front, Request request, AnswerForm form, Deliver deliver);

    /// Posts itself to the workers; answers 503 when they are full.
    void start();
    /// Takes the exchange over when its wait is longer than allowed: nothing is delivered any more,
    /// and the caller answers.
    bool expire(Clock::time_point now);
    std::string_view path() const { return request_.path(); }
    const Request& request() const { return request_; }

private:
    struct Resume;
    void run();
    void settle(Response response);  // answers, or waits
    void wait(const std::shared_ptr<const Pending>& pending);
    void answer(Response response);

    const std::shared_ptr<Front> front_;
    const Request request_;
    const AnswerForm form_;
    const Deliver deliver_;
    std::atomic<bool> answered_ = false;
    std::atomic<Clock::rep> deadline_ = 0;  // 0: does not wait for the network
    Guarded<std::optional<PendingSlots::Slot>> slot_;
};

}  // namespace outboard::http
