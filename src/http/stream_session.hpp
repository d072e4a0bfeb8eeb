// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "src/base/guarded.hpp"
#include "src/http/session.hpp"
#include "src/http/stream.hpp"

/// Inside of the front, as session.hpp.
namespace outboard::http {

/// What a stream takes over from the session whose answer it is.
struct StreamStart {
    std::shared_ptr<Session> session;  // kept open, and closed, through it; shared with the loop
    std::shared_ptr<Shared> shared;
    Loop& loop;
    Tcp::socket& socket;  // the session's
    asio::ssl::stream<Tcp::socket&>* tls;
    std::shared_ptr<Exchange> exchange;  // for the request; shared with the worker that answered
    Answer answer;
};

/// A connection as a stream: a bounded queue, one write at a time, heartbeats, and the end. Its
/// session keeps the connection's place in the counts and tells of ticks and of the end. Threads:
/// `send` and `close` any, the rest the loop's.
class StreamSession : public Stream, public std::enable_shared_from_this<StreamSession> {
public:
    explicit StreamSession(const StreamStart& start);

    void send(std::shared_ptr<const std::string> bytes) final;
    void close(StreamEnd end) final;

    /// Lets the program begin, then opens.
    void start();
    void tick(Clock::time_point now);
    /// The server stops.
    void drain() { end(StreamEnd::Away); }
    /// The session has closed or only waits for the other side to.
    void on_closed();

protected:
    /// Sends what comes before the first message, and ends with `opened`. Begins to read.
    virtual void open() = 0;
    /// Sends one message, and ends with `written`.
    virtual void write(const std::string& bytes) = 0;
    /// Sends something that keeps the connection alive, and ends with `written`.
    virtual void beat() = 0;
    /// Tells the other side, and ends with `hang_up`. `writing` says that a write is under way;
    /// `written` comes then still.
    virtual void finish(StreamEnd end) = 0;
    /// How long nothing need be sent.
    virtual std::chrono::milliseconds beat_after() const = 0;
    /// How long nothing need be heard; nothing when the other side does not speak.
    virtual std::optional<std::chrono::milliseconds> silence() const = 0;

    void opened(ErrorCode error);
    void written(ErrorCode error);
    void heard() { heard_ = Clock::now(); }
    /// A text message came; `read_on` is called when the next may be read.
    void hand_over(std::string text);
    virtual void read_on() = 0;
    void end(StreamEnd end);
    void hang_up(bool gracefully);
    bool is_writing() const { return writing_; }
    bool is_ending() const { return ending_; }
    template <class Derived>
    std::shared_ptr<Derived> self() {
        return std::static_pointer_cast<Derived>(shared_from_this());
    }

    Tcp::socket& socket_;
    asio::ssl::stream<Tcp::socket&>* const tls_;

private:
    struct Queue {
        std::deque<std::shared_ptr<const std::string>> waiting;  // shared with other streams
        std::size_t bytes = 0;                                   // waiting, or being written
        bool told = true;  // the loop knows that something waits
        bool closed = false;
    };
    struct Reader {
        std::shared_ptr<StreamReader> reader;  // shared with the worker that calls it
        bool closed = false;
    };
    void begin();
    void pump();
    void post(void (StreamSession::*step)());
    void fall_behind();

    const std::shared_ptr<Session> session_;  // which drops this stream when it closes
    const std::shared_ptr<Shared> shared_;    // with the loop
    Loop& loop_;
    const std::shared_ptr<const Streaming> streaming_;
    Guarded<Queue> queue_;
    Guarded<Reader> reader_;
    std::shared_ptr<const std::string> current_;  // being written; shared with other streams
    bool open_ = false, writing_ = false, ending_ = false;
    Clock::time_point started_, wrote_, heard_, end_by_;
};

std::shared_ptr<StreamSession> make_stream(StreamStart start);
// One file each.
std::shared_ptr<StreamSession> make_event_stream(StreamStart start);
std::shared_ptr<StreamSession> make_websocket(StreamStart start);

}  // namespace outboard::http
