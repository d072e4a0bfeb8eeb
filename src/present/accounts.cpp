// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>

#include "federation/base/text.hpp"
#include "src/entities/common.hpp"
#include "src/html/html.hpp"
#include "src/present/links.hpp"
#include "src/present/presenter.hpp"
#include "src/store/accounts.hpp"
#include "src/store/tags.hpp"

namespace outboard::present {
namespace {

/// `created_at` of accounts is midnight of the day (pitfalls.md 2.7).
std::string day_text(Instant at) {
    return entities::time_text(Instant{std::chrono::floor<std::chrono::days>(at)});
}

entities::Role role_entity(Role role) {
    switch (role) {
        case Role::Owner:
            return {.id = "1", .name = "Owner", .permissions = 0, .highlighted = true};
        case Role::Admin:
            return {.id = "2", .name = "Admin", .permissions = 0, .highlighted = true};
        case Role::Moderator:
            return {.id = "3", .name = "Moderator", .permissions = 0, .highlighted = true};
        case Role::Curator:
            return {.id = "4", .name = "Curator", .permissions = 0, .highlighted = false};
        case Role::Member:
            return {.id = "-99", .name = "", .permissions = 0, .highlighted = false};
    }
    return {};
}

/// Profile fields as their author wrote them: the markup around links taken off again.
std::vector<entities::SourceField> source_fields(const Account& account) {
    std::vector<entities::SourceField> fields;
    for (const auto& field : account.fields) {
        fields.push_back({.name = field.name, .value = html::to_plain_text(field.value.str())});
    }
    return fields;
}

}  // namespace

std::unordered_map<AccountId, Account> Presenter::load_accounts(std::vector<AccountId> ids) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    std::unordered_map<AccountId, Account> map;
    if (ids.empty()) return map;
    for (auto& account : store::accounts::load(db_, ids)) {
        if (account.deleted_at) continue;
        const auto id = account.id;
        map.emplace(id, std::move(account));
    }
    return map;
}

entities::Account Presenter::account(const Account& account) const {
    entities::Account out;
    out.id = account.id.str();
    out.username = account.username;
    out.acct = account.acct();
    out.url = profile_url(identity_, account);
    out.uri = account.uri;
    out.avatar = default_avatar(identity_);
    out.header = default_header(identity_);
    out.locked = account.locked;
    out.bot = account.is_bot();
    out.group = account.kind == "Group";
    out.discoverable = account.discoverable;
    out.indexable = account.indexable;
    out.created_at = day_text(account.created_at);
    if (account.last_status_at) out.last_status_at = format_date(*account.last_status_at);
    out.statuses_count = account.statuses_count;
    out.followers_count = account.followers_count;
    out.following_count = account.following_count;
    if (account.suspended_at) {
        // The name stays known, what it says of itself does not.
        out.suspended = true;
        return out;
    }
    out.display_name = account.display_name;
    out.note = account.note;
    if (!account.avatar_url.empty()) out.avatar = account.avatar_url;
    if (!account.header_url.empty()) out.header = account.header_url;
    for (const auto& field : account.fields) {
        out.fields.push_back({.name = field.name, .value = field.value, .verified_at = std::nullopt}
        );
    }
    return out;
}

std::vector<entities::Account> Presenter::accounts(const std::vector<AccountId>& ids) {
    const auto loaded = load_accounts(ids);
    std::vector<entities::Account> shown;
    for (const auto id : ids) {
        const auto it = loaded.find(id);
        if (it != loaded.end()) shown.push_back(account(it->second));
    }
    return shown;
}

std::optional<entities::Account> Presenter::account(AccountId id) {
    const auto found = store::accounts::find(db_, id);
    if (!found || found->deleted_at) return std::nullopt;
    return account(*found);
}

std::optional<entities::CredentialAccount> Presenter::credentials(AccountId id) {
    const auto found = store::accounts::find(db_, id);
    const auto user = store::users::find(db_, id);
    if (!found || !user) return std::nullopt;
    store::statuses::Page all;
    all.limit = 1000;  // more than a person looks through; the badge then says 1000
    return entities::CredentialAccount{
        .account = account(*found),
        .privacy = user->default_visibility,
        .sensitive = user->default_sensitive,
        .language = user->default_language,
        .note = found->note_source,
        .status_content_type = user->default_content_type,
        .fields = source_fields(*found),
        .follow_requests_count =
            static_cast<std::int64_t>(store::follows::list_requests(db_, id, all).size()),
        .role = role_entity(user->role)
    };
}

std::vector<entities::FamiliarFollowers> Presenter::familiar_followers(
    const std::vector<AccountId>& ids
) {
    std::vector<entities::FamiliarFollowers> shown;
    if (!viewer_) return shown;
    const auto familiar = store::follows::load_familiar(db_, *viewer_, ids);
    auto people = ids;
    for (const auto& [id, followers] : familiar) {
        people.insert(people.end(), followers.begin(), followers.end());
    }
    const auto loaded = load_accounts(std::move(people));
    for (const auto id : ids) {
        if (!loaded.contains(id)) continue;
        entities::FamiliarFollowers one{.id = id.str(), .accounts = {}};
        if (const auto it = familiar.find(id); it != familiar.end()) {
            for (const auto follower : it->second) {
                const auto known = loaded.find(follower);
                if (known != loaded.end()) one.accounts.push_back(account(known->second));
            }
        }
        shown.push_back(std::move(one));
    }
    return shown;
}

std::vector<entities::MutedAccount> Presenter::muted_accounts(
    const std::vector<store::PersonRow>& rows
) {
    std::vector<AccountId> ids;
    for (const auto& row : rows) ids.push_back(row.account);
    const auto loaded = load_accounts(ids);
    std::vector<entities::MutedAccount> shown;
    for (const auto& row : rows) {
        const auto it = loaded.find(row.account);
        if (it == loaded.end()) continue;
        entities::MutedAccount muted{.account = account(it->second), .mute_expires_at = {}};
        if (row.until) muted.mute_expires_at = entities::time_text(*row.until);
        shown.push_back(std::move(muted));
    }
    return shown;
}

std::vector<entities::Relationship> Presenter::relationships(const std::vector<AccountId>& ids) {
    std::vector<entities::Relationship> shown;
    if (!viewer_ || ids.empty()) return shown;
    const auto known = load_accounts(ids);
    const auto relations = store::follows::load_relationships(db_, *viewer_, ids);
    for (const auto id : ids) {
        if (!known.contains(id)) continue;
        const auto it = relations.find(id);
        const auto r = it == relations.end() ? store::follows::Relationship{} : it->second;
        shown.push_back(
            {.id = id.str(),
             .following = r.following,
             .requested = r.requested,
             .followed_by = r.followed_by,
             .requested_by = r.requested_by,
             .showing_reblogs = (r.following || r.requested) && r.show_boosts,
             .notifying = (r.following || r.requested) && r.notify,
             .blocking = r.blocking,
             .blocked_by = r.blocked_by,
             .muting = r.muting,
             .muting_notifications = r.muting_notifications,
             .muting_expires_at = r.muting_until
                                      ? std::optional(entities::time_text(*r.muting_until))
                                      : std::nullopt,
             .domain_blocking = r.domain_blocking,
             .note = r.note}
        );
    }
    return shown;
}

std::optional<entities::Relationship> Presenter::relationship(AccountId id) {
    auto found = relationships({id});
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

entities::Notification Presenter::notification_head(const store::notifications::NotificationRow& row
) {
    return {
        .id = row.id.str(),
        .type = row.kind,
        .created_at = entities::time_text(row.created_at),
        .account = {},
        .status = std::nullopt
    };
}

std::vector<entities::Notification> Presenter::notifications(
    const std::vector<store::notifications::NotificationRow>& rows
) {
    std::vector<AccountId> sources;
    std::vector<StatusId> about;
    for (const auto& row : rows) {
        sources.push_back(row.source);
        if (row.status) about.push_back(*row.status);
    }
    const auto people = load_accounts(sources);
    std::unordered_map<std::string, entities::Status> shown_statuses;
    for (auto& status : statuses(about)) {
        auto id = status.id;
        shown_statuses.emplace(std::move(id), std::move(status));
    }
    std::vector<entities::Notification> shown;
    for (const auto& row : rows) {
        const auto source = people.find(row.source);
        if (source == people.end() || source->second.suspended_at) continue;
        auto item = notification_head(row);
        item.account = account(source->second);
        if (row.status) {
            const auto status = shown_statuses.find(row.status->str());
            if (status == shown_statuses.end()) continue;  // gone, or no longer theirs to see
            item.status = status->second;
        }
        shown.push_back(std::move(item));
    }
    return shown;
}

std::vector<entities::Tag> Presenter::tags(const std::vector<std::string>& names) {
    std::vector<std::string> folded;
    for (const auto& name : names) folded.push_back(fold_case(name));
    const auto followed = viewer_ ? store::tags::load_followed(db_, *viewer_, folded)
                                  : std::unordered_set<std::string>{};
    std::vector<entities::Tag> shown;
    for (const auto& name : folded) {
        entities::Tag tag{
            .id = name, .name = name, .url = tag_url(identity_, name), .following = std::nullopt
        };
        if (viewer_) tag.following = followed.contains(name);
        shown.push_back(std::move(tag));
    }
    return shown;
}

}  // namespace outboard::present
