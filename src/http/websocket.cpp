// SPDX-License-Identifier: Apache-2.0
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "src/http/stream_session.hpp"

namespace outboard::http {

namespace {

namespace beast = boost::beast;
namespace websocket = beast::websocket;

/// Plain or TLS, so that Beast's protocol is compiled once.
class Wire {
public:
    using executor_type = Tcp::socket::executor_type;
    Wire(Tcp::socket& socket, asio::ssl::stream<Tcp::socket&>* tls) : socket_(socket), tls_(tls) {}
    executor_type get_executor() { return socket_.get_executor(); }

    template <class Buffers, class Handler>
    void async_read_some(const Buffers& buffers, Handler&& handler) {
        if (tls_ != nullptr) {
            tls_->async_read_some(buffers, std::forward<Handler>(handler));
        } else {
            socket_.async_read_some(buffers, std::forward<Handler>(handler));
        }
    }
    template <class Buffers, class Handler>
    void async_write_some(const Buffers& buffers, Handler&& handler) {
        if (tls_ != nullptr) {
            tls_->async_write_some(buffers, std::forward<Handler>(handler));
        } else {
            socket_.async_write_some(buffers, std::forward<Handler>(handler));
        }
    }

    void close() {
        ErrorCode ignored;
        std::ignore = socket_.close(ignored);
    }

private:
    Tcp::socket& socket_;
    asio::ssl::stream<Tcp::socket&>* const tls_;
};

/// Found by Beast, for deadlines of its own (none are set).
void beast_close_socket(Wire& wire) { wire.close(); }

/// Found by Beast. The session ends the connection itself, as after any last answer.
template <class Handler>
void async_teardown(beast::role_type, Wire& wire, Handler&& handler) {
    asio::post(
        wire.get_executor(),
        beast::bind_front_handler(std::forward<Handler>(handler), beast::error_code{})
    );
}

websocket::close_reason reason_of(StreamEnd end) {
    switch (end) {
        case StreamEnd::Away:
            return {websocket::close_code::going_away, "The server stops; come back"};
        case StreamEnd::Refused:
            return {websocket::close_code::policy_error, "The login has ended"};
        case StreamEnd::Unreadable:
            return {websocket::close_code::unknown_data, "Only text is understood"};
        case StreamEnd::Overloaded:
            return {websocket::close_code::try_again_later, "The server is busy"};
        case StreamEnd::Broken:
            return {websocket::close_code::internal_error, "Something went wrong on this server"};
    }
    return {websocket::close_code::internal_error};
}

/// A WebSocket (RFC 6455): text both ways, a ping when it is silent. Compression is not offered: it
/// costs each connection some 300 KB.
class WebSocket final : public StreamSession {
public:
    explicit WebSocket(StreamStart start)
        : StreamSession(start),
          exchange_(std::move(start.exchange)),
          fields_(std::move(start.answer.fields)),
          ws_(start.socket, start.tls) {
        ws_.set_option(websocket::stream_base::timeout{
            websocket::stream_base::none(), websocket::stream_base::none(), false
        });                        // the ticks see to it
        ws_.auto_fragment(false);  // nothing is copied
        ws_.text(true);
        ws_.read_message_max(limits::kStreamText);
        ws_.control_callback([this](websocket::frame_type, beast::string_view) { heard(); });
    }

private:
    void open() override {
        beast::http::request<beast::http::empty_body> request;
        request.method(beast::http::verb::get);
        request.version(11);
        request.target("/");
        for (const auto& field : exchange_->request().fields) {
            request.insert(field.name, field.value);
        }
        ws_.set_option(websocket::stream_base::decorator([fields = std::move(fields_
                                                          )](websocket::response_type& answer) {
            answer.set(beast::http::field::server, "Outboard");  // else Beast names itself
            for (const auto& field : fields) answer.set(field.name, field.value);
        }));
        exchange_.reset();
        ws_.async_accept(request, [self = self<WebSocket>()](ErrorCode error) {
            self->ws_.set_option(websocket::stream_base::decorator([](auto&) {}));
            self->opened(error);
            if (!error) self->read_on();
        });
    }

    void write(const std::string& bytes) override {
        ws_.async_write(
            asio::buffer(bytes),
            [self = self<WebSocket>()](ErrorCode error, std::size_t) { self->written(error); }
        );
    }

    void beat() override {
        ws_.async_ping({}, [self = self<WebSocket>()](ErrorCode error) { self->written(error); });
    }
    std::chrono::milliseconds beat_after() const override { return limits::kSocketBeat; }
    std::optional<std::chrono::milliseconds> silence() const override {
        return limits::kStreamSilence;
    }

    void read_on() override {
        if (is_ending()) return;
        ws_.async_read(in_, [self = self<WebSocket>()](ErrorCode error, std::size_t) {
            self->on_message(error);
        });
    }

    void on_message(ErrorCode error) {
        if (is_ending()) return;  // what ends it hangs up
        if (error) return hang_up(/*gracefully=*/true);
        if (!ws_.got_text()) return end(StreamEnd::Unreadable);
        std::string text(static_cast<const char*>(in_.data().data()), in_.size());
        in_ = {};
        hand_over(std::move(text));
    }

    void finish(StreamEnd end) override {
        ws_.async_close(reason_of(end), [self = self<WebSocket>()](ErrorCode) {
            self->hang_up(/*gracefully=*/true);
        });
    }

    std::shared_ptr<Exchange> exchange_;  // until the answer; shared with the worker that made it
    std::vector<Field> fields_;
    websocket::stream<Wire, /*deflateSupported=*/false> ws_;
    beast::flat_buffer in_;
};

}  // namespace

std::shared_ptr<StreamSession> make_websocket(StreamStart start) {
    return std::make_shared<WebSocket>(std::move(start));
}

}  // namespace outboard::http
