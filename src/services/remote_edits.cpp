// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "src/services/remote.hpp"
#include "src/store/accounts.hpp"
#include "src/store/media.hpp"
#include "src/store/polls.hpp"

namespace outboard::services {
namespace {

using Lines = std::vector<AudienceLine>;

bool holds(const Lines& lines, const AudienceLine& line) {
    return std::find(lines.begin(), lines.end(), line) != lines.end();
}

bool is_same(const Lines& a, const Lines& b) {
    const auto within = [](const Lines& some, const Lines& all) {
        return std::all_of(some.begin(), some.end(), [&](const auto& line) {
            return holds(all, line);
        });
    };
    return within(a, b) && within(b, a);
}

/// Those whom an edit names; everybody and the followers only where they could see it before.
Lines narrowed(const Lines& before, const store::statuses::NewStatus& fresh) {
    Lines lines;
    for (const auto& line : fresh.audience) {
        if (line.kind == AudienceKind::Actor || holds(before, line)) lines.push_back(line);
    }
    if (fresh.status.visibility > Visibility::Unlisted) return lines;
    for (const auto& line : before) {  // everybody is also who was named before
        if (line.kind == AudienceKind::Actor && !holds(lines, line)) lines.push_back(line);
    }
    return lines;
}

bool is_same_text(const Status& fresh, const Status& here) {
    return fresh.content.str() == here.content.str() && fresh.spoiler == here.spoiler &&
           fresh.sensitive == here.sensitive && fresh.title == here.title &&
           fresh.language == here.language;
}

/// What people see of attachments; sizes and the like may become known later.
bool is_same_media(const std::vector<Media>& fresh, const std::vector<Media>& here) {
    return std::equal(
        fresh.begin(),
        fresh.end(),
        here.begin(),
        here.end(),
        [](const Media& a, const Media& b) {
            return a.remote_url == b.remote_url && a.media_type == b.media_type &&
                   a.description == b.description && a.focus == b.focus;
        }
    );
}

}  // namespace

Result<StatusId> update_status(store::Writer& tx, App& app, const PreparedStatus& prepared) {
    const auto here = store::statuses::find_by_uri(tx, prepared.fresh.status.uri);
    if (!here) return store_status(tx, app, prepared);
    if (here->account != prepared.fresh.status.account)
        return fail(Code::Forbidden, "That post belongs to somebody else.");
    if (here->state != StatusState::Present) return fail(Code::NotFound, "That post was deleted.");
    const auto author = store::accounts::find(tx, here->account);
    if (!author || !author->is_active())
        return fail(Code::Forbidden, "Posts of that account are not taken here.");
    const auto changed_at = prepared.updated.value_or(tx.now());
    if (changed_at < here->edited_at.value_or(here->created_at))
        return here->id;  // replayed or late (A022)

    auto changed = prepared.fresh;
    const auto before = store::statuses::load_audience(tx, here->id);
    changed.audience = narrowed(before, prepared.fresh);
    const auto visibility = std::max(here->visibility, prepared.fresh.status.visibility);
    const bool is_same_sight = visibility == here->visibility && is_same(changed.audience, before);
    const bool is_same_post =
        is_same_text(prepared.fresh.status, *here) &&
        is_same_media(prepared.fresh.media, store::media::load_of_status(tx, here->id));
    // Counts of a poll may be told to its voters alone: that narrows nothing.
    if (is_same_post && (is_same_sight || prepared.fresh.poll)) {
        if (prepared.fresh.poll) store::polls::put(tx, here->id, *prepared.fresh.poll);
        return here->id;
    }

    auto& status = changed.status;
    // What an edit cannot change: identity, place in the thread, time.
    const auto text = status;
    status = *here;
    status.kind = text.kind;
    status.visibility = visibility;
    status.title = text.title;
    status.content = text.content;
    status.source = text.source;
    status.spoiler = text.spoiler;
    status.sensitive = text.sensitive;
    status.language = text.language;
    status.url = text.url;
    status.edited_at = changed_at;
    const auto told = store::statuses::load_mentions(tx, {here->id})[here->id];
    store::statuses::edit(tx, changed);
    notify_mentioned(tx, changed, here->id, told);
    return here->id;
}

}  // namespace outboard::services
