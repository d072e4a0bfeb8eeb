// SPDX-License-Identifier: Apache-2.0
#include "federation/base/time.hpp"

#include <array>
#include <cstdio>

namespace outboard {
namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 12> kMonths = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
};
constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 7> kLongDays = {
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"
};

/// Eats text from the left; once something did not fit, everything after fails too.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    int digits(std::size_t count) {
        if (rest_.size() < count) ok_ = false;
        if (!ok_) return 0;
        int value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (rest_[i] < '0' || rest_[i] > '9') ok_ = false;
            value = value * 10 + (rest_[i] - '0');
        }
        rest_.remove_prefix(count);
        return ok_ ? value : 0;
    }
    bool maybe(std::string_view word) {
        if (!ok_ || !rest_.starts_with(word)) return false;
        rest_.remove_prefix(word.size());
        return true;
    }
    void expect(std::string_view word) {
        if (!maybe(word)) ok_ = false;
    }
    template <std::size_t N>
    int one_of(const std::array<std::string_view, N>& words) {
        for (std::size_t i = 0; i < N; ++i) {
            if (maybe(words[i])) return static_cast<int>(i);
        }
        ok_ = false;
        return 0;
    }
    bool has_digit() const { return ok_ && !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9'; }
    bool done() const { return ok_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool ok_ = true;
};

struct Parts {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, millisecond = 0;
};

std::optional<Instant> to_instant(const Parts& p) {
    const year_month_day date{
        year{p.year}, month{static_cast<unsigned>(p.month)}, day{static_cast<unsigned>(p.day)}
    };
    if (!date.ok() || p.year < 1 || p.year > 9999) return std::nullopt;
    if (p.hour > 23 || p.minute > 59 || p.second > 60) return std::nullopt;
    const int second = p.second == 60 ? 59 : p.second;  // a leap second has no number of its own
    return Instant{sys_days{date}} + hours{p.hour} + minutes{p.minute} + seconds{second} +
           milliseconds{p.millisecond};
}

void read_clock(Scanner& in, Parts& p) {
    p.hour = in.digits(2);
    in.expect(":");
    p.minute = in.digits(2);
    in.expect(":");
    p.second = in.digits(2);
}

std::optional<Instant> parse_fixdate(std::string_view text) {
    Scanner in(text);
    Parts p;
    in.one_of(kDays);
    in.expect(", ");
    p.day = in.digits(2);
    in.expect(" ");
    p.month = in.one_of(kMonths) + 1;
    in.expect(" ");
    p.year = in.digits(4);
    in.expect(" ");
    read_clock(in, p);
    in.expect(" GMT");
    return in.done() ? to_instant(p) : std::nullopt;
}

std::optional<Instant> parse_rfc850(std::string_view text) {
    Scanner in(text);
    Parts p;
    in.one_of(kLongDays);
    in.expect(", ");
    p.day = in.digits(2);
    in.expect("-");
    p.month = in.one_of(kMonths) + 1;
    in.expect("-");
    const int year = in.digits(2);
    p.year = year < 70 ? 2000 + year : 1900 + year;
    in.expect(" ");
    read_clock(in, p);
    in.expect(" GMT");
    return in.done() ? to_instant(p) : std::nullopt;
}

std::optional<Instant> parse_asctime(std::string_view text) {
    Scanner in(text);
    Parts p;
    in.one_of(kDays);
    in.expect(" ");
    p.month = in.one_of(kMonths) + 1;
    in.expect(" ");
    p.day = in.maybe(" ") ? in.digits(1) : in.digits(2);
    in.expect(" ");
    read_clock(in, p);
    in.expect(" ");
    p.year = in.digits(4);
    return in.done() ? to_instant(p) : std::nullopt;
}

Parts split(Instant at) {
    const auto midnight = floor<days>(at);
    const year_month_day date{midnight};
    const hh_mm_ss clock{at - midnight};
    return {
        .year = static_cast<int>(date.year()),
        .month = static_cast<int>(static_cast<unsigned>(date.month())),
        .day = static_cast<int>(static_cast<unsigned>(date.day())),
        .hour = static_cast<int>(clock.hours().count()),
        .minute = static_cast<int>(clock.minutes().count()),
        .second = static_cast<int>(clock.seconds().count()),
        .millisecond = static_cast<int>(clock.subseconds().count())
    };
}

template <class... Arguments>
std::string print(const char* format, Arguments... arguments) {
    std::array<char, 96> out{};
    const int size = std::snprintf(out.data(), out.size(), format, arguments...);
    return {out.data(), static_cast<std::size_t>(size)};
}

}  // namespace

std::optional<Instant> parse_rfc3339(std::string_view text) {
    if (text.size() > 64) return std::nullopt;
    Scanner in(text);
    Parts p;
    p.year = in.digits(4);
    in.expect("-");
    p.month = in.digits(2);
    in.expect("-");
    p.day = in.digits(2);
    if (!in.maybe("T") && !in.maybe("t")) in.expect(" ");
    read_clock(in, p);
    if (in.maybe(".")) {
        int weight = 100;
        p.millisecond = in.digits(1) * weight;
        while (in.has_digit()) p.millisecond += in.digits(1) * (weight /= 10);
    }
    minutes offset{0};
    if (!in.maybe("Z") && !in.maybe("z")) {
        const bool west = in.maybe("-");
        if (!west) in.expect("+");
        const int offset_hours = in.digits(2);
        in.expect(":");
        const int offset_minutes = in.digits(2);
        if (offset_hours > 23 || offset_minutes > 59) return std::nullopt;
        offset = hours{offset_hours} + minutes{offset_minutes};
        if (west) offset = -offset;
    }
    if (!in.done()) return std::nullopt;
    const auto local = to_instant(p);
    if (!local) return std::nullopt;
    const Instant at = *local - offset;
    const int year = split(at).year;
    if (year < 1 || year > 9999) return std::nullopt;
    return at;
}

std::string format_rfc3339(Instant at) {
    const Parts p = split(at);
    return print(
        "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
        p.year,
        p.month,
        p.day,
        p.hour,
        p.minute,
        p.second,
        p.millisecond
    );
}

std::string format_date(Instant at) {
    const Parts p = split(at);
    return print("%04d-%02d-%02d", p.year, p.month, p.day);
}

std::optional<Instant> parse_http_date(std::string_view text) {
    if (text.size() > 40) return std::nullopt;
    if (const auto at = parse_fixdate(text)) return at;
    if (const auto at = parse_rfc850(text)) return at;
    return parse_asctime(text);
}

std::string format_http_date(Instant at) {
    const Parts p = split(at);
    const weekday day{floor<days>(at)};
    return std::string(kDays[day.c_encoding()]) + print(", %02d ", p.day) +
           std::string(kMonths[static_cast<std::size_t>(p.month - 1)]) +
           print(" %04d %02d:%02d:%02d GMT", p.year, p.hour, p.minute, p.second);
}

}  // namespace outboard
