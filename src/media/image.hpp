// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "src/media/job.hpp"

/// Inside of `outboard-media`: the only code that includes libvips.
namespace outboard::media {

/// Readies libvips: one thread of work, no cache, and only the four loaders of pictures we take.
Result<void> start_images();

/// Decodes a JPEG, PNG, WebP or GIF and makes it anew: upright, in sRGB, without metadata, no
/// larger than the job says. The header is judged before anything is decoded.
/// Errors: Invalid, saying what is wrong with the file.
Result<Made> remake(std::string_view file, const Job& job);

}  // namespace outboard::media
