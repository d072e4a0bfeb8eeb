// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "federation/vocabulary.hpp"
#include "src/domain/status.hpp"
#include "src/media/client.hpp"
#include "src/media/files.hpp"
#include "src/services/app.hpp"

namespace outboard::services {

/// What a person says about a picture; absent parts stay as they are.
struct MediaDetails {
    std::optional<std::string> description;
    std::optional<std::array<double, 2>> focus;
};
/// Errors: Invalid over limits::kMediaDescription.
Result<void> check_details(const MediaDetails& details);

/// Before the work is done. Errors: RateLimited over the day's share, TooLarge.
Result<void> check_upload(App& app, AccountId account, std::string_view file);

/// A picture made by outboard-media, stored, and its row, not yet inserted. While this lives the
/// files stay.
struct StoredMedia {
    Media media;
    std::vector<media::Files::Pin> pins;
};
/// Writes the files. Not in a transaction, and on no I/O thread.
Result<StoredMedia> store_made(App& app, AccountId account, const media::Made& made);

/// 128 random bits in hex, for an address.
std::string fresh_media_address(App& app);

/// An upload that waits for a status (limits::kMediaUnattached). Gives its id.
Result<std::int64_t> add_upload(
    App& app, AccountId account, const media::Made& made, const MediaDetails& details
);
/// Errors: NotFound, also for somebody else's.
Result<Media> find_own_media(store::Reader& db, AccountId account, std::int64_t id);
/// Errors: NotFound, Invalid when a status has it: then an edit of the status changes it.
Result<void> change_media(
    App& app, AccountId account, std::int64_t id, const MediaDetails& details
);
/// The row at once, the bytes by a job. Errors: NotFound, Invalid when a status has it.
Result<void> remove_media(App& app, AccountId account, std::int64_t id);

/// Those of `ids` that `account` may attach to `status` (absent: to a new one), in that order.
/// Errors: Invalid for more than limits::kMediaPerStatus, for somebody else's, and for those of
/// another status.
Result<std::vector<Media>> load_attachable(
    store::Reader& db,
    AccountId account,
    const std::vector<std::int64_t>& ids,
    std::optional<StatusId> status
);

/// The wire form. Of a status for some, the addresses work for limits::kMediaPeerLink.
std::vector<federation::Attachment> attachments_of(
    const Identity& identity, const Status& status, const std::vector<Media>& media, Instant now
);

}  // namespace outboard::services
