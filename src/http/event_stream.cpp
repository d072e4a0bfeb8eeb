// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <string_view>
#include <tuple>
#include <utility>

#include "src/http/stream_session.hpp"

namespace outboard::http {

namespace {

/// One comment line. No empty line after it: some clients take that for the end of an event
/// (Mastodon.py 1.8 fails on it).
constexpr std::string_view kBeat = ":thump\n";
/// What a client may send after its request before it is taken for somebody who floods.
constexpr std::size_t kMostRead = 16 * limits::kKiB;

/// Server-sent events (WHATWG HTML 9.2): the answer's head, then events for as long as it lasts.
/// What the client sends is dropped; its end of sending is the end.
class EventStream final : public StreamSession {
public:
    explicit EventStream(StreamStart start)
        : StreamSession(start), head_(std::move(start.answer.head)) {}

private:
    void open() override {
        head_ += kBeat;
        put(head_, &EventStream::on_opened);
        read_on();
    }
    void on_opened(ErrorCode error) {
        head_ = {};
        opened(error);
    }
    void write(const std::string& bytes) override { put(bytes, &EventStream::on_written); }
    void beat() override { put(kBeat, &EventStream::on_written); }
    void on_written(ErrorCode error) {
        written(error);
        if (is_ending()) stop_reading();
    }
    std::chrono::milliseconds beat_after() const override { return limits::kEventBeat; }
    std::optional<std::chrono::milliseconds> silence() const override { return std::nullopt; }

    void finish(StreamEnd) override {
        if (!is_writing()) stop_reading();
    }
    /// Ends the read under way; what it ends with hangs up. TLS cannot say goodbye beside it.
    void stop_reading() {
        ErrorCode ignored;
        std::ignore = socket_.cancel(ignored);
    }

    void read_on() override {
        auto done = [self = self<EventStream>()](ErrorCode error, std::size_t count) {
            self->received_ += count;
            if (self->is_ending()) return self->hang_up(/*gracefully=*/true);
            if (error || self->received_ > kMostRead) return self->hang_up(/*gracefully=*/false);
            self->read_on();
        };
        if (tls_ != nullptr) {
            tls_->async_read_some(asio::buffer(dropped_), std::move(done));
        } else {
            socket_.async_read_some(asio::buffer(dropped_), std::move(done));
        }
    }

    void put(std::string_view bytes, void (EventStream::*then)(ErrorCode)) {
        auto done = [self = self<EventStream>(), then](ErrorCode error, std::size_t) {
            (self.get()->*then)(error);
        };
        const auto all = asio::buffer(bytes.data(), bytes.size());
        if (tls_ != nullptr) {
            asio::async_write(*tls_, all, std::move(done));
        } else {
            asio::async_write(socket_, all, std::move(done));
        }
    }

    std::string head_;
    std::array<char, 64> dropped_{};
    std::size_t received_ = 0;
};

}  // namespace

std::shared_ptr<StreamSession> make_event_stream(StreamStart start) {
    return std::make_shared<EventStream>(std::move(start));
}

}  // namespace outboard::http
