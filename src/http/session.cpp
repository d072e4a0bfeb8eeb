// SPDX-License-Identifier: Apache-2.0
#include "src/http/session.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <tuple>
#include <utility>

#include "src/base/log.hpp"
#include "src/http/stream_session.hpp"

namespace outboard::http {

namespace {

using namespace std::chrono_literals;
namespace beast_http = boost::beast::http;

constexpr auto kLingerDeadline = 2s;  // for the other side to close after our last answer
constexpr auto kLingerStopping = 500ms;
constexpr std::int64_t kLingerBytes = 4 * limits::kMiB;
constexpr auto kShedAfter = 1s;  // idle connections end then while no more can be accepted
constexpr int kEmptyLines = 2;   // before a request (RFC 9112 2.2)
constexpr std::size_t kBodyRead = 16 * limits::kKiB;
/// Least movement of a body or an answer, looked at once in a window.
constexpr std::int64_t kLeastBytesPerSecond = 512;
constexpr std::chrono::milliseconds kWindow = 10s;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

Session::Session(
    std::shared_ptr<Shared> shared,
    Loop& loop,
    Tcp::socket socket,
    Connections::Lease lease,
    const Address& address,
    asio::ssl::context* tls
)
    : shared_(std::move(shared)),
      loop_(loop),
      socket_(std::move(socket)),
      lease_(std::move(lease)),
      address_(address),
      out_share_(shared_->front->answers->lease()) {
    if (tls != nullptr) tls_ = std::make_unique<asio::ssl::stream<Tcp::socket&>>(socket_, *tls);
}

void Session::start() {
    ErrorCode ignored;
    std::ignore = socket_.set_option(Tcp::no_delay(true), ignored);
    if (!tls_) {
        enter(Phase::Idle, shared_->settings.header_deadline);
        return read();
    }
    enter(Phase::Handshake, shared_->settings.header_deadline);
    tls_->async_handshake(
        asio::ssl::stream_base::server,
        [self = shared_from_this()](ErrorCode error) {
            if (self->phase_ != Phase::Handshake) return;
            if (error) return self->close();
            self->phase_ = Phase::Idle;  // the deadline stays: it counts from the accept
            self->read();
        }
    );
}

void Session::enter(Phase phase, std::chrono::milliseconds deadline) {
    phase_ = phase;
    entered_ = window_start_ = Clock::now();
    deadline_ = entered_ + deadline;
    window_moved_ = 0;
    received_ = sent_ = 0;
}

// Reading

void Session::read(std::size_t room) {
    if (reading_) return;
    reading_ = true;
    char* const to = in_.prepare(room);
    const auto space = asio::buffer(to, in_.space());
    auto done = [self = shared_from_this()](ErrorCode error, std::size_t count) {
        self->on_read(error, count);
    };
    if (tls_ && phase_ != Phase::Lingering) {
        tls_->async_read_some(space, std::move(done));
    } else {
        socket_.async_read_some(space, std::move(done));
    }
}

void Session::on_read(ErrorCode error, std::size_t count) {
    reading_ = false;
    switch (phase_) {
        case Phase::Closed:
        case Phase::Writing:  // refused while reading: what comes now is of no use
        case Phase::Running:
        case Phase::Streaming:
        case Phase::Handshake:
            return;
        case Phase::Lingering:
            received_ += static_cast<std::int64_t>(count);
            if (error || received_ > kLingerBytes) return close();
            return discard();
        case Phase::Idle:
        case Phase::Head:
        case Phase::Body:
            break;
    }
    if (error) return close();
    in_.filled(count);
    received_ += static_cast<std::int64_t>(count);
    if (phase_ == Phase::Body) {
        take_body();
    } else {
        take_head();
    }
}

void Session::take_head() {
    while (empty_lines_ < kEmptyLines && in_.view().starts_with("\r\n")) {
        in_.consume(2);
        ++empty_lines_;
    }
    if (phase_ == Phase::Idle && !in_.empty()) {
        // The first request's time began with the accept, a later one's begins with its first byte.
        const auto end = deadline_;
        enter(Phase::Head, shared_->settings.header_deadline);
        if (first_) deadline_ = end;
    }
    const auto bytes = in_.view();
    if (bytes == "\r" && empty_lines_ < kEmptyLines) return read();
    switch (scanner_.feed(bytes)) {
        case HeadScanner::State::More:
            return read();
        case HeadScanner::State::Refused:
            return refuse(scanner_.refusal());
        case HeadScanner::State::Done:
            return begin_request(scanner_.length());
    }
}

void Session::begin_request(std::size_t head_bytes) {
    const auto block = in_.view().substr(0, head_bytes);
    const auto head = read_head(block);
    if (!head) return refuse(head.error());
    const auto path = head->target.substr(0, head->target.find('?'));
    const auto limit = shared_->front->body_limit(head->method, path);
    if (head->content_length.value_or(0) > limit) return refuse({413, "The body is too large"});

    incoming_ = std::make_unique<RequestInput>(limit, shared_->front->bodies->lease());
    ErrorCode error;
    const auto used = incoming_->put(asio::buffer(block.data(), block.size()), error);
    if (error || used != block.size()) return refuse({400, "The head of the request is malformed"});
    incoming_->eager(true);
    incoming_->form = {
        .keep_alive = head->keep_alive, .head_only = head->method == "HEAD", .http10 = head->http10
    };
    auto& request = incoming_->request;
    request.method = head->method;
    request.target = head->target;
    request.fields.reserve(head->fields.size());
    for (const auto& [name, value] : head->fields)
        request.fields.push_back({std::string(name), std::string(value)});
    const bool expects_continue = head->expects_continue;
    in_.consume(head_bytes);  // `head` ends here
    scanner_ = {};

    if (incoming_->is_done()) return dispatch();
    enter(Phase::Body, shared_->settings.body_deadline);
    if (expects_continue && in_.empty()) return send_continue();
    take_body();
}

void Session::send_continue() {
    auto done = [self = shared_from_this()](ErrorCode error, std::size_t) {
        if (self->phase_ != Phase::Body) return;
        if (error) return self->close();
        self->take_body();
    };
    const auto bytes = asio::buffer(kContinue.data(), kContinue.size());
    if (tls_) {
        asio::async_write(*tls_, bytes, std::move(done));
    } else {
        asio::async_write(socket_, bytes, std::move(done));
    }
}

void Session::take_body() {
    const auto bytes = in_.view();
    const auto least = incoming_->chunked() ? RequestInput::kLastChunkBytes : 1;
    if (bytes.size() < least) return read(kBodyRead);
    ErrorCode error;
    in_.consume(incoming_->put(asio::buffer(bytes.data(), bytes.size()), error));
    if (incoming_->is_starved())
        return refuse({503, "Too many large bodies arrive at once, try again"});
    if (error == beast_http::error::body_limit) return refuse({413, "The body is too large"});
    if (error && error != beast_http::error::need_more)
        return refuse({400, "The body is malformed"});
    if (incoming_->is_done()) return dispatch();
    if (in_.full()) return refuse({431, "A chunk header or the trailer is too large"});
    read(kBodyRead);
}

// The request

void Session::dispatch() {
    phase_ = Phase::Running;
    in_.shrink();
    if (const auto& quick = shared_->front->quick) {
        if (auto response = quick(incoming_->request)) {
            auto form = incoming_->form;
            form.keep_alive = form.keep_alive && !shared_->front->stopping;
            incoming_.reset();
            return send(serialise(*std::move(response), form));
        }
    }
    identify(incoming_->request, address_, tls_ != nullptr, *loop_.proxies);
    current_ = std::make_shared<Exchange>(
        shared_->front,
        incoming_->take_request(),
        incoming_->form,
        [self = shared_from_this()](std::shared_ptr<Exchange> exchange, Answer answer) {
            self->loop_.post([self, exchange = std::move(exchange), answer = std::move(answer)](
                             ) mutable { self->on_answer(exchange, std::move(answer)); });
        }
    );
    incoming_.reset();
    current_->start();
}

/// Where the request went, as far as it was read.
std::string_view Session::path_of_refused() const {
    if (incoming_ && !incoming_->request.target.empty()) return incoming_->request.path();
    return path_in(in_.view());
}

void Session::refuse(Refusal refusal) {
    log::debug("http.refused", {{"status", refusal.status}, {"why", refusal.why}});
    auto answer = shared_->front->refuse(refusal.status, refusal.why, path_of_refused());
    incoming_.reset();
    send(serialise(std::move(answer), {.keep_alive = false}));
}

void Session::give_up() {
    auto answer =
        shared_->front->refuse(504, "The other server did not answer in time", current_->path());
    current_.reset();
    send(serialise(std::move(answer), {.keep_alive = false}));
}

void Session::on_answer(const std::shared_ptr<Exchange>& exchange, Answer answer) {
    if (phase_ != Phase::Running || exchange != current_) return;
    current_.reset();
    if (answer.streaming) return begin_stream(exchange, std::move(answer));
    send(std::move(answer));
}

void Session::begin_stream(std::shared_ptr<Exchange> exchange, Answer answer) {
    phase_ = Phase::Streaming;
    in_.release();  // a client sends nothing before it has our answer
    stream_ = make_stream({
        .session = shared_from_this(),
        .shared = shared_,
        .loop = loop_,
        .socket = socket_,
        .tls = tls_.get(),
        .exchange = std::move(exchange),
        .answer = std::move(answer),
    });
    const auto stream = stream_;
    stream->start();
    if (shared_->front->stopping) stream->drain();
}

// Writing

void Session::send(Answer answer) {
    if (answer.body.size() > limits::kSmallBody && !out_share_.grow_to(answer.body.size())) {
        answer = serialise(
            plain_answer(503, "Too many large answers wait, try again"), {.keep_alive = false}
        );
    }
    out_ = std::move(answer);
    enter(Phase::Writing, shared_->settings.write_deadline);
    write();
}

void Session::write() {
    const auto sent = static_cast<std::size_t>(sent_);
    const auto head_sent = std::min(sent, out_.head.size());
    const std::array<asio::const_buffer, 2> rest{
        asio::buffer(out_.head) + head_sent, asio::buffer(out_.body) + (sent - head_sent)
    };
    auto done = [self = shared_from_this()](ErrorCode error, std::size_t count) {
        self->on_written(error, count);
    };
    if (tls_) {
        tls_->async_write_some(rest, std::move(done));
    } else {
        socket_.async_write_some(rest, std::move(done));
    }
}

void Session::on_written(ErrorCode error, std::size_t count) {
    if (phase_ != Phase::Writing) return;
    if (error) return close();
    sent_ += static_cast<std::int64_t>(count);
    if (static_cast<std::size_t>(sent_) < out_.head.size() + out_.body.size()) return write();
    const bool close = out_.close || shared_->front->stopping;
    out_ = {};
    out_share_.reset();
    if (close) return linger();
    next_request();
}

void Session::next_request() {
    enter(Phase::Idle, shared_->settings.idle);
    first_ = false;
    empty_lines_ = 0;
    in_.shrink();
    take_head();
}

// Closing

/// Closing at once would reset the connection while the other side still sends, and our answer with
/// it.
void Session::linger() {
    end_stream();
    enter(Phase::Lingering, shared_->front->stopping ? kLingerStopping : kLingerDeadline);
    if (!tls_) return discard();
    if (reading_) return close();
    tls_->async_shutdown([self = shared_from_this()](ErrorCode) {
        if (self->phase_ == Phase::Lingering) self->discard();
    });
}

void Session::discard() {
    ErrorCode ignored;
    if (received_ == 0) std::ignore = socket_.shutdown(Tcp::socket::shutdown_send, ignored);
    in_.consume(in_.view().size());
    read();
}

void Session::abort() {
    ErrorCode ignored;
    // Unsent bytes are not kept by the kernel.
    std::ignore = socket_.set_option(Tcp::socket::linger(true, 0), ignored);
    close();
}

void Session::close() {
    if (phase_ == Phase::Closed) return;
    phase_ = Phase::Closed;
    ErrorCode ignored;
    std::ignore = socket_.close(ignored);
    lease_.reset();
    current_.reset();
    end_stream();
    out_share_.reset();
    loop_.remove(*this);
}

void Session::end_stream() {
    if (const auto stream = std::exchange(stream_, nullptr)) stream->on_closed();
}

void Session::drain() {
    if (phase_ == Phase::Handshake || phase_ == Phase::Idle || phase_ == Phase::Head) close();
    if (const auto stream = stream_) stream->drain();
    if (phase_ == Phase::Lingering) deadline_ = std::min(deadline_, Clock::now() + kLingerStopping);
}

// Deadlines

void Session::tick(Clock::time_point now) {
    const bool late = now >= deadline_;
    switch (phase_) {
        case Phase::Closed:
            return;
        case Phase::Handshake:
        case Phase::Lingering:
            if (late) close();
            return;
        case Phase::Idle:
            if (late || (now - entered_ > kShedAfter && shared_->connections.full())) close();
            return;
        case Phase::Head:
        case Phase::Body: {
            const bool slow =
                phase_ == Phase::Body && is_slow(now, shared_->settings.body_deadline);
            if (!late && !slow) return;
            // An operation on the TLS stream is under way, and another must not be begun.
            if (tls_) return close();
            return refuse({408, "The request took too long to arrive"});
        }
        case Phase::Running:
            if (current_->expire(now)) give_up();
            return;
        case Phase::Streaming: {
            const auto stream = stream_;  // kept while it is used
            return stream->tick(now);
        }
        case Phase::Writing:
            if (late || is_slow(now, shared_->settings.write_deadline)) abort();
            return;
    }
}

bool Session::is_slow(Clock::time_point now, std::chrono::milliseconds whole) {
    const auto window = std::min(kWindow, whole / 3);
    if (now - window_start_ < window) return false;
    const auto before = std::exchange(window_moved_, moved());
    window_start_ = now;
    return window_moved_ - before < kLeastBytesPerSecond * window.count() / 1000;
}

/// Bytes of this phase that passed the network; what waits in the kernel to be taken by a slow
/// reader has not.
std::int64_t Session::moved() {
    if (phase_ != Phase::Writing) return received_;
    int queued = 0;
    if (ioctl(socket_.native_handle(), SIOCOUTQ, &queued) != 0) queued = 0;
    return sent_ - queued;
}

}  // namespace outboard::http
