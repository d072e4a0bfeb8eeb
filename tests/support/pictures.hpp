// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Real pictures, made by libvips for each test, and what can be read of one.
namespace outboard::tests {

/// A red left half and a blue right one. `type`: jpeg, png, webp, gif.
std::string picture(const std::string& type, int width = 64, int height = 48);
/// Each frame another colour, 100 ms each.
std::string animation(const std::string& type, int frames, int width = 32, int height = 24);
/// A JPEG that must be turned by 90 degrees to be upright, with a place and a name in its EXIF.
std::string jpeg_with_exif(int width, int height);
/// A JPEG with a profile embedded: "srgb", "p3", or "cmyk" for one of four inks.
std::string jpeg_with_profile(const std::string& profile);
/// Any format libvips can write: "tif".
std::string saved_as(const std::string& suffix);
/// A PNG whose header claims that size and which holds next to nothing.
std::string bomb_png(std::uint32_t width, std::uint32_t height);

struct Seen {
    int width = 0, height = 0, frames = 1;  // of one frame
    std::vector<std::string> fields;        // of metadata
    std::vector<int> delays;                // ms
    /// 8-bit red, green, blue.
    std::vector<int> top_left, top_right, bottom_left;

    bool has_field(std::string_view part) const;
};
/// Throws when it is no picture.
Seen see(const std::string& file);

/// A multipart body with a file and fields, as clients send it.
struct Form {
    std::string content_type, body;
};
Form upload_form(
    std::string_view file,
    const std::vector<std::pair<std::string, std::string>>& fields = {},
    std::string_view name = "file",
    std::string_view file_name = "picture"  // empty: none, as toot sends it
);

}  // namespace outboard::tests
