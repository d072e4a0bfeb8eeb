// SPDX-License-Identifier: Apache-2.0
#include "src/media/blurhash.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <vector>

namespace outboard::media {
namespace {

std::vector<unsigned char> pixels(
    int width, int height, const std::function<std::vector<int>(int, int)>& colour
) {
    std::vector<unsigned char> rgb;
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            for (const int channel : colour(x, y))
                rgb.push_back(static_cast<unsigned char>(channel));
        }
    }
    return rgb;
}

// The expected texts are what woltapp's own encoder (npm blurhash 2.0.5) gives for these pixels
// (their brighter side is the left one: it forgets that the largest part can be negative, unlike
// its C twin).
TEST_CASE("blurhashes are those of the reference encoder") {
    const auto slope = [](int x, int y) {
        return std::vector{224 - x * 32, 200 - y * 40, 192 - (x + y) * 16};
    };
    CHECK(blurhash(pixels(8, 6, slope), 8, 6, 4, 3) == "L$F=aJ}I;,$+ypxbsWoygyf+fRf*");
    CHECK(blurhash(pixels(8, 6, slope), 8, 6, 3, 4) == "T$F=aJ}I;,ypxbsWgyf+fRx[xHsW");
    const auto white = [](int, int) { return std::vector{255, 255, 255}; };
    CHECK(blurhash(pixels(5, 5, white), 5, 5, 1, 1) == "00TSUA");
    const auto black = [](int, int) { return std::vector{0, 0, 0}; };
    CHECK(blurhash(pixels(5, 5, black), 5, 5, 4, 3) == "L00000fQfQfQfQfQfQfQfQfQfQfQ");
    const auto halves = [](int x, int) {
        return x < 10 ? std::vector{255, 0, 0} : std::vector{0, 0, 255};
    };
    CHECK(
        blurhash(pixels(20, 10, halves), 20, 10, 9, 9).substr(0, 34) ==
        "|~LjfL|TwtJrfQ$2wtWufQw$sRjsWrfQo0"
    );
}

}  // namespace
}  // namespace outboard::media
