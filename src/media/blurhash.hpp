// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

namespace outboard::media {

/// A picture as a few characters of base 83 from which apps draw a blurred stand-in
/// (https://github.com/woltapp/blurhash/blob/master/Algorithm.md).
///
/// `rgb`: rows of 8-bit sRGB, `width` times `height` times 3. `across`, `down`: 1 to 9 components.
std::string blurhash(
    std::span<const unsigned char> rgb, int width, int height, int across, int down
);

}  // namespace outboard::media
