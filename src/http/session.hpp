// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "src/http/body.hpp"
#include "src/http/connections.hpp"
#include "src/http/exchange.hpp"
#include "src/http/forwarded.hpp"
#include "src/http/head.hpp"
#include "src/http/input.hpp"
#include "src/http/server.hpp"

/// Inside of the front: only session.cpp and server.cpp include this (Asio is slow to compile).
namespace outboard::http {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;
using Clock = std::chrono::steady_clock;

class Session;
class StreamSession;

/// One I/O thread with its sessions. Every session lives on one loop and is touched by its thread
/// only; so are the members here, but for `post`.
class Loop {
public:
    explicit Loop(std::chrono::milliseconds tick) : tick_(tick) {}
    void start();
    /// Closes what is left, and ends the thread.
    void finish();

    /// Runs `work` on the thread of the loop; drops it when the loop has finished. Threads: any.
    template <class Work>
    void post(Work&& work) {
        std::lock_guard lock(mutex_);
        if (!finished_) asio::post(context_, std::forward<Work>(work));
    }
    asio::io_context& context() { return context_; }

    void add(std::shared_ptr<Session> session);
    void remove(Session& session);
    void drain();

    std::shared_ptr<const ProxyList> proxies = std::make_shared<ProxyList>();

private:
    void schedule();
    void tick();
    template <class Use>
    void each_session(Use&& use);

    const std::chrono::milliseconds tick_;
    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard_{context_.get_executor()};
    asio::steady_timer timer_{context_};
    bool ticking_ = false;
    std::vector<std::shared_ptr<Session>> sessions_;  // shared with their own operations under way
    std::mutex mutex_;
    bool finished_ = false;
    std::thread thread_;
};

/// What all sessions share. They keep it: a worker may hold a session after the server has ended.
struct Shared {
    Shared(ServerSettings wanted, std::shared_ptr<Front> behind, std::size_t most_connections)
        : settings(std::move(wanted)),
          front(std::move(behind)),
          connections(most_connections, settings.connections_per_address) {}

    const ServerSettings settings;
    const std::shared_ptr<Front> front;
    Connections connections;
    std::vector<std::unique_ptr<Loop>> loops;
};

/// One connection: reads a request, hands it to the workers, writes the answer, again. One deadline
/// at a time, checked by the loop's tick; bytes that arrive never move it. An answer may turn it
/// into a stream, which then uses its socket.
class Session : public std::enable_shared_from_this<Session> {
public:
    Session(
        std::shared_ptr<Shared> shared,
        Loop& loop,
        Tcp::socket socket,
        Connections::Lease lease,
        const Address& address,
        asio::ssl::context* tls
    );
    void start();
    void tick(Clock::time_point now);
    /// Closes when no request is under way.
    void drain();
    void close();

    std::size_t place = 0;  // in the loop's list

private:
    friend class StreamSession;
    enum class Phase {
        Handshake,
        Idle,
        Head,
        Body,
        Running,
        Writing,
        Streaming,  // what is read and written is the stream's
        Lingering,
        Closed
    };

    void read(std::size_t room = 0);
    void on_read(ErrorCode error, std::size_t count);
    void take_head();
    void begin_request(std::size_t head_bytes);
    void send_continue();
    void take_body();
    void dispatch();
    void refuse(Refusal refusal);
    std::string_view path_of_refused() const;
    void give_up();
    void on_answer(const std::shared_ptr<Exchange>& exchange, Answer answer);
    void send(Answer answer);
    void begin_stream(std::shared_ptr<Exchange> exchange, Answer answer);
    void write();
    void on_written(ErrorCode error, std::size_t count);
    void next_request();
    void linger();
    void end_stream();
    void discard();
    void abort();
    void enter(Phase phase, std::chrono::milliseconds deadline);
    bool is_slow(Clock::time_point now, std::chrono::milliseconds whole);
    std::int64_t moved();

    const std::shared_ptr<Shared> shared_;
    Loop& loop_;
    Tcp::socket socket_;
    std::unique_ptr<asio::ssl::stream<Tcp::socket&>> tls_;
    std::optional<Connections::Lease> lease_;
    const Address address_;
    Phase phase_ = Phase::Idle;
    bool reading_ = false;
    bool first_ = true;    // request of this connection
    int empty_lines_ = 0;  // skipped before the request
    Clock::time_point deadline_, entered_, window_start_;
    std::int64_t window_moved_ = 0;
    std::int64_t received_ = 0, sent_ = 0;  // bytes of this phase
    Input in_;
    HeadScanner scanner_;
    std::unique_ptr<RequestInput> incoming_;  // between head and dispatch
    std::shared_ptr<Exchange> current_;       // shared with the worker while Running
    Answer out_;
    std::shared_ptr<StreamSession> stream_;  // shared with its operations and whoever sends to it
    ByteBudget::Lease out_share_;
};

}  // namespace outboard::http
