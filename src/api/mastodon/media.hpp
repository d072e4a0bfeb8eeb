// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "src/api/router.hpp"
#include "src/media/job.hpp"
#include "src/services/media.hpp"

namespace outboard::api::mastodon {

void media(Router& router);

/// A file as it came, and what it is to become.
struct WantedPicture {
    std::string file;
    media::Job job;
};
/// Has the pictures made by outboard-media, one after the other, while no worker waits; then
/// answers with what `then` gives for them, in order. None: at once.
/// Errors: as services::check_upload, and what is wrong with a file.
Result<http::Response> with_pictures(
    App& app,
    AccountId account,
    std::vector<WantedPicture> wanted,
    std::function<Result<http::Response>(const std::vector<media::Made>&)> then
);

/// `focus` is "x,y"; what does not read so says nothing.
services::MediaDetails read_details(
    std::optional<std::string> description, const std::optional<std::string>& focus
);

}  // namespace outboard::api::mastodon
