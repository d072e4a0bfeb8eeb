// SPDX-License-Identifier: Apache-2.0
#include "src/services/recovery_words.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "federation/base/text.hpp"

using namespace outboard;
using services::from_recovery_words;
using services::to_recovery_words;

namespace {

std::string repeated(const std::string& word, int times, const std::string& last) {
    std::string words;
    for (int i = 0; i < times; ++i) words += word + " ";
    return words + last;
}

/// 32 bytes that differ from each other and from call to call.
std::string seed_of(unsigned number) {
    std::string seed;
    for (unsigned i = 0; i < 32; ++i)
        seed += static_cast<char>((number * 2654435761U + i * 40503U) >> (8 + i % 13));
    return seed;
}

std::string refusal_of(const std::string& words) {
    const auto read = from_recovery_words(words);
    return read ? "" : read.error().shown;
}

}  // namespace

TEST_CASE("the word list is BIP-39's: 2048 sorted words that differ in their first four letters") {
    CHECK(std::is_sorted(services::kRecoveryWords.begin(), services::kRecoveryWords.end()));
    CHECK(services::kRecoveryWords.front() == "abandon");
    CHECK(services::kRecoveryWords.back() == "zoo");
    std::set<std::string_view> beginnings;
    for (const auto word : services::kRecoveryWords) beginnings.insert(word.substr(0, 4));
    CHECK(beginnings.size() == 2048);
}

TEST_CASE("32 bytes become the words that BIP-39 publishes for them") {
    CHECK(to_recovery_words(std::string(32, '\0')) == repeated("abandon", 23, "art"));
    CHECK(to_recovery_words(std::string(32, '\xff')) == repeated("zoo", 23, "vote"));
    const std::string seven = to_recovery_words(std::string(32, '\x7f'));
    CHECK(seven.starts_with("legal winner thank year wave sausage worth useful legal "));
    CHECK(seven.ends_with(" worth title"));
    const std::string eight = to_recovery_words(std::string(32, '\x80'));
    CHECK(eight.starts_with("letter advice cage absurd amount doctor acoustic avoid letter "));
    CHECK(eight.ends_with(" acoustic bless"));
}

TEST_CASE("words give their bytes back, whatever their case and the space between them") {
    for (unsigned number = 1; number < 200; ++number) {
        const auto seed = seed_of(number);
        const auto words = to_recovery_words(seed);
        CHECK(split(words, ' ').size() == 24);
        REQUIRE(from_recovery_words(words));
        CHECK(*from_recovery_words(words) == seed);
    }
    const auto words = to_recovery_words(seed_of(7));
    std::string loose = "\n  ";
    for (const char c : words) {
        if (c == ' ')
            loose += "\t \r\n";
        else
            loose += static_cast<char>(c - 'a' + 'A');
    }
    CHECK(*from_recovery_words(loose + " \n") == seed_of(7));
}

TEST_CASE("a mistaken word is named, a swapped one is found by the checksum") {
    const auto words = repeated("abandon", 23, "art");
    CHECK(
        refusal_of(repeated("abandon", 22, "abandn art")).find("\"abandn\"") != std::string::npos
    );
    CHECK(refusal_of(repeated("abandon", 23, "able")).find("checksum") != std::string::npos);
    CHECK(refusal_of(words + " art").find("24 words") != std::string::npos);
    CHECK(refusal_of(repeated("abandon", 22, "art")).find("24 words") != std::string::npos);
    CHECK(refusal_of("").find("24 words") != std::string::npos);
    CHECK(refusal_of(std::string(100'000, 'a')).size() < 200);
    CHECK(refusal_of(repeated("abandon", 100'000, "art")).find("24 words") != std::string::npos);
    // One in 256 wrong words passes by chance.
    const auto good = to_recovery_words(seed_of(3));
    int refused = 0;
    for (std::size_t at = 0; at < 24; ++at) {
        auto changed = split(good, ' ');
        changed[at] = changed[at] == "zebra" ? "zoo" : "zebra";
        std::string text;
        for (const auto part : changed) text += std::string(part) + " ";
        refused += refusal_of(text).find("checksum") != std::string::npos ? 1 : 0;
    }
    CHECK(refused >= 23);
}
