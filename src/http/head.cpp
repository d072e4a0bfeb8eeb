// SPDX-License-Identifier: Apache-2.0
#include "src/http/head.hpp"

#include <algorithm>
#include <charconv>

#include "src/http/words.hpp"

namespace outboard::http {

namespace {

using Refused = std::optional<Refusal>;

constexpr std::size_t kMethodBytes = 32;

std::string_view take_line(std::string_view& block) {
    const auto end = block.find("\r\n");
    const auto line = block.substr(0, end);
    block.remove_prefix(end + 2);
    return line;
}

bool is_target(std::string_view target) {
    return std::none_of(target.begin(), target.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte <= 0x20 || byte == 0x7f;
    });
}

Refused read_request_line(std::string_view line, Head& head) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) {
        return Refusal{400, "The request line needs a method, a target and a version"};
    }
    head.method = line.substr(0, first);
    head.target = line.substr(first + 1, last - first - 1);
    const auto version = line.substr(last + 1);
    if (head.method.size() > kMethodBytes || !is_token(head.method)) {
        return Refusal{400, "The method is not a token"};
    }
    if (version != "HTTP/1.1" && version != "HTTP/1.0") {
        return Refusal{400, "Only HTTP/1.1 and HTTP/1.0 are spoken here"};
    }
    head.http10 = version == "HTTP/1.0";
    if (head.target.size() > limits::kTargetBytes) return Refusal{414, "The target is too long"};
    if (!is_target(head.target)) return Refusal{400, "Spaces or control characters in the target"};
    const bool asterisk = head.target == "*" && head.method == "OPTIONS";
    if (!head.target.starts_with('/') && !asterisk) {
        return Refusal{400, "The target must be a path"};
    }
    return std::nullopt;
}

Refused read_field(std::string_view line, Head& head) {
    if (line.front() == ' ' || line.front() == '\t')
        return Refusal{400, "Folded header lines are obsolete"};
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return Refusal{400, "A header line has no colon"};
    const HeadField field{line.substr(0, colon), trimmed(line.substr(colon + 1))};
    if (!is_token(field.name)) return Refusal{400, "A header name is not a token"};
    if (!is_value(field.value)) return Refusal{400, "Control characters in a header value"};
    head.fields.push_back(field);
    return std::nullopt;
}

Refused read_length(std::string_view value, Head& head) {
    if (head.content_length) return Refusal{400, "Content-Length is repeated"};
    std::uint64_t length = 0;
    const char* const begin = value.data();
    const char* const end = begin + value.size();
    const auto [stop, error] = std::from_chars(begin, end, length);
    if (value.empty() || !is_digit(value.front()) || error != std::errc{} || stop != end) {
        return Refusal{400, "Content-Length is not a number"};
    }
    head.content_length = length;
    return std::nullopt;
}

bool is_host(std::string_view value) {
    if (value.empty()) return false;
    return std::all_of(value.begin(), value.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte > 0x20 && byte < 0x7f &&
               std::string_view("/?#@\\,<>\"").find(c) == std::string_view::npos;
    });
}

/// What decides where the request ends and what becomes of the connection.
Refused read_framing(Head& head) {
    int hosts = 0;
    bool close = false, keep = false;
    for (const auto& [name, value] : head.fields) {
        if (same_word(name, "host")) {
            if (++hosts > 1) return Refusal{400, "Host is repeated"};
            if (!is_host(value)) return Refusal{400, "Host is not a name or address"};
        } else if (same_word(name, "content-length")) {
            if (auto refused = read_length(value, head)) return refused;
        } else if (same_word(name, "transfer-encoding")) {
            if (head.chunked) return Refusal{400, "Transfer-Encoding is repeated"};
            if (!same_word(value, "chunked")) return Refusal{400, "Unknown transfer coding"};
            head.chunked = true;
        } else if (same_word(name, "content-encoding")) {
            if (!same_word(value, "identity"))
                return Refusal{415, "Send the body without Content-Encoding"};
        } else if (same_word(name, "expect")) {
            if (!same_word(value, "100-continue")) return Refusal{417, "Unknown expectation"};
            head.expects_continue = !head.http10;
        } else if (same_word(name, "connection")) {
            each_element(value, [&](std::string_view word) {
                close = close || same_word(word, "close");
                keep = keep || same_word(word, "keep-alive");
            });
        }
    }
    if (hosts == 0 && !head.http10) return Refusal{400, "Host is missing"};
    if (head.chunked && head.content_length) {
        return Refusal{400, "Content-Length together with Transfer-Encoding"};
    }
    if (head.chunked && head.http10) return Refusal{400, "HTTP/1.0 has no transfer codings"};
    head.keep_alive = !close && (!head.http10 || keep);
    return std::nullopt;
}

}  // namespace

std::string_view path_in(std::string_view bytes) {
    const auto line = bytes.substr(0, bytes.find_first_of("\r\n"));
    const auto start = line.find(' ');
    if (start == std::string_view::npos) return {};
    const auto target = line.substr(start + 1, line.find(' ', start + 1) - start - 1);
    return target.starts_with('/') ? target.substr(0, target.find('?')) : std::string_view();
}

HeadScanner::State HeadScanner::refuse(int status, const char* why) {
    refusal_ = {status, why};
    return State::Refused;
}

HeadScanner::State HeadScanner::feed(std::string_view bytes) {
    if (!bytes.empty() && !is_token_char(bytes.front())) {
        return refuse(400, "This does not begin like an HTTP request");
    }
    while (scanned_ < bytes.size()) {
        const auto end = bytes.find('\n', scanned_);
        const bool ended = end != std::string_view::npos;
        const auto line = bytes.substr(line_start_, (ended ? end : bytes.size()) - line_start_);
        if (fields_start_ == 0 && line.size() > kRequestLineBytes)
            return refuse(414, "The request line is too long");
        if (fields_start_ > 0 && line_start_ + line.size() - fields_start_ > limits::kHeaderBytes) {
            return refuse(431, "The headers are too large");
        }
        scanned_ = ended ? end + 1 : bytes.size();
        if (!ended) return State::More;
        if (line.find('\r') + 1 != line.size() || line.empty()) {
            return refuse(400, "A line must end with CR LF, and hold neither alone");
        }
        line_start_ = scanned_;
        if (line.size() == 1 && fields_start_ > 0) return State::Done;
        if (fields_start_ == 0) {
            fields_start_ = scanned_;
        } else if (++lines_ > limits::kHeaderCount) {
            return refuse(431, "Too many header lines");
        }
    }
    return State::More;
}

tl::expected<Head, Refusal> read_head(std::string_view block) {
    Head head;
    if (auto refused = read_request_line(take_line(block), head)) return tl::unexpected(*refused);
    head.fields.reserve(16);
    for (auto line = take_line(block); !line.empty(); line = take_line(block)) {
        if (auto refused = read_field(line, head)) return tl::unexpected(*refused);
    }
    if (auto refused = read_framing(head)) return tl::unexpected(*refused);
    return head;
}

}  // namespace outboard::http
