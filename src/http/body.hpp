// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "src/base/limits.hpp"
#include "src/http/budget.hpp"
#include "src/http/exchange.hpp"
#include "src/http/message.hpp"

namespace outboard::http {

/// A request between its head and its end. Beast's parser frames the body; fields come from
/// `read_head`, which keeps their bytes.
class RequestInput final : public boost::beast::http::basic_parser<true> {
public:
    /// Ends of a chunked body are this long at least; Beast's parser must not be called with less
    /// of it.
    static constexpr std::size_t kLastChunkBytes = 5;

    RequestInput(std::size_t limit, ByteBudget::Lease share)
        : limit_(limit), share_(std::move(share)) {
        body_limit(boost::none);  // counted here
        header_limit(kMostHeader);
    }

    Request request;
    AnswerForm form;

    /// The body did not fit into what all bodies may hold.
    bool is_starved() const { return starved_; }
    /// The whole request, with its share of that.
    Request take_request() {
        request.share = std::make_shared<const ByteBudget::Lease>(std::move(share_));
        return std::move(request);
    }

private:
    using Error = boost::beast::error_code;
    using View = boost::beast::string_view;
    using Field = boost::beast::http::field;
    static constexpr std::uint32_t kMostHeader =
        64 * limits::kKiB;  // head.hpp has bounded it before

    std::size_t take(View bytes, Error& error) {
        if (bytes.size() > limit_ - request.body.size()) {
            error = boost::beast::http::error::body_limit;
            return 0;
        }
        const auto after = request.body.size() + bytes.size();
        if (after > limits::kSmallBody && !share_.grow_to(after)) {
            starved_ = true;
            error = boost::beast::http::error::body_limit;
            return 0;
        }
        request.body.append(bytes.data(), bytes.size());
        return bytes.size();
    }

    void on_request_impl(boost::beast::http::verb, View, View, int, Error&) override {}
    void on_response_impl(int, View, int, Error&) override {}
    void on_field_impl(Field, View, View, Error& error) override {
        if (is_header_done() && ++trailers_ > limits::kHeaderCount)
            error = boost::beast::http::error::header_limit;
    }
    void on_header_impl(Error&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, Error&) override {
        if (length) request.body.reserve(std::min<std::size_t>(*length, kFirstReserve));
    }
    std::size_t on_body_impl(View bytes, Error& error) override { return take(bytes, error); }
    void on_chunk_header_impl(std::uint64_t size, View, Error& error) override {
        if (size > limit_ - request.body.size()) error = boost::beast::http::error::body_limit;
    }
    std::size_t on_chunk_body_impl(std::uint64_t, View bytes, Error& error) override {
        return take(bytes, error);
    }
    void on_finish_impl(Error&) override {}

    static constexpr std::size_t kFirstReserve =
        16 * limits::kKiB;  // a length is a claim until the bytes are there
    const std::size_t limit_;
    ByteBudget::Lease share_;
    bool starved_ = false;
    std::size_t trailers_ = 0;
};

}  // namespace outboard::http
