// SPDX-License-Identifier: Apache-2.0
#include "federation/der.hpp"

#include <algorithm>
#include <bit>

namespace outboard::federation::der {
namespace {

std::size_t byte_at(std::string_view text, std::size_t i) {
    return static_cast<unsigned char>(text[i]);
}

}  // namespace

std::optional<std::string_view> take(std::string_view& rest, unsigned char tag) {
    if (rest.size() < 2 || byte_at(rest, 0) != tag) return std::nullopt;
    std::size_t length = byte_at(rest, 1);
    std::size_t header = 2;
    if (length >= 0x80) {
        const std::size_t count = length & 0x7FU;
        if (count < 1 || count > 3 || rest.size() < 2 + count) return std::nullopt;
        length = 0;
        for (std::size_t i = 0; i < count; ++i) length = length << 8 | byte_at(rest, 2 + i);
        const bool shortest = length >= 0x80 && byte_at(rest, 2) != 0;
        if (!shortest) return std::nullopt;
        header += count;
    }
    if (rest.size() - header < length) return std::nullopt;
    const auto content = rest.substr(header, length);
    rest.remove_prefix(header + length);
    return content;
}

std::optional<std::string_view> take_unsigned(std::string_view& rest) {
    auto content = take(rest, kInteger);
    if (!content || content->empty()) return std::nullopt;
    if (byte_at(*content, 0) >= 0x80) return std::nullopt;  // negative
    if (byte_at(*content, 0) == 0 && content->size() > 1) {
        if (byte_at(*content, 1) < 0x80) return std::nullopt;  // not the shortest form
        content->remove_prefix(1);
    }
    return content;
}

std::string put(unsigned char tag, std::string_view content) {
    std::string length;
    for (std::size_t left = content.size(); left > 0; left >>= 8) {
        length.insert(length.begin(), static_cast<char>(left & 0xFFU));
    }
    std::string out(1, static_cast<char>(tag));
    if (content.size() >= 0x80) {
        out += static_cast<char>(0x80U | length.size());
        out += length;
    } else {
        out += static_cast<char>(content.size());
    }
    return out.append(content);
}

std::size_t bits(std::string_view number) {
    number.remove_prefix(std::min(number.find_first_not_of('\0'), number.size()));
    if (number.empty()) return 0;
    return (number.size() - 1) * 8 +
           static_cast<std::size_t>(std::bit_width(static_cast<unsigned char>(number[0])));
}

}  // namespace outboard::federation::der
