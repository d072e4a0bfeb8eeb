// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "federation/base/text.hpp"
#include "federation/json.hpp"

namespace outboard {
namespace {

constexpr std::size_t kDeepest = 128;  // above every JsonLimits::depth, for trees of our own making
constexpr std::uint64_t kExact = 1ULL << 53;  // beyond it an integer may not survive as a double

/// Whether `a` comes before `b` by UTF-16 code units (RFC 8785 section 3.2.3). UTF-8 sorts by code
/// point, which differs in one way only: what needs a surrogate pair (lead bytes F0 to F4) comes
/// before U+E000 to U+FFFF (lead EE and EF).
bool before_in_utf16(std::string_view a, std::string_view b) {
    const auto [left, right] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    if (left == a.end() || right == b.end()) return left == a.end() && right != b.end();
    const int l = static_cast<unsigned char>(*left);
    const int r = static_cast<unsigned char>(*right);
    const auto is_astral = [](int byte) { return byte >= 0xF0; };
    const auto is_high_bmp = [](int byte) { return byte == 0xEE || byte == 0xEF; };
    if (is_astral(l) && is_high_bmp(r)) return true;
    if (is_high_bmp(l) && is_astral(r)) return false;
    return l < r;
}

Result<void> write_string(std::string_view text, std::string& out) {
    if (!is_utf8(text)) return fail(Code::Invalid, "JSON: a string is not UTF-8");
    constexpr std::string_view kDigits = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        switch (c) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\b':
                out += "\\b";
                break;
            case '\t':
                out += "\\t";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\f':
                out += "\\f";
                break;
            case '\r':
                out += "\\r";
                break;
            default:
                if (static_cast<unsigned char>(c) < 0x20) {
                    out += "\\u00";
                    out += kDigits[static_cast<unsigned char>(c) >> 4];
                    out += kDigits[static_cast<unsigned char>(c) & 15U];
                } else {
                    out += c;
                }
        }
    }
    out += '"';
    return {};
}

Result<void> write_number(const json& value, std::string& out) {
    if (value.is_number_float()) {
        const auto number = value.get<double>();
        if (!std::isfinite(number)) return fail(Code::Invalid, "JSON: a number is not finite");
        out += canonical_number(number);
        return {};
    }
    const bool negative = !value.is_number_unsigned() && value.get<std::int64_t>() < 0;
    const std::uint64_t size = negative ? 0 - static_cast<std::uint64_t>(value.get<std::int64_t>())
                                        : value.get<std::uint64_t>();
    if (size > kExact) return fail(Code::Invalid, "JSON: an integer is too large to be exact");
    out += canonical_number(negative ? -static_cast<double>(size) : static_cast<double>(size));
    return {};
}

Result<void> write(const json& value, std::size_t depth, std::string& out);

Result<void> write_object(const json& value, std::size_t depth, std::string& out) {
    std::vector<std::pair<std::string_view, const json*>> members;
    for (const auto& [name, member] : value.items()) members.emplace_back(name, &member);
    std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) {
        return before_in_utf16(a.first, b.first);
    });
    out += '{';
    bool first = true;
    for (const auto& [name, member] : members) {
        if (!std::exchange(first, false)) out += ',';
        OB_CHECK(write_string(name, out));
        out += ':';
        OB_CHECK(write(*member, depth + 1, out));
    }
    out += '}';
    return {};
}

Result<void> write_array(const json& value, std::size_t depth, std::string& out) {
    out += '[';
    bool first = true;
    for (const auto& item : value) {
        if (!std::exchange(first, false)) out += ',';
        OB_CHECK(write(item, depth + 1, out));
    }
    out += ']';
    return {};
}

Result<void> write(const json& value, std::size_t depth, std::string& out) {
    if (depth > kDeepest) return fail(Code::TooLarge, "JSON: nested too deeply");
    switch (value.type()) {
        case json::value_t::null:
            out += "null";
            return {};
        case json::value_t::boolean:
            out += value.get<bool>() ? "true" : "false";
            return {};
        case json::value_t::string:
            return write_string(value.get_ref<const std::string&>(), out);
        case json::value_t::number_integer:
        case json::value_t::number_unsigned:
        case json::value_t::number_float:
            return write_number(value, out);
        case json::value_t::object:
            return write_object(value, depth, out);
        case json::value_t::array:
            return write_array(value, depth, out);
        case json::value_t::binary:
        case json::value_t::discarded:
            break;
    }
    return fail(Code::Invalid, "JSON: a value that JSON does not have");
}

}  // namespace

Result<std::string> canonical_json(const json& value) {
    std::string out;
    OB_CHECK(write(value, 0, out));
    return out;
}

std::string canonical_number(double value) {
    if (value == 0) return "0";  // minus zero too
    std::array<char, 32> buffer{};
    const auto printed = std::to_chars(
        buffer.data(),
        buffer.data() + buffer.size(),
        std::fabs(value),
        std::chars_format::scientific
    );
    std::string_view text(buffer.data(), static_cast<std::size_t>(printed.ptr - buffer.data()));
    const auto mark = text.find('e');
    std::string digits(text.substr(0, 1));
    if (mark > 2) digits += text.substr(2, mark - 2);
    const std::string_view exponent_text = text.substr(mark + 1);
    int exponent = 0;
    const bool below_one = exponent_text[0] == '-';
    std::from_chars(
        exponent_text.data() + 1, exponent_text.data() + exponent_text.size(), exponent
    );

    // ECMA-262 Number::toString: `point` is n, where the decimal point stands among the digits.
    const int point = (below_one ? -exponent : exponent) + 1;
    const int count = static_cast<int>(digits.size());
    std::string out = value < 0 ? "-" : "";
    if (point >= count && point <= 21) return out + digits + std::string(point - count, '0');
    if (point > 0 && point <= 21) return out + digits.insert(point, ".");
    if (point > -6 && point <= 0) return out + "0." + std::string(-point, '0') + digits;
    if (count > 1) digits.insert(1, ".");
    return out + digits + "e" + (below_one ? "-" : "+") + std::to_string(exponent);
}

}  // namespace outboard
