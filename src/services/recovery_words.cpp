// SPDX-License-Identifier: Apache-2.0
#include "src/services/recovery_words.hpp"

#include <algorithm>
#include <vector>

#include "federation/base/bytes.hpp"
#include "federation/base/text.hpp"

namespace outboard::services {
namespace {
constexpr std::size_t kSeedBytes = 32, kWords = 24, kBitsPerWord = 11;
}

std::string to_recovery_words(std::string_view seed) {
    const std::string bits = std::string(seed) + sha256(seed).substr(0, 1);
    std::string words;
    for (std::size_t word = 0; word < kWords; ++word) {
        std::size_t index = 0;
        for (std::size_t bit = word * kBitsPerWord; bit < (word + 1) * kBitsPerWord; ++bit) {
            const auto byte = static_cast<unsigned char>(bits[bit / 8]);
            index = index * 2 + ((byte >> (7 - bit % 8)) & 1U);
        }
        words += (words.empty() ? "" : " ") + std::string(kRecoveryWords.at(index));
    }
    return words;
}

Result<std::string> from_recovery_words(std::string_view words) {
    std::string plain = lower_ascii(words);
    std::replace_if(
        plain.begin(), plain.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' '
    );
    std::string bits;
    std::size_t count = 0;
    for (const auto part : split(plain, ' ')) {
        if (part.empty()) continue;
        const auto* const found =
            std::lower_bound(kRecoveryWords.begin(), kRecoveryWords.end(), part);
        if (found == kRecoveryWords.end() || *found != part) {
            return fail(
                Code::Invalid,
                "\"" + std::string(part.substr(0, 40)) +
                    "\" is none of the recovery words; look for a misspelling."
            );
        }
        const auto index = static_cast<std::size_t>(found - kRecoveryWords.begin());
        for (std::size_t bit = 0; bit < kBitsPerWord; ++bit)
            bits += ((index >> (kBitsPerWord - 1 - bit)) & 1U) ? '1' : '0';
        if (++count > kWords) break;
    }
    if (count != kWords) return fail(Code::Invalid, "A recovery key has 24 words.");
    std::string bytes;
    for (std::size_t at = 0; at < bits.size(); at += 8) {
        unsigned value = 0;
        for (std::size_t bit = 0; bit < 8; ++bit)
            value = value * 2 + (bits[at + bit] == '1' ? 1U : 0U);
        bytes += static_cast<char>(value);
    }
    auto seed = bytes.substr(0, kSeedBytes);
    if (bytes[kSeedBytes] != sha256(seed)[0]) {
        return fail(
            Code::Invalid,
            "The checksum of the recovery words is wrong; look for a swapped or mistaken word."
        );
    }
    return seed;
}

}  // namespace outboard::services
