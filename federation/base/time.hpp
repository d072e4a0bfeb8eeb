// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace outboard {

/// A moment in UTC, in milliseconds since the Unix epoch.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

inline std::int64_t to_ms(Instant at) { return at.time_since_epoch().count(); }
inline Instant from_ms(std::int64_t ms) { return Instant{std::chrono::milliseconds{ms}}; }

/// Reads RFC 3339 with any offset and any number of fraction digits (cut to milliseconds).
/// Nothing for text that is no such time, or years outside 1 to 9999.
std::optional<Instant> parse_rfc3339(std::string_view text);

/// `2026-11-24T10:00:00.000Z`, the form of the client API and of what we write to the wire.
std::string format_rfc3339(Instant at);

/// `2026-11-24`.
std::string format_date(Instant at);

/// Reads the three HTTP date forms of RFC 9110 section 5.6.7 (only GMT).
std::optional<Instant> parse_http_date(std::string_view text);

/// `Sun, 22 Nov 2026 05:00:00 GMT`.
std::string format_http_date(Instant at);

}  // namespace outboard
