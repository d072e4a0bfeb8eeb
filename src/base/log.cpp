// SPDX-License-Identifier: Apache-2.0
#include "src/base/log.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>

#include "federation/base/time.hpp"

namespace outboard::log {
namespace {

std::atomic<Level> least_level{Level::Info};
std::atomic<bool> json_lines{false};

std::string_view name(Level level) {
    switch (level) {
        case Level::Debug:
            return "debug";
        case Level::Info:
            return "info";
        case Level::Warn:
            return "warn";
        case Level::Error:
            return "error";
    }
    return "error";
}

/// Control characters would let outside text forge lines or colour a terminal.
std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        const auto u = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (u < 0x20 || u == 0x7f) {
            out += fmt::format("\\u{:04x}", u);
        } else {
            out += c;
        }
    }
    return out + "\"";
}

bool is_plain(std::string_view text) {
    if (text.empty()) return false;
    for (const char c : text) {
        const auto u = static_cast<unsigned char>(c);
        if (u <= 0x20 || u == 0x7f || c == '"' || c == '\\' || c == '=') return false;
    }
    return true;
}

std::string print(const Value& value, bool as_json) {
    struct Visitor {
        bool as_json;
        std::string operator()(const std::string& v) const {
            return as_json || !is_plain(v) ? in_quotes(v) : v;
        }
        std::string operator()(std::int64_t v) const { return std::to_string(v); }
        std::string operator()(double v) const { return fmt::format("{}", v); }
        std::string operator()(bool v) const { return v ? "true" : "false"; }
    };
    return std::visit(Visitor{as_json}, value.value);
}

}  // namespace

void configure(Level least, bool as_json) {
    least_level = least;
    json_lines = as_json;
}

bool parse_level(std::string_view text, Level& level) {
    for (const auto candidate : {Level::Debug, Level::Info, Level::Warn, Level::Error}) {
        if (name(candidate) == text) {
            level = candidate;
            return true;
        }
    }
    return false;
}

void write(Level level, std::string_view event, Fields fields) {
    if (level < least_level.load(std::memory_order_relaxed)) return;
    const auto now =
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const bool as_json = json_lines.load(std::memory_order_relaxed);
    std::string line = as_json ? fmt::format(
                                     R"({{"at":"{}","level":"{}","event":"{}")",
                                     format_rfc3339(now),
                                     name(level),
                                     event
                                 )
                               : fmt::format("{} {} {}", format_rfc3339(now), name(level), event);
    for (const auto& [key, value] : fields) {
        line += as_json ? fmt::format(",\"{}\":{}", key, print(value, true))
                        : fmt::format(" {}={}", key, print(value, false));
    }
    line += as_json ? "}\n" : "\n";
    // One write per line, so that threads and processes do not mix; a closed stderr must not stop
    // the node.
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace outboard::log
