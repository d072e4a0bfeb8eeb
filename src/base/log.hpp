// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

/// One line per event on stderr, text or JSON. Event names never change meaning.
/// Never log bodies, tokens, whole client addresses, or who read what. Threads: any.
namespace outboard::log {

enum class Level { Debug, Info, Warn, Error };

struct Value {
    std::variant<std::string, std::int64_t, double, bool> value;
    Value(std::string_view v) : value(std::string(v)) {}
    Value(const std::string& v) : value(v) {}
    Value(const char* v) : value(std::string(v)) {}
    Value(bool v) : value(v) {}
    Value(std::integral auto v) : value(static_cast<std::int64_t>(v)) {}
    Value(double v) : value(v) {}
    Value(std::chrono::milliseconds v) : value(static_cast<std::int64_t>(v.count())) {}
};
using Field = std::pair<std::string_view, Value>;
using Fields = std::initializer_list<Field>;

/// Sets what is written from now on.
void configure(Level least, bool as_json);
bool parse_level(std::string_view text, Level& level);

void write(Level level, std::string_view event, Fields fields);
inline void debug(std::string_view event, Fields fields = {}) {
    write(Level::Debug, event, fields);
}
inline void info(std::string_view event, Fields fields = {}) { write(Level::Info, event, fields); }
inline void warn(std::string_view event, Fields fields = {}) { write(Level::Warn, event, fields); }
inline void error(std::string_view event, Fields fields = {}) {
    write(Level::Error, event, fields);
}

}  // namespace outboard::log
