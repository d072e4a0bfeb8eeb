// SPDX-License-Identifier: Apache-2.0
#include "src/api/mastodon/media.hpp"

#include <algorithm>
#include <charconv>
#include <memory>

#include "src/api/mastodon/common.hpp"
#include "src/present/media.hpp"

namespace outboard::api::mastodon {
namespace {

/// Pictures of one call, on their way.
struct Making {
    App& app;
    std::vector<WantedPicture> wanted;
    std::function<Result<http::Response>(const std::vector<media::Made>&)> then;
    std::vector<media::Made> made = {};
};

void make_next(const std::shared_ptr<Making>& making, const Resume& resume) {
    auto& next = making->wanted[making->made.size()];
    making->app.workshop
        .make(std::move(next.file), next.job, [making, resume](Result<media::Made> made) {
            if (!made) {
                return resume([error = made.error()]() -> Result<http::Response> { return error; });
            }
            making->made.push_back(*std::move(made));
            if (making->made.size() < making->wanted.size()) return make_next(making, resume);
            resume([making] { return making->then(making->made); });
        });
}

std::optional<double> read_part(std::string_view text) {
    double value = 0;
    text = trim(text);
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (!(value >= -1e9 && value <= 1e9)) return std::nullopt;  // also what is no number
    return std::clamp(value, -1.0, 1.0);
}

services::MediaDetails details_of(const Params& params) {
    return read_details(params.text("description"), params.text("focus"));
}

Result<http::Response> show_media(App& app, AccountId owner, std::int64_t id) {
    return app.db.read([&](store::Reader& db) -> Result<http::Response> {
        OB_TRY(const auto media, services::find_own_media(db, owner, id));
        bool is_open = false;
        if (media.status) {
            const auto status = store::statuses::find(db, *media.status);
            is_open = status && status->visibility <= Visibility::Unlisted;
        }
        return ok(entities::json(present::media_entity(app.identity, media, is_open, db.now())));
    });
}

std::int64_t id_of(const Call& call) { return call.id<Media>("id").value; }

/// Both versions answer when the work is done: Elk needs the address at once (pitfalls.md 8.2).
Result<http::Response> create(App& app, const Call& call) {
    const auto viewer = call.viewer();
    const auto details = details_of(call.params());
    OB_CHECK(services::check_details(details));
    const auto file = call.params().file("file");
    if (!file) return fail(Code::Invalid, "Validation failed: File can't be blank");
    std::vector<WantedPicture> wanted;
    wanted.push_back(
        {std::string(*file),
         {.longest_side = limits::kMediaSide, .preview_side = limits::kPreviewSide}}
    );
    return with_pictures(
        app,
        viewer,
        std::move(wanted),
        [&app, viewer, details](const std::vector<media::Made>& made) -> Result<http::Response> {
            OB_TRY(const auto id, services::add_upload(app, viewer, made.front(), details));
            return show_media(app, viewer, id);
        }
    );
}

Result<http::Response> show(App& app, const Call& call) {
    return show_media(app, call.viewer(), id_of(call));
}

Result<http::Response> change(App& app, const Call& call) {
    OB_CHECK(services::change_media(app, call.viewer(), id_of(call), details_of(call.params())));
    return show_media(app, call.viewer(), id_of(call));
}

Result<http::Response> remove(App& app, const Call& call) {
    OB_CHECK(services::remove_media(app, call.viewer(), id_of(call)));
    return ok_empty();
}

}  // namespace

services::MediaDetails read_details(
    std::optional<std::string> description, const std::optional<std::string>& focus
) {
    services::MediaDetails details;
    details.description = std::move(description);
    if (!focus) return details;
    const auto comma = std::min(focus->find(','), focus->size());
    const auto x = read_part(std::string_view(*focus).substr(0, comma));
    const auto y = read_part(std::string_view(*focus).substr(std::min(comma + 1, focus->size())));
    if (x && y) details.focus = {*x, *y};
    return details;
}

Result<http::Response> with_pictures(
    App& app,
    AccountId account,
    std::vector<WantedPicture> wanted,
    std::function<Result<http::Response>(const std::vector<media::Made>&)> then
) {
    for (const auto& picture : wanted) {
        OB_CHECK(services::check_upload(app, account, picture.file));
    }
    if (wanted.empty()) return then({});
    // Shared by the steps, each of which may be the last.
    auto making = std::make_shared<Making>(Making{app, std::move(wanted), std::move(then)});
    return later("outboard-media", Surface::Api, [making](const Resume& resume) {
        make_next(making, resume);
    });
}

void media(Router& router) {
    const Policy upload{
        .scope = Scope::WriteMedia,
        .body_limit = limits::kMediaBody,
        .rate = "media",
        .files = "file thumbnail"
    };
    const Policy write{.scope = Scope::WriteMedia};
    router.group("/api/v2").post("/media", create, upload);
    auto group = router.group("/api/v1/media");
    group.post("", create, upload);
    group.get("/:id", show, write);
    group.put("/:id", change, write);
    group.del("/:id", remove, write);
}

}  // namespace outboard::api::mastodon
