// SPDX-License-Identifier: Apache-2.0
#include "src/media/image.hpp"

#include <vips/vips.h>

#include <array>
#include <memory>
#include <span>

#include "src/base/limits.hpp"
#include "src/media/blurhash.hpp"

namespace outboard::media {
namespace {

struct Unref {
    void operator()(VipsImage* image) const { g_object_unref(image); }
};
using Image = std::unique_ptr<VipsImage, Unref>;

struct Kind {
    std::string_view media_type;
    std::string_view begins;  // of the file
    std::string_view loader;  // what libvips must find for it
    bool moves;
};
constexpr std::array kKinds = {
    Kind{"image/jpeg", "\xFF\xD8\xFF", "VipsForeignLoadJpegBuffer", false},
    Kind{"image/png", "\x89PNG\r\n\x1A\n", "VipsForeignLoadPngBuffer", false},
    Kind{"image/webp", "RIFF", "VipsForeignLoadWebpBuffer", true},
    Kind{"image/gif", "GIF8", "VipsForeignLoadNsgifBuffer", true},
};

constexpr int kTinySide = 32;  // of the picture that the blurhash is made from
constexpr int kQuality = 88, kPreviewQuality = 80;

tl::unexpected<Error> damaged() {
    return fail(Code::Invalid, "The picture cannot be read: it is damaged or cut short.");
}

/// Decided by the first bytes, and libvips must agree.
const Kind* kind_of(std::string_view file) {
    for (const auto& kind : kKinds) {
        if (!file.starts_with(kind.begins)) continue;
        const char* loader = vips_foreign_find_load_buffer(file.data(), file.size());
        return loader != nullptr && kind.loader == loader ? &kind : nullptr;
    }
    return nullptr;
}

/// Reads the header alone. Gives the number of frames.
Result<int> check_header(std::string_view file) {
    const Image head(vips_image_new_from_buffer(
        file.data(), file.size(), "", "access", VIPS_ACCESS_SEQUENTIAL, nullptr
    ));
    if (!head) return damaged();
    const auto pixels = static_cast<std::int64_t>(vips_image_get_width(head.get())) *
                        vips_image_get_height(head.get());
    if (pixels > limits::kMediaPixels) {
        return fail(
            Code::Invalid,
            "The picture has more than " + std::to_string(limits::kMediaPixels / 1'000'000) +
                " megapixels."
        );
    }
    const int frames = vips_image_get_n_pages(head.get());
    if (frames > limits::kMediaFrames || pixels * frames > limits::kAnimationPixels) {
        return fail(
            Code::Invalid,
            "The animation is too long: at most " + std::to_string(limits::kMediaFrames) +
                " frames, and " + std::to_string(limits::kAnimationPixels / 1'000'000) +
                " megapixels in all of them."
        );
    }
    return frames;
}

/// Upright, at most `side` pixels wide and high. Decodes lazily.
Image shrunk(std::string_view file, int side, bool all_frames, bool square) {
    VipsImage* out = nullptr;
    const int failed = vips_thumbnail_buffer(
        const_cast<char*>(file.data()),  // NOLINT(cppcoreguidelines-pro-type-const-cast): C, reads
        file.size(),
        &out,
        side,
        "height",
        side,
        "size",
        VIPS_SIZE_DOWN,
        "option_string",
        all_frames ? "fail_on=truncated,n=-1" : "fail_on=truncated",
        "crop",
        square ? VIPS_INTERESTING_CENTRE : VIPS_INTERESTING_NONE,
        nullptr
    );
    return Image(failed == 0 ? out : nullptr);
}

/// In sRGB, whatever profile or colours it came with. A profile that is none says nothing.
Image in_srgb(Image image) {
    VipsImage* out = nullptr;
    if (vips_image_get_typeof(image.get(), VIPS_META_ICC_NAME) != 0) {
        if (vips_icc_transform(
                image.get(), &out, "srgb", "embedded", TRUE, "intent", VIPS_INTENT_RELATIVE, nullptr
            ) == 0) {
            image.reset(out);
        } else {
            vips_error_clear();
        }
    }
    if (vips_colourspace(image.get(), &out, VIPS_INTERPRETATION_sRGB, nullptr) != 0) return nullptr;
    return Image(out);
}

int save(VipsImage* image, std::string_view type, int quality, void** bytes, std::size_t* size) {
    if (type == "image/jpeg") {
        return vips_jpegsave_buffer(
            image, bytes, size, "Q", quality, "strip", TRUE, "optimize_coding", TRUE, nullptr
        );
    }
    if (type == "image/png") return vips_pngsave_buffer(image, bytes, size, "strip", TRUE, nullptr);
    if (type == "image/webp") {
        return vips_webpsave_buffer(image, bytes, size, "Q", quality, "strip", TRUE, nullptr);
    }
    return vips_gifsave_buffer(image, bytes, size, "strip", TRUE, "effort", 4, nullptr);
}

Result<Picture> encode(VipsImage* image, std::string_view type, int quality) {
    void* bytes = nullptr;
    std::size_t size = 0;
    if (save(image, type, quality, &bytes, &size) != 0) return damaged();
    const std::unique_ptr<void, void (*)(void*)> owner(bytes, g_free);
    if (size > limits::kMediaMade) {
        return fail(Code::Invalid, "The picture is too large once it is made anew.");
    }
    return Picture{
        .media_type = std::string(type),
        .width = vips_image_get_width(image),
        .height = vips_image_get_page_height(image),
        .bytes = std::string(static_cast<const char*>(bytes), size)
    };
}

Result<std::string> hash_of(VipsImage* preview) {
    VipsImage* out = nullptr;
    if (vips_thumbnail_image(preview, &out, kTinySide, "height", kTinySide, nullptr) != 0) {
        return damaged();
    }
    Image tiny(out);
    if (vips_image_hasalpha(tiny.get())) {
        const double white[] = {255, 255, 255};
        const std::unique_ptr<VipsArrayDouble, void (*)(void*)> background(
            vips_array_double_new(white, 3),
            [](void* array) { vips_area_unref(static_cast<VipsArea*>(array)); }
        );
        if (vips_flatten(tiny.get(), &out, "background", background.get(), nullptr) != 0) {
            return damaged();
        }
        tiny.reset(out);
    }
    if (vips_cast(tiny.get(), &out, VIPS_FORMAT_UCHAR, nullptr) != 0) return damaged();
    tiny.reset(out);
    std::size_t size = 0;
    const std::unique_ptr<void, void (*)(void*)> bytes(
        vips_image_write_to_memory(tiny.get(), &size), g_free
    );
    const int width = vips_image_get_width(tiny.get());
    const int height = vips_image_get_height(tiny.get());
    const auto pixels = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    if (!bytes || size != 3 * pixels) return damaged();
    const bool is_wide = width >= height;
    return blurhash(
        {static_cast<const unsigned char*>(bytes.get()), size},
        width,
        height,
        is_wide ? 4 : 3,
        is_wide ? 3 : 4
    );
}

Result<void> add_preview(Made& made, std::string_view file, int side) {
    Image preview = shrunk(file, side, /*all_frames=*/false, /*square=*/false);
    if (preview) preview = in_srgb(std::move(preview));
    if (!preview) return damaged();
    // Read twice: for the file and for the blurhash.
    preview.reset(vips_image_copy_memory(preview.get()));
    if (!preview) return damaged();
    const bool has_holes = vips_image_hasalpha(preview.get()) != 0;
    OB_TRY(
        made.preview,
        encode(preview.get(), has_holes ? "image/webp" : "image/jpeg", kPreviewQuality)
    );
    OB_TRY(made.blurhash, hash_of(preview.get()));
    return {};
}

}  // namespace

Result<void> start_images() {
    if (VIPS_INIT("outboard-media") != 0) {
        return fail(Code::Internal, "", "libvips does not start");
    }
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    vips_block_untrusted_set(TRUE);
    vips_operation_block_set("VipsForeignLoad", TRUE);
    for (const char* loader :
         {"VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp", "VipsForeignLoadNsgif"
         }) {
        vips_operation_block_set(loader, FALSE);
    }
    return {};
}

Result<Made> remake(std::string_view file, const Job& job) {
    const Kind* kind = kind_of(file);
    if (kind == nullptr) {
        return fail(Code::Invalid, "The file is no JPEG, PNG, WebP or GIF picture.");
    }
    OB_TRY(const int frames, check_header(file));
    const bool moves = kind->moves && job.animated && frames > 1;
    Image image = shrunk(file, job.longest_side, moves, job.square);
    if (image) image = in_srgb(std::move(image));
    if (!image) return damaged();
    Made made;
    OB_TRY(made.picture, encode(image.get(), kind->media_type, kQuality));
    if (job.preview_side > 0) OB_CHECK(add_preview(made, file, job.preview_side));
    return made;
}

}  // namespace outboard::media
