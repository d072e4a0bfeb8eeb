// SPDX-License-Identifier: Apache-2.0
#include "src/services/tags.hpp"

#include <nlohmann/json.hpp>

#include "federation/base/text.hpp"
#include "federation/json.hpp"
#include "src/base/limits.hpp"
#include "src/html/html.hpp"
#include "src/store/queues.hpp"
#include "src/store/tags.hpp"

namespace outboard::services {

std::optional<std::string> read_tag(std::string_view text) {
    if (text.starts_with('#')) text.remove_prefix(1);
    const auto found = html::find_entities("#" + std::string(text)).hashtags;
    if (found.size() != 1 || found.front() != text) return std::nullopt;
    return found.front();
}

Result<void> follow_tag(App& app, AccountId viewer, std::string_view name) {
    const auto tag = read_tag(name);
    if (!tag) return fail(Code::NotFound, "Record not found");
    return app.db.write([&](store::Writer& tx) -> Result<void> {
        if (store::tags::count_followed(tx, viewer) >=
            static_cast<std::int64_t>(limits::kFollowedTags)) {
            return fail(Code::Invalid, "Validation failed: You follow too many tags already");
        }
        store::tags::follow(tx, viewer, store::tags::ensure(tx, fold_case(*tag), *tag));
        return {};
    });
}

Result<void> unfollow_tag(App& app, AccountId viewer, std::string_view name) {
    const auto tag = read_tag(name);
    if (!tag) return fail(Code::NotFound, "Record not found");
    return app.db.write([&](store::Writer& tx) {
        store::tags::unfollow(tx, viewer, fold_case(*tag));
    });
}

void fan_out_tags(store::Writer& tx, App& app, StatusId status, std::int64_t after) {
    const auto next =
        store::tags::fan_out(tx, status, after, static_cast<int>(limits::kFanOutChunk));
    if (next == 0) return;
    store::jobs::add(
        tx, "home.tags", write_json({{"status", status.value}, {"after", next}}), tx.now()
    );
    tx.after_commit([&wake = app.jobs_wake] { wake.notify(); });
}

}  // namespace outboard::services
