// SPDX-License-Identifier: Apache-2.0
#include "src/http/stream_session.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <exception>
#include <utility>

#include "src/base/log.hpp"

namespace outboard::http {

StreamSession::StreamSession(const StreamStart& start)
    : socket_(start.socket),
      tls_(start.tls),
      session_(start.session),
      shared_(start.shared),
      loop_(start.loop),
      streaming_(start.answer.streaming),
      started_(Clock::now()),
      wrote_(started_),
      heard_(started_) {
    // What a dead peer never acknowledges ends the connection, also between our own deadlines.
    const unsigned int most = static_cast<unsigned int>(
        std::chrono::milliseconds(shared_->settings.write_deadline).count()
    );
    setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &most, sizeof most);
}

void StreamSession::post(void (StreamSession::*step)()) {
    loop_.post([self = shared_from_this(), step] { (self.get()->*step)(); });
}

// Any thread

void StreamSession::send(std::shared_ptr<const std::string> bytes) {
    enum class Then { Nothing, Pump, Cut } then = Then::Nothing;
    queue_.with([&](Queue& queue) {
        if (queue.closed) return;
        queue.bytes += bytes->size();
        if (queue.bytes > limits::kStreamQueueBytes ||
            queue.waiting.size() >= limits::kStreamQueueMessages) {
            queue.closed = true;
            queue.waiting.clear();
            then = Then::Cut;
            return;
        }
        queue.waiting.push_back(std::move(bytes));
        if (!std::exchange(queue.told, true)) then = Then::Pump;
    });
    if (then == Then::Pump) post(&StreamSession::pump);
    if (then == Then::Cut) post(&StreamSession::fall_behind);
}

void StreamSession::close(StreamEnd end) {
    queue_.with([](Queue& queue) {
        queue.closed = true;
        queue.waiting.clear();
    });
    loop_.post([self = shared_from_this(), end] { self->end(end); });
}

// The beginning

void StreamSession::start() {
    if (!shared_->front->workers.post([self = shared_from_this()] { self->begin(); })) {
        end(StreamEnd::Overloaded);
    }
}

/// On a worker.
void StreamSession::begin() {
    if (shared_->front->ended) return;
    std::shared_ptr<StreamReader> reader;
    try {
        reader = streaming_->begin(shared_from_this());
    } catch (const std::exception& problem) {
        log::error("http.stream.threw", {{"what", problem.what()}});
        return close(StreamEnd::Broken);
    }
    if (!reader) return close(StreamEnd::Overloaded);
    const bool closed = reader_.with([&](Reader& held) {
        if (!held.closed) held.reader = reader;
        return held.closed;
    });
    if (closed) return reader->on_closed();
    loop_.post([self = shared_from_this()] {
        if (!self->ending_) self->open();
    });
}

void StreamSession::opened(ErrorCode error) {
    if (error) return hang_up(/*gracefully=*/false);
    wrote_ = heard_ = Clock::now();
    open_ = true;
    pump();
}

// Writing

void StreamSession::pump() {
    if (!open_ || writing_ || ending_) return;
    queue_.with([&](Queue& queue) {
        queue.told = !queue.waiting.empty();
        if (queue.waiting.empty()) return;
        current_ = std::move(queue.waiting.front());
        queue.waiting.pop_front();
    });
    if (!current_) return;
    writing_ = true;
    started_ = Clock::now();
    write(*current_);
}

void StreamSession::written(ErrorCode error) {
    writing_ = false;
    wrote_ = Clock::now();
    if (const auto done = std::exchange(current_, nullptr)) {
        queue_.with([&](Queue& queue) { queue.bytes -= done->size(); });
    }
    if (error) return hang_up(/*gracefully=*/false);
    pump();
}

void StreamSession::fall_behind() {
    log::debug("http.stream.slow_reader");
    session_->abort();
}

// Reading

void StreamSession::hand_over(std::string text) {
    heard();
    auto reader = reader_.with([](Reader& held) { return held.reader; });
    if (!reader) return;
    auto work = [self = shared_from_this(), reader = std::move(reader), text = std::move(text)] {
        reader->on_text(text);
        self->post(&StreamSession::read_on);
    };
    if (!shared_->front->workers.post(std::move(work))) end(StreamEnd::Overloaded);
}

// The end

void StreamSession::end(StreamEnd end) {
    if (std::exchange(ending_, true)) return;
    queue_.with([](Queue& queue) {
        queue.closed = true;
        queue.waiting.clear();
    });
    end_by_ = Clock::now() + limits::kStreamClosing;
    if (!open_) return hang_up(/*gracefully=*/false);
    finish(end);
}

void StreamSession::hang_up(bool gracefully) {
    if (session_->stream_.get() != this) return;
    if (gracefully) {
        session_->linger();
    } else {
        session_->close();
    }
}

void StreamSession::on_closed() {
    ending_ = true;
    queue_.with([](Queue& queue) {
        queue.closed = true;
        queue.waiting.clear();
    });
    const auto reader = reader_.with([](Reader& held) {
        held.closed = true;
        return std::exchange(held.reader, nullptr);
    });
    if (reader) reader->on_closed();
}

void StreamSession::tick(Clock::time_point now) {
    const auto patience = shared_->settings.write_deadline;
    if (ending_) {
        if (now >= end_by_) hang_up(/*gracefully=*/false);
        return;
    }
    if (!open_ || writing_) {
        if (now - started_ >= patience) session_->abort();
        return;
    }
    if (const auto most = silence(); most && now - heard_ >= *most) return session_->abort();
    if (now - wrote_ < beat_after()) return;
    writing_ = true;
    started_ = now;
    beat();
}

std::shared_ptr<StreamSession> make_stream(StreamStart start) {
    return start.answer.streaming->kind == Streaming::Kind::WebSocket
               ? make_websocket(std::move(start))
               : make_event_stream(std::move(start));
}

}  // namespace outboard::http
