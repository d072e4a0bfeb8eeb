// SPDX-License-Identifier: Apache-2.0
#include "tests/support/pictures.hpp"

#include <vips/vips8>

#include <array>
#include <stdexcept>

#if defined(__SANITIZE_THREAD__)
/// libvips and what is below it are not built for ThreadSanitizer, which sees races between their
/// threads that are none.
extern "C" const char* __tsan_default_options();  // NOLINT(bugprone-reserved-identifier): its name
extern "C" const char* __tsan_default_options() { return "ignore_noninstrumented_modules=1"; }
#endif

namespace outboard::tests {
namespace {

using vips::VImage;

void ready() {
    static const bool is_ready = VIPS_INIT("tests") == 0;
    if (!is_ready) throw std::runtime_error("libvips does not start");
}

std::string save(const VImage& image, const std::string& suffix) {
    void* bytes = nullptr;
    std::size_t size = 0;
    image.write_to_buffer(suffix.c_str(), &bytes, &size);
    std::string file(static_cast<const char*>(bytes), size);
    g_free(bytes);
    return file;
}

VImage plain(int width, int height, const std::vector<double>& colour) {
    return VImage::black(width, height)
        .new_from_image(colour)
        .copy(VImage::option()->set("interpretation", VIPS_INTERPRETATION_sRGB))
        .cast(VIPS_FORMAT_UCHAR);
}

VImage halves(int width, int height) {
    return plain(width / 2, height, {250, 0, 0})
        .join(plain(width - width / 2, height, {0, 0, 250}), VIPS_DIRECTION_HORIZONTAL);
}

std::string suffix_of(const std::string& type) {
    return type == "jpeg" ? ".jpg[Q=95]" : "." + type;
}

void put_number(std::string& out, std::uint32_t value) {
    for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(value >> shift & 0xFF);
}

std::uint32_t crc(std::string_view bytes) {
    std::uint32_t value = 0xFFFFFFFF;
    for (const char byte : bytes) {
        value ^= static_cast<unsigned char>(byte);
        for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1 ? 0xEDB88320U : 0U);
    }
    return ~value;
}

void put_chunk(std::string& out, const std::string& kind, const std::string& data) {
    put_number(out, static_cast<std::uint32_t>(data.size()));
    out += kind + data;
    put_number(out, crc(kind + data));
}

std::vector<int> colour_at(const VImage& image, int x, int y) {
    std::vector<int> colour;
    for (const double channel : image.getpoint(x, y)) colour.push_back(static_cast<int>(channel));
    colour.resize(3);
    return colour;
}

}  // namespace

std::string picture(const std::string& type, int width, int height) {
    ready();
    return save(halves(width, height), suffix_of(type));
}

std::string animation(const std::string& type, int frames, int width, int height) {
    ready();
    std::vector<VImage> all;
    std::vector<int> delays(static_cast<std::size_t>(frames), 100);
    for (int i = 0; i < frames; ++i) {
        all.push_back(plain(width, height, {i * 37.0 / 255 * 255, 255.0 - i * 11 % 200, 40}));
    }
    auto strip = VImage::arrayjoin(all, VImage::option()->set("across", 1)).copy();
    strip.set("page-height", height);
    strip.set("delay", delays);
    strip.set("loop", 0);
    return save(strip, suffix_of(type));
}

std::string jpeg_with_exif(int width, int height) {
    ready();
    auto image = halves(width, height).copy();
    image.set("orientation", 6);
    image.set("exif-ifd0-Orientation", "6 (Right-top, Short, 1 components, 2 bytes)");
    image.set("exif-ifd0-Artist", "Ana Example (Ana Example, ASCII, 12 components, 12 bytes)");
    image.set(
        "exif-ifd3-GPSLatitude", "52/1 31/1 12/1 (52, 31, 12, Rational, 3 components, 24 bytes)"
    );
    return save(image, ".jpg");
}

std::string jpeg_with_profile(const std::string& profile) {
    ready();
    return save(
        halves(64, 48).icc_transform(
            profile.c_str(), VImage::option()->set("input_profile", "srgb")
        ),
        ".jpg[Q=95]"
    );
}

std::string saved_as(const std::string& suffix) {
    ready();
    return save(halves(20, 20), "." + suffix);
}

std::string bomb_png(std::uint32_t width, std::uint32_t height) {
    std::string head;
    put_number(head, width);
    put_number(head, height);
    head += std::string("\x08\x02\0\0\0", 5);
    std::string file = "\x89PNG\r\n\x1A\n";
    put_chunk(file, "IHDR", head);
    // Deflate of nothing.
    put_chunk(file, "IDAT", std::string("\x78\x9C\x03\0\0\0\0\x01", 8));
    put_chunk(file, "IEND", "");
    return file;
}

bool Seen::has_field(std::string_view part) const {
    for (const auto& field : fields) {
        if (field.find(part) != std::string::npos) return true;
    }
    return false;
}

Seen see(const std::string& file) {
    ready();
    const bool moves = file.starts_with("GIF8") || file.starts_with("RIFF");
    auto image =
        VImage::new_from_buffer(file.data(), file.size(), moves ? "[n=-1]" : "").copy_memory();
    Seen seen;
    seen.width = image.width();
    seen.height = vips_image_get_page_height(image.get_image());
    seen.frames = image.height() / seen.height;
    gchar** const fields = vips_image_get_fields(image.get_image());
    for (gchar** field = fields; *field != nullptr; ++field) seen.fields.emplace_back(*field);
    g_strfreev(fields);
    if (image.get_typeof("delay") != 0) seen.delays = image.get_array_int("delay");
    seen.top_left = colour_at(image, 0, 0);
    seen.top_right = colour_at(image, seen.width - 1, 0);
    seen.bottom_left = colour_at(image, 0, seen.height - 1);
    return seen;
}

Form upload_form(
    std::string_view file,
    const std::vector<std::pair<std::string, std::string>>& fields,
    std::string_view name,
    std::string_view file_name
) {
    const std::string boundary = "----pumps-and-valves-8c1f";
    Form form;
    form.content_type = "multipart/form-data; boundary=" + boundary;
    for (const auto& [field, value] : fields) {
        form.body += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + field +
                     "\"\r\n\r\n" + value + "\r\n";
    }
    form.body +=
        "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"";
    if (!file_name.empty()) form.body += "; filename=\"" + std::string(file_name) + "\"";
    form.body += "\r\nContent-Type: application/octet-stream\r\n\r\n";
    form.body += file;
    form.body += "\r\n--" + boundary + "--\r\n";
    return form;
}

}  // namespace outboard::tests
