// SPDX-License-Identifier: Apache-2.0
#include "src/services/media.hpp"

#include <algorithm>

#include "federation/base/bytes.hpp"
#include "federation/base/text.hpp"
#include "src/base/limits.hpp"
#include "src/present/media.hpp"
#include "src/store/media.hpp"

namespace outboard::services {
namespace {

constexpr std::size_t kAddressBytes = 16;

void apply(Media& media, const MediaDetails& details) {
    if (details.description) media.description = *details.description;
    if (details.focus) media.focus = details.focus;
}

Result<Media> find_waiting(store::Reader& db, AccountId account, std::int64_t id) {
    OB_TRY(auto media, find_own_media(db, account, id));
    if (media.status) {
        return fail(
            Code::Invalid,
            "Media attachment is currently used by a status; edit the status to change it"
        );
    }
    return media;
}

}  // namespace

Result<void> check_details(const MediaDetails& details) {
    if (count_codepoints(details.description.value_or("")) <= limits::kMediaDescription) return {};
    return fail(
        Code::Invalid,
        "Validation failed: Description is longer than " +
            std::to_string(limits::kMediaDescription) + " characters"
    );
}

Result<void> check_upload(App& app, AccountId account, std::string_view file) {
    if (file.empty()) return fail(Code::Invalid, "Validation failed: File can't be blank");
    if (file.size() > limits::kMediaFile) {
        return fail(
            Code::TooLarge,
            "Validation failed: File is larger than " +
                std::to_string(limits::kMediaFile / limits::kMiB) + " MiB"
        );
    }
    const auto used =
        app.db.read([&](store::Reader& db) { return store::media::used_today(db, account); });
    if (used.uploads < limits::kMediaPerDay && used.bytes < limits::kMediaBytesPerDay) return {};
    return fail(Code::RateLimited, "That was the day's share of uploads; go on tomorrow.");
}

std::string fresh_media_address(App& app) { return to_hex(app.random.bytes(kAddressBytes)); }

Result<StoredMedia> store_made(App& app, AccountId account, const media::Made& made) {
    StoredMedia stored;
    auto& media = stored.media;
    media.id = app.db.reserve_id();
    media.account = account;
    media.kind = "image";
    media.url_id = fresh_media_address(app);
    media.media_type = made.picture.media_type;
    media.width = made.picture.width;
    media.height = made.picture.height;
    media.blurhash = made.blurhash;
    OB_TRY(auto picture, app.media_files.put(made.picture.bytes));
    media.file = picture.hash();
    media.file_bytes = static_cast<std::int64_t>(made.picture.bytes.size());
    stored.pins.push_back(std::move(picture));
    if (!made.preview) return stored;
    OB_TRY(auto preview, app.media_files.put(made.preview->bytes));
    media.preview = preview.hash();
    media.preview_type = made.preview->media_type;
    media.preview_width = made.preview->width;
    media.preview_height = made.preview->height;
    media.file_bytes += static_cast<std::int64_t>(made.preview->bytes.size());
    stored.pins.push_back(std::move(preview));
    return stored;
}

Result<std::int64_t> add_upload(
    App& app, AccountId account, const media::Made& made, const MediaDetails& details
) {
    OB_CHECK(check_details(details));
    OB_TRY(auto stored, store_made(app, account, made));
    apply(stored.media, details);
    OB_CHECK(app.db.write([&](store::Writer& tx) {
        store::media::insert(tx, stored.media, tx.now() + limits::kMediaUnattached);
        store::media::add_to_quota(tx, account, stored.media.file_bytes);
    }));
    return stored.media.id;
}

Result<Media> find_own_media(store::Reader& db, AccountId account, std::int64_t id) {
    auto media = store::media::find(db, id);
    if (!media || media->account != account || !media->is_local() ||
        media->purpose != "attachment") {
        return fail(Code::NotFound, "Record not found");
    }
    return *std::move(media);
}

Result<void> change_media(
    App& app, AccountId account, std::int64_t id, const MediaDetails& details
) {
    OB_CHECK(check_details(details));
    return app.db.write([&](store::Writer& tx) -> Result<void> {
        OB_TRY(auto media, find_waiting(tx, account, id));
        apply(media, details);
        store::media::set_details(tx, media);
        return {};
    });
}

Result<void> remove_media(App& app, AccountId account, std::int64_t id) {
    return app.db.write([&](store::Writer& tx) -> Result<void> {
        OB_TRY(const auto media, find_waiting(tx, account, id));
        store::media::drop(tx, media.id);
        tx.after_commit([&wake = app.jobs_wake] { wake.notify(); });
        return {};
    });
}

Result<std::vector<Media>> load_attachable(
    store::Reader& db,
    AccountId account,
    const std::vector<std::int64_t>& ids,
    std::optional<StatusId> status
) {
    if (ids.size() > limits::kMediaPerStatus) {
        return fail(
            Code::Invalid,
            "Validation failed: Cannot attach more than " +
                std::to_string(limits::kMediaPerStatus) + " files"
        );
    }
    std::vector<Media> ordered;
    const auto found = store::media::load(db, ids);
    for (const auto id : ids) {
        const auto it = std::find_if(found.begin(), found.end(), [&](const Media& media) {
            return media.id == id;
        });
        const bool fits = it != found.end() && it->account == account && it->is_local() &&
                          it->purpose == "attachment" && (!it->status || it->status == status);
        if (!fits) {
            return fail(
                Code::Invalid,
                "Validation failed: Media " + std::to_string(id) +
                    " was not found or is attached to another post"
            );
        }
        const bool twice = std::any_of(ordered.begin(), ordered.end(), [&](const Media& media) {
            return media.id == id;
        });
        if (!twice) ordered.push_back(*it);
    }
    return ordered;
}

std::vector<federation::Attachment> attachments_of(
    const Identity& identity, const Status& status, const std::vector<Media>& media, Instant now
) {
    const auto expires = status.visibility <= Visibility::Unlisted
                             ? std::nullopt
                             : std::optional<Instant>(now + limits::kMediaPeerLink);
    std::vector<federation::Attachment> attachments;
    for (const auto& item : media) {
        federation::Attachment one;
        one.type = "Document";
        one.media_type = item.media_type;
        one.url = present::media_url(identity, item, present::Variant::Original, expires);
        one.description = item.description;
        one.blurhash = item.blurhash;
        one.width = item.width;
        one.height = item.height;
        one.focal_point = item.focus;
        attachments.push_back(std::move(one));
    }
    return attachments;
}

}  // namespace outboard::services
