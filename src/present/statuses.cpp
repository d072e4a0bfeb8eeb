// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "federation/base/text.hpp"
#include "src/base/limits.hpp"
#include "src/entities/common.hpp"
#include "src/present/links.hpp"
#include "src/present/loaded.hpp"
#include "src/present/media.hpp"
#include "src/present/presenter.hpp"
#include "src/store/accounts.hpp"
#include "src/store/polls.hpp"
#include "src/store/statuses.hpp"

namespace outboard::present {

namespace {

/// The list of a key; empty when there is none.
template <class Map, class Key>
const typename Map::mapped_type& list_of(const Map& map, const Key& key) {
    static const typename Map::mapped_type none;
    const auto it = map.find(key);
    return it == map.end() ? none : it->second;
}

entities::Poll poll_entity(
    const Status& status,
    const Poll& poll,
    const std::vector<int>& votes,
    std::optional<AccountId> viewer,
    Instant now
) {
    entities::Poll out;
    out.id = status.id.str();
    if (poll.expires_at) out.expires_at = entities::time_text(*poll.expires_at);
    out.expired = poll.is_over(now);
    out.multiple = poll.multiple;
    out.voters_count = poll.voters;
    for (const auto& option : poll.options) {
        out.votes_count += option.votes;
        entities::PollOption one{.title = option.title, .votes_count = std::nullopt};
        if (poll.shows_totals(now)) one.votes_count = option.votes;
        out.options.push_back(std::move(one));
    }
    if (viewer) {
        // Authors are shown the result as if they had voted: they cannot.
        const bool voted = !votes.empty() || status.account == *viewer;
        out.own = entities::OwnVotes{.voted = voted, .positions = votes};
    }
    return out;
}

}  // namespace

Presenter::Loaded Presenter::load_around(const std::vector<Seen>& seen) {
    std::vector<const Status*> originals;
    std::vector<StatusId> ids;
    std::vector<AccountId> people;
    for (const auto& item : seen) {
        originals.push_back(&item.original());
        ids.push_back(item.original().id);
        people.push_back(item.status.account);
        people.push_back(item.original().account);
    }
    auto loaded = load_changing(originals);
    if (ids.empty()) return loaded;
    loaded.mentions = store::statuses::load_mentions(db_, ids);
    for (const auto& [status, mentioned] : loaded.mentions) {
        people.insert(people.end(), mentioned.begin(), mentioned.end());
    }
    loaded.accounts = load_accounts(std::move(people));
    loaded.tags = store::statuses::load_tags(db_, ids);
    loaded.media = store::statuses::load_media(db_, ids);
    return loaded;
}

Presenter::Loaded Presenter::load_changing(const std::vector<const Status*>& statuses) {
    std::vector<StatusId> ids, questions;
    for (const auto* status : statuses) {
        ids.push_back(status->id);
        if (status->kind == "Question") questions.push_back(status->id);
    }
    Loaded loaded;
    if (ids.empty()) return loaded;
    loaded.polls = store::polls::load(db_, questions);
    if (viewer_) loaded.votes = store::polls::load_votes(db_, questions, *viewer_);
    if (viewer_) loaded.flags = store::statuses::load_flags(db_, ids, *viewer_);
    return loaded;
}

void Presenter::add_mentions_and_tags(
    entities::Status& out, const Status& status, const Loaded& loaded
) const {
    for (const auto id : list_of(loaded.mentions, status.id)) {
        const auto it = loaded.accounts.find(id);
        if (it == loaded.accounts.end()) continue;
        out.mentions.push_back(
            {.id = id.str(),
             .username = it->second.username,
             .url = profile_url(identity_, it->second),
             .acct = it->second.acct()}
        );
    }
    for (const auto& tag : list_of(loaded.tags, status.id)) {
        out.tags.push_back({.name = fold_case(tag), .url = tag_url(identity_, tag)});
    }
}

entities::Status Presenter::build(const Status& status, const Loaded& loaded) const {
    const auto& author = loaded.accounts.at(status.account);
    entities::Status out;
    out.id = status.id.str();
    out.uri = status.uri;
    out.url = status_url(identity_, author, status);
    out.created_at = entities::time_text(status.created_at);
    if (status.edited_at) out.edited_at = entities::time_text(*status.edited_at);
    static_cast<entities::StatusNow&>(out) = now_of(status, loaded);
    out.sensitive = status.sensitive || !status.spoiler.empty();
    out.spoiler_text = status.spoiler;
    out.visibility = std::string(federation::to_string(status.visibility));
    out.language = status.language;
    out.content = status.content;
    if (!status.application.empty()) {
        out.application = entities::StatusApplication{.name = status.application, .website = {}};
    }
    out.account = account(author);
    for (const auto& media : list_of(loaded.media, status.id)) {
        out.media_attachments.push_back(
            media_entity(identity_, media, status.visibility <= Visibility::Unlisted, db_.now())
        );
    }
    add_mentions_and_tags(out, status, loaded);
    return out;
}

entities::StatusNow Presenter::now_of(const Status& status, const Loaded& loaded) const {
    entities::StatusNow out;
    if (status.reply_to) out.in_reply_to_id = status.reply_to->str();
    if (status.reply_to_account) out.in_reply_to_account_id = status.reply_to_account->str();
    out.replies_count = status.replies_count;
    out.reblogs_count = status.boosts_count;
    out.favourites_count = status.favourites_count;
    if (const auto it = loaded.polls.find(status.id); it != loaded.polls.end()) {
        out.poll =
            poll_entity(status, it->second, list_of(loaded.votes, status.id), viewer_, db_.now());
    }
    if (viewer_) {
        const auto it = loaded.flags.find(status.id);
        const auto flags = it == loaded.flags.end() ? store::statuses::Flags{} : it->second;
        out.flags = entities::ViewerFlags{
            .favourited = flags.favourited,
            .reblogged = flags.boosted,
            .bookmarked = flags.bookmarked,
            .muted = flags.muted,
            .pinned = std::nullopt
        };
        const bool can_be_pinned = status.account == *viewer_ && !status.boost_of &&
                                   status.visibility != Visibility::Direct;
        if (can_be_pinned) out.flags->pinned = flags.pinned;
    }
    return out;
}

/// A boost shows the original's text, counters and flags under an id and author of its own
/// (pitfalls.md 7.5).
entities::Status Presenter::boost(
    const Status& status, const entities::Status& original, const Loaded& loaded
) const {
    auto wrapper = original;
    const auto own = build(status, loaded);
    wrapper.id = own.id;
    wrapper.uri = own.uri;
    wrapper.url = own.url;
    wrapper.created_at = own.created_at;
    wrapper.edited_at.reset();
    wrapper.in_reply_to_id.reset();
    wrapper.in_reply_to_account_id.reset();
    wrapper.visibility = own.visibility;
    wrapper.account = own.account;
    wrapper.application = own.application;
    if (wrapper.flags) wrapper.flags->pinned.reset();
    return wrapper;
}

std::vector<entities::Status> Presenter::statuses(const std::vector<Seen>& seen) {
    const auto loaded = load_around(seen);
    std::vector<entities::Status> shown;
    for (const auto& item : seen) {
        const bool has_authors = loaded.accounts.contains(item.status.account) &&
                                 loaded.accounts.contains(item.original().account);
        if (!has_authors) continue;
        auto original = build(item.original(), loaded);
        if (!item.boosted) {
            shown.push_back(std::move(original));
            continue;
        }
        auto wrapper = boost(item.status, original, loaded);
        wrapper.reblog = std::make_shared<const entities::Status>(std::move(original));
        shown.push_back(std::move(wrapper));
    }
    return shown;
}

std::vector<entities::Status> Presenter::statuses(const std::vector<StatusId>& ids) {
    return statuses(load_seen(db_, ids, viewer_));
}

std::optional<entities::Status> Presenter::status(StatusId id) {
    auto found = statuses(std::vector<StatusId>{id});
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

std::optional<entities::Poll> Presenter::poll(StatusId id) {
    const auto seen = find_seen(db_, id, viewer_);
    if (!seen) return std::nullopt;
    const auto& status = seen->original();
    const auto found = store::polls::find(db_, status.id);
    if (!found) return std::nullopt;
    auto votes = viewer_ ? store::polls::load_votes(db_, {status.id}, *viewer_)
                         : std::unordered_map<StatusId, std::vector<int>>{};
    return poll_entity(status, *found, votes[status.id], viewer_, db_.now());
}

std::optional<entities::Context> Presenter::context(StatusId id) {
    const auto seen = find_seen(db_, id, viewer_);
    if (!seen) return std::nullopt;
    const auto center = seen->original().id;
    auto ancestors = store::statuses::list_ancestors(db_, center);
    auto descendants = store::statuses::list_descendants(db_, center);
    if (!viewer_) {
        // Strangers get less of it (pitfalls.md 7.10): the nearest ancestors, the first answers.
        constexpr std::size_t kAncestors = 40, kDescendants = 60;
        if (ancestors.size() > kAncestors) {
            ancestors.erase(
                ancestors.begin(), ancestors.end() - static_cast<std::ptrdiff_t>(kAncestors)
            );
        }
        if (descendants.size() > kDescendants) descendants.resize(kDescendants);
    }
    return entities::Context{
        .ancestors = statuses(ancestors), .descendants = statuses(descendants)
    };
}

std::optional<std::vector<entities::StatusEdit>> Presenter::history(StatusId id) {
    const auto seen = find_seen(db_, id, viewer_);
    if (!seen) return std::nullopt;
    const auto& status = seen->original();
    const auto author = account(status.account);
    if (!author) return std::nullopt;
    std::vector<entities::StatusEdit> edits;
    for (const auto& old : store::statuses::load_revisions(db_, status.id)) {
        edits.push_back(
            {.content = old.content,
             .spoiler_text = old.spoiler,
             .sensitive = old.sensitive,
             .created_at = entities::time_text(old.created_at),
             .account = *author}
        );
    }
    edits.push_back(
        {.content = status.content,
         .spoiler_text = status.spoiler,
         .sensitive = status.sensitive,
         .created_at = entities::time_text(status.edited_at.value_or(status.created_at)),
         .account = *author}
    );
    return edits;
}

}  // namespace outboard::present
