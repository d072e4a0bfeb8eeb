// SPDX-License-Identifier: Apache-2.0
#include "src/api/mastodon/markers.hpp"

#include <algorithm>
#include <array>

#include "src/api/mastodon/common.hpp"
#include "src/entities/marker.hpp"

namespace outboard::api::mastodon {
namespace {

constexpr std::array<std::string_view, 2> kTimelines{"home", "notifications"};

/// Timelines that were never marked read have a value too: clients read it without asking
/// (pitfalls.md 3.7).
json shown_markers(App& app, AccountId viewer, const std::vector<std::string>& timelines) {
    const auto markers =
        app.db.read([&](store::Reader& db) { return store::markers::load(db, viewer); });
    json shown = json::object();
    for (const auto timeline : kTimelines) {
        if (std::find(timelines.begin(), timelines.end(), timeline) == timelines.end()) continue;
        const auto found = std::find_if(markers.begin(), markers.end(), [&](const auto& marker) {
            return marker.timeline == timeline;
        });
        const auto marker = found == markers.end() ? store::markers::Marker{} : *found;
        shown[std::string(timeline)] = entities::Marker{
            .last_read_id = std::to_string(marker.last_read),
            .version = marker.version,
            .updated_at = entities::time_text(marker.updated_at)
        };
    }
    return shown;
}

Result<http::Response> show(App& app, const Call& call) {
    auto timelines = call.params().list("timeline");
    if (timelines.empty()) timelines.assign(kTimelines.begin(), kTimelines.end());
    return ok(shown_markers(app, call.viewer(), timelines));
}

Result<http::Response> save(App& app, const Call& call) {
    std::vector<std::string> saved;
    std::vector<std::int64_t> positions;
    std::vector<std::optional<std::int64_t>> versions;
    for (const auto timeline : kTimelines) {
        const std::string name(timeline);
        const auto position = call.params().number(name + "[last_read_id]");
        if (!call.params().has(name)) continue;
        if (!position || *position < 0) {
            return fail(Code::Invalid, "Validation failed: Last read is not a valid id");
        }
        saved.push_back(name);
        positions.push_back(*position);
        versions.push_back(call.params().number(name + "[version]"));
    }
    OB_CHECK(app.db.write([&](store::Writer& tx) -> Result<void> {
        const auto before = store::markers::load(tx, call.viewer());
        for (std::size_t i = 0; i < saved.size(); ++i) {
            const auto there = std::find_if(before.begin(), before.end(), [&](const auto& marker) {
                return marker.timeline == saved[i];
            });
            const auto version = there == before.end() ? 0 : there->version;
            if (versions[i] && *versions[i] < version) {
                return fail(Code::Conflict, "Conflict during update, please try again");
            }
            store::markers::put(tx, call.viewer(), saved[i], positions[i]);
        }
        return {};
    }));
    return ok(shown_markers(app, call.viewer(), saved));
}

}  // namespace

void markers(Router& router) {
    auto group = router.group("/api/v1");
    group.get("/markers", show, {.scope = Scope::ReadStatuses});
    group.post("/markers", save, {.scope = Scope::WriteStatuses});
}

}  // namespace outboard::api::mastodon
