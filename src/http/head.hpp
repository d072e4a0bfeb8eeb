// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "src/base/limits.hpp"

/// Reads a request's head strictly, from the bytes as they came (RFC 9112; THREATS 25, 114).
/// Beast's parser reads the same bytes after us; what it is lenient about (folded lines, lists of
/// lengths, other codings) is refused here before.
namespace outboard::http {

/// Why a request is answered without asking the handler; the connection closes after it.
struct Refusal {
    int status = 400;
    const char* why = "";
};

/// The path in the request line of a head that may be unfinished or malformed; empty when there is
/// none. To choose the form of a refusal, nothing else.
std::string_view path_in(std::string_view bytes);

/// Bytes of the request line: the target's, and room for method and version.
inline constexpr std::size_t kRequestLineBytes = limits::kTargetBytes + 64;
/// Bytes a head can have at most.
inline constexpr std::size_t kHeadBytes = kRequestLineBytes + limits::kHeaderBytes;

/// Finds the end of the head in bytes that arrive piece by piece, and refuses what need not be
/// waited for.
class HeadScanner {
public:
    enum class State { More, Done, Refused };
    /// `bytes`: all of the head so far, starting where the first call's did.
    State feed(std::string_view bytes);
    std::size_t length() const { return line_start_; }  // once Done: with the empty line
    Refusal refusal() const { return refusal_; }

private:
    State refuse(int status, const char* why);
    std::size_t line_start_ = 0;  // of the line not ended yet
    std::size_t scanned_ = 0;
    std::size_t fields_start_ = 0;  // 0 until the request line ended
    std::size_t lines_ = 0;
    Refusal refusal_;
};

struct HeadField {
    std::string_view name, value;
};

/// Views into the block given to `read_head`.
struct Head {
    std::string_view method, target;
    bool http10 = false;
    bool keep_alive = true;
    bool expects_continue = false;
    bool chunked = false;
    std::optional<std::uint64_t> content_length;
    std::vector<HeadField> fields;
};

/// `block`: what HeadScanner called Done, request line to empty line.
tl::expected<Head, Refusal> read_head(std::string_view block);

}  // namespace outboard::http
