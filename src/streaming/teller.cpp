// SPDX-License-Identifier: Apache-2.0
#include "src/streaming/teller.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "federation/base/text.hpp"
#include "federation/json.hpp"
#include "src/base/limits.hpp"
#include "src/present/page.hpp"
#include "src/present/presenter.hpp"
#include "src/store/conversations.hpp"
#include "src/store/follows.hpp"
#include "src/store/statuses.hpp"

namespace outboard::streaming {
namespace {

using present::Seen;
using store::streams::Event;
using store::streams::Kind;
using Payload = std::shared_ptr<const std::string>;
using Ids = std::vector<StatusId>;

bool listens(const Viewer& viewer, Feed feed) {
    return std::any_of(viewer.channels.begin(), viewer.channels.end(), [&](const Channel& channel) {
        return channel.feed == feed;
    });
}

bool reaches_any(const Reach& reach, const Viewer& viewer) {
    return std::any_of(viewer.channels.begin(), viewer.channels.end(), [&](const Channel& channel) {
        return reaches(reach, channel);
    });
}

std::string_view event_name(Kind kind) {
    switch (kind) {
        case Kind::Update:
        case Kind::Home:
            return "update";
        case Kind::Edit:
            return "status.update";
        case Kind::Delete:
            return "delete";
        case Kind::Notification:
            return "notification";
    }
    return "";
}

/// One batch of events and what all its viewers share.
class Batch {
public:
    Batch(
        App& app,
        store::Reader& db,
        const std::vector<Event>& events,
        const std::vector<Viewer>& viewers
    );
    void tell(Viewer& viewer, std::vector<Told>& news);

private:
    /// An event that may concern the viewer.
    struct Possible {
        const Event* event;
        Reach reach;
    };
    /// What one viewer may see of the batch's statuses, for each taste.
    struct Sight {
        std::unordered_map<StatusId, Seen> seen;
        std::unordered_set<StatusId> at_home, in_lists;
        std::unordered_map<StatusId, store::statuses::Flags> flags;
    };
    /// The part of a list in which what some events are about stands.
    struct Window {
        std::unordered_set<std::int64_t> wanted;
        store::statuses::Page page;

        template <class Concerns>
        static Window of(const std::vector<Possible>& possible, Concerns&& concerns) {
            Window window;
            auto& page = window.page;
            page.limit = static_cast<int>(limits::kStreamBatch);
            for (const auto& one : possible) {
                if (!concerns(one)) continue;
                const auto id = one.event->subject;
                window.wanted.insert(id);
                page.max_id = std::max(page.max_id.value_or(id + 1), id + 1);
                page.since_id = std::min(page.since_id.value_or(id - 1), id - 1);
            }
            return window;
        }
    };
    using Key = std::tuple<std::int64_t, bool, bool, bool, bool, bool, bool, std::int64_t>;

    void load_listings(const Ids& ids);
    std::vector<Possible> possible_for(const Viewer& viewer) const;
    Reach reach_of(const Event& event, const Viewer& viewer) const;
    Reach reach_of_deletion(const Event& event, const Viewer& viewer) const;
    Sight look(const Viewer& viewer, const std::vector<Possible>& possible);
    Payload status_payload(const Viewer& viewer, const Sight& sight, StatusId id);
    std::unordered_map<std::int64_t, Payload> notifications_for(
        const Viewer& viewer, const std::vector<Possible>& possible
    );
    std::unordered_map<std::int64_t, Payload> conversations_for(
        const Viewer& viewer, const std::vector<Possible>& possible
    );

    App& app_;
    store::Reader& db_;
    const std::vector<Event>& events_;
    std::optional<present::Candidates> candidates_;
    std::unordered_map<StatusId, std::shared_ptr<const Listing>> listings_;
    std::unordered_map<AccountId, std::vector<StatusId>> homes_;
    std::unordered_map<AccountId, std::unordered_set<AccountId>> followers_;  // of who deleted
    std::map<Key, Payload> rendered_;
};

Batch::Batch(
    App& app,
    store::Reader& db,
    const std::vector<Event>& events,
    const std::vector<Viewer>& viewers
)
    : app_(app), db_(db), events_(events) {
    Ids ids, living;
    for (const auto& event : events) {
        if (event.kind == Kind::Notification) continue;
        ids.push_back(event.status());
        if (event.kind != Kind::Delete) living.push_back(event.status());
    }
    candidates_.emplace(db, ids);
    load_listings(living);
    std::vector<AccountId> at_home;
    for (const auto& viewer : viewers) {
        if (listens(viewer, Feed::User)) at_home.push_back(viewer.id);
    }
    homes_ = store::streams::load_homes(db, living, at_home);
    for (const auto& event : events) {
        if (event.kind == Kind::Delete && !followers_.contains(event.account)) {
            followers_[event.account] = store::streams::load_followers(db, event.account, at_home);
        }
    }
}

/// As `list_public` and `list_tag` choose them.
void Batch::load_listings(const Ids& ids) {
    Ids listed;
    for (const auto id : ids) {
        const auto* status = candidates_->find(id);
        if (status != nullptr && status->visibility == Visibility::Public &&
            status->state == StatusState::Present && !status->boost_of) {
            listed.push_back(id);
        }
    }
    const auto tags = store::statuses::load_tags(db_, listed);
    const auto media = store::statuses::load_media(db_, listed);
    for (const auto id : listed) {
        Listing listing{
            .local = candidates_->find(id)->local, .media = media.contains(id), .tags = {}
        };
        if (const auto it = tags.find(id); it != tags.end()) {
            for (const auto& tag : it->second) listing.tags.push_back(fold_case(tag));
        }
        listings_.emplace(id, std::make_shared<const Listing>(std::move(listing)));
    }
}

/// A bare id is all that is told, to those who may have had the status.
Reach Batch::reach_of_deletion(const Event& event, const Viewer& viewer) const {
    Reach reach;
    const auto& readers = event.readers;
    reach.home = viewer.id == event.account || viewer.sent->has(event.status()) ||
                 std::find(readers.begin(), readers.end(), viewer.id) != readers.end();
    const auto* status = candidates_->find(event.status());
    if (status == nullptr) return reach;
    const auto followers = followers_.find(event.account);
    if (followers != followers_.end() && status->visibility != Visibility::Direct) {
        reach.home = reach.home || followers->second.contains(viewer.id);
    }
    if (status->visibility == Visibility::Public && !status->boost_of) {
        reach.listing = std::make_shared<const Listing>(
            Listing{.local = status->local, .media = true, .tags = event.tags}
        );
    }
    return reach;
}

Reach Batch::reach_of(const Event& event, const Viewer& viewer) const {
    Reach reach;
    if (event.kind == Kind::Notification) {
        reach.notifications = event.account == viewer.id;
        return reach;
    }
    if (event.kind == Kind::Delete) return reach_of_deletion(event, viewer);
    const auto id = event.status();
    const auto home = homes_.find(viewer.id);
    if (home != homes_.end()) {
        const auto& ids = home->second;
        reach.home = std::find(ids.begin(), ids.end(), id) != ids.end();
    }
    if (event.kind == Kind::Home) return reach;
    const auto* status = candidates_->find(id);
    reach.direct = event.kind == Kind::Update && status != nullptr &&
                   status->visibility == Visibility::Direct;  // of those who take part: found later
    if (const auto it = listings_.find(id); it != listings_.end()) reach.listing = it->second;
    return reach;
}

std::vector<Batch::Possible> Batch::possible_for(const Viewer& viewer) const {
    std::vector<Possible> possible;
    for (const auto& event : events_) {
        auto reach = reach_of(event, viewer);
        if (reaches_any(reach, viewer)) possible.push_back({&event, std::move(reach)});
    }
    return possible;
}

Batch::Sight Batch::look(const Viewer& viewer, const std::vector<Possible>& possible) {
    Ids ids;
    bool any_home = false, any_listed = false;
    for (const auto& [event, reach] : possible) {
        if (event->kind == Kind::Delete || event->kind == Kind::Notification) continue;
        ids.push_back(event->status());
        any_home = any_home || reach.home;
        any_listed = any_listed || reach.listing;
    }
    Sight sight;
    if (ids.empty()) return sight;
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    auto seen = candidates_->seen_by(db_, ids, viewer.id);
    const auto suiting = [&](const present::Taste& taste) {
        auto kept = seen;
        present::keep_suitable(db_, kept, viewer.id, taste);
        std::unordered_set<StatusId> suit;
        for (const auto& item : kept) suit.insert(item.status.id);
        return suit;
    };
    if (any_home) {
        sight.at_home = suiting({.hide_muted = true, .hide_replies_to_strangers = true});
    }
    if (any_listed) sight.in_lists = suiting({.hide_muted = true});
    Ids originals;
    for (const auto& item : seen) originals.push_back(item.original().id);
    sight.flags = store::statuses::load_flags(db_, originals, viewer.id);
    for (auto& item : seen) {
        const auto id = item.status.id;
        sight.seen.emplace(id, std::move(item));
    }
    return sight;
}

/// Viewers for whom a status looks the same share its text: what differs is what they did with it,
/// whether it is their own, and their vote in a poll.
Payload Batch::status_payload(const Viewer& viewer, const Sight& sight, StatusId id) {
    const auto it = sight.seen.find(id);
    if (it == sight.seen.end()) return nullptr;
    const auto& original = it->second.original();
    const auto known = sight.flags.find(original.id);
    const auto flags = known == sight.flags.end() ? store::statuses::Flags{} : known->second;
    const Key key{
        id.value,
        flags.favourited,
        flags.boosted,
        flags.bookmarked,
        flags.muted,
        flags.pinned,
        original.account == viewer.id,
        original.kind == "Question" ? viewer.id.value : 0
    };
    if (const auto there = rendered_.find(key); there != rendered_.end()) return there->second;
    present::Presenter presenter(app_.identity, db_, viewer.id);
    const auto shown = presenter.statuses(std::vector<Seen>{it->second});
    if (shown.empty()) return nullptr;
    auto payload = std::make_shared<const std::string>(write_json(json(shown.front())));
    rendered_.emplace(key, payload);
    return payload;
}

/// Those that the list of notifications shows too.
std::unordered_map<std::int64_t, Payload> Batch::notifications_for(
    const Viewer& viewer, const std::vector<Possible>& possible
) {
    std::unordered_map<std::int64_t, Payload> payloads;
    const auto window = Window::of(possible, [](const Possible& one) {
        return one.event->kind == Kind::Notification;
    });
    if (window.wanted.empty()) return payloads;
    auto rows = store::notifications::list(db_, viewer.id, {}, window.page);
    std::erase_if(rows, [&](const auto& row) { return !window.wanted.contains(row.id.value); });
    present::Presenter presenter(app_.identity, db_, viewer.id);
    for (const auto& shown : presenter.notifications(rows)) {
        std::int64_t id = 0;
        if (!parse_decimal(shown.id, id)) continue;
        payloads.emplace(id, std::make_shared<const std::string>(write_json(json(shown))));
    }
    return payloads;
}

/// Those that the list of conversations shows with this very status as the last one.
std::unordered_map<std::int64_t, Payload> Batch::conversations_for(
    const Viewer& viewer, const std::vector<Possible>& possible
) {
    std::unordered_map<std::int64_t, Payload> payloads;
    if (!listens(viewer, Feed::Direct)) return payloads;
    const auto window = Window::of(possible, [](const Possible& one) { return one.reach.direct; });
    if (window.wanted.empty()) return payloads;
    auto rows = store::conversations::list(db_, viewer.id, window.page);
    std::erase_if(rows, [&](const auto& row) {
        return !window.wanted.contains(row.last_status.value);
    });
    present::Presenter presenter(app_.identity, db_, viewer.id);
    for (const auto& shown : presenter.conversations(rows)) {
        std::int64_t id = 0;
        if (!shown.last_status || !parse_decimal(shown.last_status->id, id)) continue;
        payloads.emplace(id, std::make_shared<const std::string>(write_json(json(shown))));
    }
    return payloads;
}

void Batch::tell(Viewer& viewer, std::vector<Told>& news) {
    const auto possible = possible_for(viewer);
    if (possible.empty()) return;
    const auto sight = look(viewer, possible);
    const auto notifications = notifications_for(viewer, possible);
    const auto conversations = conversations_for(viewer, possible);
    for (const auto& [event, wide] : possible) {
        auto reach = wide;
        Payload payload;
        const auto id = event->status();
        if (std::exchange(reach.direct, false)) {
            const auto it = conversations.find(event->subject);
            if (it != conversations.end()) {
                news.push_back({viewer.id, "conversation", it->second, {.direct = true}});
            }
        }
        switch (event->kind) {
            case Kind::Notification:
                if (const auto it = notifications.find(event->subject); it != notifications.end()) {
                    payload = it->second;
                }
                break;
            case Kind::Delete:
                payload = std::make_shared<const std::string>(id.str());
                break;
            case Kind::Update:
            case Kind::Home:
            case Kind::Edit: {
                const bool is_new = event->kind != Kind::Edit;
                reach.home =
                    reach.home && sight.at_home.contains(id) && !(is_new && viewer.sent->has(id));
                if (!sight.in_lists.contains(id)) reach.listing = nullptr;
                if (!reaches_any(reach, viewer)) continue;
                payload = status_payload(viewer, sight, id);
                if (payload && is_new && reach.home) viewer.sent->note(id);
                break;
            }
        }
        if (payload) news.push_back({viewer.id, event_name(event->kind), payload, reach});
    }
}

}  // namespace

std::vector<Told> tell(
    App& app, store::Reader& db, const std::vector<Event>& events, std::vector<Viewer>& viewers
) {
    std::vector<Told> news;
    if (events.empty() || viewers.empty()) return news;
    Batch batch(app, db, events, viewers);
    for (auto& viewer : viewers) batch.tell(viewer, news);
    return news;
}

}  // namespace outboard::streaming
