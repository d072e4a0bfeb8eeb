// SPDX-License-Identifier: Apache-2.0
#include "federation/base/bytes.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace outboard {
namespace {

constexpr std::string_view kStandard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlSafe =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kBase58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr std::size_t kBase58Most = 4096;  // characters in, or bytes out: the work is quadratic

/// Where each character stands in an alphabet; -1 for those that are not in it.
using Positions = std::array<signed char, 256>;

constexpr Positions positions_in(std::string_view alphabet) {
    Positions out{};
    for (auto& entry : out) entry = -1;
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        out[static_cast<unsigned char>(alphabet[i])] = static_cast<signed char>(i);
    }
    return out;
}

constexpr Positions kStandardPositions = positions_in(kStandard);
constexpr Positions kUrlSafePositions = positions_in(kUrlSafe);
constexpr Positions kBase58Positions = positions_in(kBase58);

std::string digest(const EVP_MD* algorithm, std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned int size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, algorithm, nullptr) != 1) {
        throw std::runtime_error("the digest could not be computed");
    }
    return {reinterpret_cast<const char*>(out.data()), size};
}

std::string encode64(std::string_view bytes, std::string_view alphabet, bool padded) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t have = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            group = group << 8 | (j < have ? static_cast<unsigned char>(bytes[i + j]) : 0U);
        }
        for (std::size_t j = 0; j <= have; ++j) out += alphabet[group >> (18 - 6 * j) & 63U];
        if (padded) out.append(3 - have, '=');
    }
    return out;
}

/// `text` without padding.
std::optional<std::string> decode64(std::string_view text, const Positions& positions) {
    if (text.size() % 4 == 1) return std::nullopt;
    std::string out;
    out.reserve(text.size() * 3 / 4);
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : text) {
        const int value = positions[static_cast<unsigned char>(c)];
        if (value < 0) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        held += 6;
        if (held >= 8) {
            held -= 8;
            out += static_cast<char>(bits >> held & 0xFFU);
        }
    }
    // Two spellings of one value would be two signatures: the bits left over must be zero.
    if ((bits & ((1U << held) - 1U)) != 0) return std::nullopt;
    return out;
}

}  // namespace

std::string sha256(std::string_view bytes) { return digest(EVP_sha256(), bytes); }
std::string hmac_sha256(std::string_view key, std::string_view message) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned int size = 0;
    if (HMAC(
            EVP_sha256(),
            key.data(),
            static_cast<int>(key.size()),
            reinterpret_cast<const unsigned char*>(message.data()),
            message.size(),
            out.data(),
            &size
        ) == nullptr) {
        throw std::runtime_error("the digest could not be computed");
    }
    return {reinterpret_cast<const char*>(out.data()), size};
}

std::string sha512(std::string_view bytes) { return digest(EVP_sha512(), bytes); }

std::int64_t hash64(std::string_view text) {
    const std::string hash = sha256(text);
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value = value << 8 | static_cast<unsigned char>(hash[i]);
    return static_cast<std::int64_t>(value & 0x7FFF'FFFF'FFFF'FFFFULL);
}

std::string to_hex(std::string_view bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += kDigits[byte >> 4];
        out += kDigits[byte & 15U];
    }
    return out;
}

std::optional<std::string> from_hex(std::string_view hex) {
    if (hex.size() % 2 != 0) return std::nullopt;
    const auto digit = [](char c) {
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        if (c >= 'A' && c <= 'F') return c - 'A' + 10;
        return -1;
    };
    std::string out;
    out.reserve(hex.size() / 2);
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        const int high = digit(hex[i]);
        const int low = digit(hex[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        out += static_cast<char>(high * 16 + low);
    }
    return out;
}

std::string to_base64(std::string_view bytes) { return encode64(bytes, kStandard, true); }

std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
    return decode64(text, kStandardPositions);
}

std::string to_base64url(std::string_view bytes) { return encode64(bytes, kUrlSafe, false); }

std::optional<std::string> from_base64url(std::string_view text) {
    return decode64(text, kUrlSafePositions);
}

std::string to_base58(std::string_view bytes) {
    const std::size_t zeros = std::min(bytes.find_first_not_of('\0'), bytes.size());
    std::vector<unsigned char> digits;  // least significant first
    for (const char c : bytes.substr(zeros)) {
        unsigned int carry = static_cast<unsigned char>(c);
        for (auto& digit : digits) {
            carry += static_cast<unsigned int>(digit) << 8;
            digit = static_cast<unsigned char>(carry % 58);
            carry /= 58;
        }
        for (; carry > 0; carry /= 58) digits.push_back(static_cast<unsigned char>(carry % 58));
    }
    std::string out(zeros, kBase58[0]);
    for (auto it = digits.rbegin(); it != digits.rend(); ++it) out += kBase58[*it];
    return out;
}

std::optional<std::string> from_base58(std::string_view text) {
    if (text.size() > kBase58Most) return std::nullopt;
    const std::size_t zeros = std::min(text.find_first_not_of(kBase58[0]), text.size());
    std::vector<unsigned char> bytes;  // least significant first
    for (const char c : text.substr(zeros)) {
        const int value = kBase58Positions[static_cast<unsigned char>(c)];
        if (value < 0) return std::nullopt;
        auto carry = static_cast<unsigned int>(value);
        for (auto& byte : bytes) {
            carry += static_cast<unsigned int>(byte) * 58;
            byte = static_cast<unsigned char>(carry & 0xFFU);
            carry >>= 8;
        }
        if (carry > 0) bytes.push_back(static_cast<unsigned char>(carry));
    }
    std::string out(zeros, '\0');
    out.append(bytes.rbegin(), bytes.rend());
    return out;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace outboard
