// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "federation/base/result.hpp"

/// What the server and `outboard-media` say to each other.
///
/// In:  job (JSON), file.   Out: outcome (JSON), picture, preview (empty for none).
/// Each is a frame: its length as 4 bytes, most significant first, and its bytes.
namespace outboard::media {

/// What a picture becomes.
struct Job {
    int longest_side = 0;  // pixels; larger pictures are scaled down
    int preview_side = 0;  // 0: no preview
    bool animated = true;  // GIF and WebP keep their frames
    bool square = false;   // the middle of it
};

struct Picture {
    std::string media_type;
    std::int64_t width = 0, height = 0;
    std::string bytes;
};
struct Made {
    Picture picture;
    std::optional<Picture> preview;
    std::string blurhash;  // empty without a preview
};

inline constexpr std::size_t kFrameHead = 4, kJobBytes = 4096;

/// The head of a frame of that many bytes.
std::string frame_head(std::size_t size);
/// The length a head names.
std::size_t frame_size(std::string_view head);

std::string write_job(const Job& job);
/// Errors: Invalid for what is no job.
Result<Job> read_job(std::string_view text);

/// The three frames of an outcome. Of an error `shown` travels; the other side gives it as Invalid.
std::string write_outcome(const Result<Made>& outcome);
/// Errors: Invalid as sent, Internal for anything that is no outcome.
Result<Made> read_outcome(std::string_view frames);

}  // namespace outboard::media
