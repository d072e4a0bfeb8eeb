// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Requests and answers as values; no socket, no domain.
namespace outboard::http {

struct Field {
    std::string name, value;  // as sent
};

struct Request {
    std::string method;
    std::string target;         // raw, as in the request line
    std::vector<Field> fields;  // in order, names and values as sent
    std::string body;           // decompressed never: Content-Encoding is refused
    std::string peer;           // client address after trusted proxies, for limits and the log
    bool secure = false;        // arrived by TLS, here or at a trusted proxy
    std::shared_ptr<const void> share = {
    };  // of the bodies in flight; given back with the last copy

    /// First value of that name, without case.
    std::optional<std::string_view> header(std::string_view name) const;
    std::string_view path() const;   // raw, before '?'
    std::string_view query() const;  // raw, after '?'
};

struct Response;

/// An answer that waits for the network without holding a thread. The server calls `begin` once, on
/// the worker that made it; `begin` must see that its argument is called exactly once, from any
/// thread, with a function that makes the final answer (run on a worker; it may return another
/// Pending).
struct Pending {
    std::string host;  // counted against limits::kPendingPerHost
    std::function<void(std::function<void(std::function<Response()>)> resume)> begin;
};

struct Streaming;  // src/http/stream.hpp

struct Response {
    int status = 200;
    std::vector<Field> fields;
    std::string body;
    std::shared_ptr<const Pending> pending;      // shared: a Response is copied, the wait is one
    std::shared_ptr<const Streaming> streaming;  // the connection becomes a stream; shared likewise

    Response& set(std::string name, std::string value);
    static Response make(int status, std::string content_type, std::string body);
};

/// The whole program as the transport sees it. Called on workers, many at once; must not throw.
using Handler = std::function<Response(const Request&)>;

/// Asked first, on an I/O thread: what it knows by heart, else nothing. It must neither wait nor
/// throw, and takes microseconds; its answers are whole, never a Pending or a stream.
using QuickHandler = std::function<std::optional<Response>(const Request&)>;

/// Bytes a request to this method and path may have in its body; asked once the headers are there.
/// Draws a refusal of the front's own, which no handler saw, as answers under that path look.
/// `path` is raw and empty where the request came not so far. Threads: any.
using RefusalForm =
    std::function<Response(int status, std::string_view why, std::string_view path)>;
using BodyLimit = std::function<std::size_t(std::string_view method, std::string_view path)>;

std::string_view reason(int status);

}  // namespace outboard::http
