// SPDX-License-Identifier: Apache-2.0
#include "src/media/blurhash.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string_view>
#include <vector>

namespace outboard::media {
namespace {

using Colour = std::array<double, 3>;  // linear light

constexpr std::string_view kDigits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";

std::string base83(int value, int digits) {
    std::string text(static_cast<std::size_t>(digits), '0');
    for (auto at = text.rbegin(); at != text.rend(); ++at) {
        *at = kDigits[static_cast<std::size_t>(value % 83)];
        value /= 83;
    }
    return text;
}

double to_linear(unsigned char value) {
    const double v = value / 255.0;
    return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
}

int to_srgb(double value) {
    const double v = std::clamp(value, 0.0, 1.0);
    const double curve = v <= 0.0031308 ? v * 12.92 : 1.055 * std::pow(v, 1 / 2.4) - 0.055;
    return static_cast<int>(std::lround(curve * 255));
}

double signed_root(double value) { return std::copysign(std::sqrt(std::abs(value)), value); }

int quantised(double value, double largest) {
    return std::clamp(static_cast<int>(std::floor(signed_root(value / largest) * 9 + 9.5)), 0, 18);
}

}  // namespace

std::string blurhash(
    std::span<const unsigned char> rgb, int width, int height, int across, int down
) {
    std::vector<Colour> factors;
    for (int j = 0; j < down; ++j) {
        for (int i = 0; i < across; ++i) {
            Colour sum{};
            for (int y = 0; y < height; ++y) {
                for (int x = 0; x < width; ++x) {
                    const double basis = std::cos(std::numbers::pi * i * x / width) *
                                         std::cos(std::numbers::pi * j * y / height);
                    const auto at =
                        3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                             static_cast<std::size_t>(x));
                    for (std::size_t c = 0; c < 3; ++c) sum[c] += basis * to_linear(rgb[at + c]);
                }
            }
            const double scale = (i == 0 && j == 0 ? 1.0 : 2.0) / (width * height);
            for (auto& channel : sum) channel *= scale;
            factors.push_back(sum);
        }
    }
    std::string hash = base83(across - 1 + (down - 1) * 9, 1);
    double largest = 1;
    if (factors.size() > 1) {
        double actual = 0;
        for (auto it = factors.begin() + 1; it != factors.end(); ++it) {
            for (const double channel : *it) actual = std::max(actual, std::abs(channel));
        }
        const int step = std::clamp(static_cast<int>(std::floor(actual * 166 - 0.5)), 0, 82);
        largest = (step + 1) / 166.0;
        hash += base83(step, 1);
    } else {
        hash += base83(0, 1);
    }
    const auto& mean = factors.front();
    hash += base83((to_srgb(mean[0]) << 16) + (to_srgb(mean[1]) << 8) + to_srgb(mean[2]), 4);
    for (auto it = factors.begin() + 1; it != factors.end(); ++it) {
        hash += base83(
            quantised((*it)[0], largest) * 19 * 19 + quantised((*it)[1], largest) * 19 +
                quantised((*it)[2], largest),
            2
        );
    }
    return hash;
}

}  // namespace outboard::media
