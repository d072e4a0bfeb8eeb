// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

/// Connections that stay open after their answer: server-sent events and WebSockets, as the rest of
/// the program sees them.
namespace outboard::http {

/// Why a stream ends, for the other side (RFC 6455 7.4.1); event streams just end.
enum class StreamEnd {
    Away,        // 1001: the server stops, come back
    Unreadable,  // 1003: sent something else than text
    Refused,     // 1008: no longer allowed
    Overloaded,  // 1013: try again later
    Broken       // 1011: our fault
};

/// The transport's end of an open stream. Threads: any.
class Stream {
public:
    virtual ~Stream() = default;
    /// One event (as it goes over the wire, with its empty line) or one text message, in order.
    /// Returns at once. A reader that lets limits::kStreamQueueBytes or kStreamQueueMessages gather
    /// is cut off. After the end: nothing. `bytes` are shared by all streams they are sent to.
    virtual void send(std::shared_ptr<const std::string> bytes) = 0;
    /// What was sent before need not arrive.
    virtual void close(StreamEnd end) = 0;
};

/// The program's end of it.
class StreamReader {
public:
    virtual ~StreamReader() = default;
    /// A text message of a WebSocket, at most limits::kStreamText bytes, UTF-8. On a worker, one at
    /// a time and in order: the next one is read when this returns.
    virtual void on_text(const std::string& text) = 0;
    /// Once, on any thread; short and without waiting for anything.
    virtual void on_closed() = 0;
};

/// An answer that turns its connection into a stream. An Events answer sends the response's status
/// and fields first; a WebSocket answer sends 101 with those fields, so it must only be made for a
/// request that `asks_for_websocket` finds sound.
struct Streaming {
    enum class Kind { Events, WebSocket };
    Kind kind = Kind::Events;
    /// Called once, on a worker, before anything is sent, so that nothing is missed between the
    /// answer and the first event. Nothing: the stream is closed as Overloaded. Must not throw.
    std::function<std::shared_ptr<StreamReader>(std::shared_ptr<Stream>)> begin;
};

struct Request;

/// What a request says about becoming a WebSocket (RFC 6455 4.2.1).
enum class Upgrade {
    None,        // an ordinary request
    Unsound,     // asks for it, but with a malformed key, a body or another method
    OldVersion,  // another version than 13
    Sound
};
Upgrade asks_for_websocket(const Request& request);

}  // namespace outboard::http
