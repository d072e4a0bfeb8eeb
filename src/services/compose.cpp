// SPDX-License-Identifier: Apache-2.0
#include "src/services/compose.hpp"

#include <algorithm>
#include <atomic>
#include <memory>

#include "federation/addressing.hpp"
#include "federation/base/text.hpp"
#include "federation/discovery/webfinger.hpp"
#include "src/base/limits.hpp"
#include "src/present/links.hpp"
#include "src/services/key_ring.hpp"
#include "src/services/resolve.hpp"
#include "src/store/accounts.hpp"

namespace outboard::services {
namespace {

struct HandleParts {
    std::string user, domain;  // domain empty for local people
};

HandleParts split_handle(const Identity& identity, std::string_view handle) {
    const auto at = handle.find('@');
    HandleParts parts{.user = std::string(handle.substr(0, at)), .domain = {}};
    if (at != std::string_view::npos) parts.domain = lower_ascii(handle.substr(at + 1));
    if (identity.is_own_domain(parts.domain)) parts.domain.clear();
    return parts;
}

std::optional<Account> find_handle(
    store::Reader& db, const Identity& identity, std::string_view handle
) {
    const auto parts = split_handle(identity, handle);
    auto account = store::accounts::find_by_handle(db, parts.user, parts.domain);
    if (!account || !account->is_active()) return std::nullopt;
    return account;
}

}  // namespace

std::optional<federation::Iri> iri_of(const std::string& text) {
    auto iri = federation::Iri::parse(text);
    return iri ? std::optional(*std::move(iri)) : std::nullopt;
}

Named find_named(
    store::Reader& db, const Identity& identity, const std::vector<std::string>& handles
) {
    Named named;
    for (const auto& handle : handles) {
        auto account = find_handle(db, identity, handle);
        if (!account) continue;
        const auto same =
            std::find_if(named.accounts.begin(), named.accounts.end(), [&](const Account& other) {
                return other.id == account->id;
            });
        const auto index = static_cast<std::size_t>(same - named.accounts.begin());
        if (same == named.accounts.end()) named.accounts.push_back(*std::move(account));
        named.by_handle.emplace(lower_ascii(handle), index);
    }
    return named;
}

std::vector<std::string> unknown_handles(App& app, std::string_view text) {
    const auto found = html::find_entities(text);
    return app.db.read([&](store::Reader& db) {
        std::vector<std::string> unknown;
        for (const auto& handle : found.handles) {
            if (unknown.size() == limits::kUnknownHandles) break;
            const auto parts = split_handle(app.identity, handle);
            if (parts.domain.empty() || app.domain_rules.is_blocked(parts.domain)) continue;
            if (!store::accounts::find_by_handle(db, parts.user, parts.domain)) {
                unknown.push_back(handle);
            }
        }
        return unknown;
    });
}

void resolve_handles(
    App& app, const std::vector<std::string>& handles, std::function<void()> done
) {
    // Shared by the lookups that run side by side: the last one calls `done`.
    auto left = std::make_shared<std::atomic<std::size_t>>(handles.size());
    auto finish = [left, done = std::move(done)] {
        if (left->fetch_sub(1) == 1) done();
    };
    if (handles.empty()) {
        left->store(1);
        return finish();
    }
    for (const auto& handle : handles) {
        const auto parts = split_handle(app.identity, handle);
        // One who cannot be found stays text: that is no reason to refuse the post.
        resolve_handle(app, parts.user, parts.domain, {}, [finish](const Result<AccountId>&) {
            finish();
        });
    }
}

std::size_t count_characters(std::string_view text) {
    std::size_t count = 0;
    while (!text.empty()) {
        auto at = text.find("http");
        while (at != std::string_view::npos && !text.substr(at).starts_with("http://") &&
               !text.substr(at).starts_with("https://")) {
            at = text.find("http", at + 4);
        }
        if (at == std::string_view::npos) return count + count_codepoints(text);
        const auto end = std::min(text.find_first_of(" \t\r\n", at), text.size());
        count += count_codepoints(text.substr(0, at)) + kCharactersPerUrl;
        text.remove_prefix(end);
    }
    return count;
}

SafeHtml render_text(
    const Identity& identity,
    std::string_view text,
    std::string_view content_type,
    const Named& named
) {
    const html::Markup markup{
        .mention = [&](std::string_view handle) -> std::optional<html::MentionLink> {
            const auto it = named.by_handle.find(lower_ascii(handle));
            if (it == named.by_handle.end()) return std::nullopt;
            const auto& account = named.accounts[it->second];
            return html::MentionLink{
                .profile_url = present::profile_url(identity, account), .username = account.username
            };
        },
        .hashtag = [&](std::string_view tag) { return present::tag_url(identity, tag); }
    };
    return content_type == "text/markdown" ? html::from_markdown(text, markup)
                                           : html::from_plain(text, markup);
}

bool is_language(std::string_view text) {
    if (text.size() < 2 || text.size() > 35) return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-';
    });
}

Result<StatusId> with_fresh_id(const std::function<Result<std::optional<StatusId>>()>& make) {
    for (int tries = 0; tries < kFreshIds; ++tries) {
        OB_TRY(const auto made, make());
        if (made) return *made;
    }
    return fail(Code::Unavailable, "The post could not be stored; try again.", "ids are taken");
}

std::vector<AudienceLine> audience_of(const Status& status, const std::vector<Account>& mentioned) {
    std::vector<AudienceLine> lines;
    switch (status.visibility) {
        case Visibility::Public:
        case Visibility::Unlisted:
            lines.push_back({.kind = AudienceKind::Public, .target = {}});
            lines.push_back({.kind = AudienceKind::Followers, .target = status.account});
            break;
        case Visibility::Followers:
            lines.push_back({.kind = AudienceKind::Followers, .target = status.account});
            break;
        case Visibility::Direct:
            break;
    }
    for (const auto& account : mentioned) {
        lines.push_back({.kind = AudienceKind::Actor, .target = account.id});
    }
    return lines;
}

federation::Addressing addressing_of(
    const Account& author, Visibility visibility, const std::vector<Account>& mentioned
) {
    std::vector<federation::Iri> actors;
    for (const auto& account : mentioned) {
        if (auto iri = iri_of(account.uri)) actors.push_back(*std::move(iri));
    }
    return federation::address(visibility, *iri_of(author.followers), actors);
}

federation::Object object_of(
    const Identity& identity,
    const Account& author,
    const Status& status,
    const std::vector<Account>& mentioned,
    const std::vector<std::string>& hashtags,
    const std::optional<Poll>& poll
) {
    federation::Object object;
    object.id = iri_of(status.uri);
    object.type = status.kind;
    object.attributed_to = iri_of(author.uri);
    object.content = status.content.str();
    object.summary = status.spoiler;
    object.language = status.language;
    object.source = status.source;
    object.source_media_type = status.content_type;
    object.url = iri_of(status.url);
    object.in_reply_to = iri_of(status.reply_to_uri);
    object.context = iri_of(status.context_uri);
    object.conversation = status.conversation;
    object.replies = iri_of(status.uri + "/replies");
    object.likes = iri_of(status.uri + "/likes");
    object.shares = iri_of(status.uri + "/shares");
    object.audience = addressing_of(author, status.visibility, mentioned);
    object.sensitive = status.sensitive;
    object.published = status.created_at;
    object.updated = status.edited_at;
    for (const auto& account : mentioned) {
        if (auto href = iri_of(account.uri)) {
            object.mentions.push_back(
                {.href = *std::move(href), .name = "@" + present::full_handle(identity, account)}
            );
        }
    }
    for (const auto& tag : hashtags) {
        object.hashtags.push_back({.name = tag, .href = present::tag_url(identity, tag)});
    }
    if (poll) {
        object.multiple_choice = poll->multiple;
        object.closes = poll->expires_at;
        object.voters = poll->voters;
        for (const auto& option : poll->options) {
            object.options.push_back({.name = option.title, .votes = option.votes});
        }
    }
    return object;
}

std::vector<AccountId> remote_of(store::Reader& db, const std::vector<AccountId>& ids) {
    std::vector<AccountId> remote;
    if (ids.empty()) return remote;
    for (const auto& account : store::accounts::load(db, ids)) {
        if (!account.is_local() && account.is_active()) remote.push_back(account.id);
    }
    return remote;
}

void add_recipients(std::vector<AccountId>& to, const std::vector<AccountId>& more) {
    for (const auto id : more) {
        if (std::find(to.begin(), to.end(), id) == to.end()) to.push_back(id);
    }
}

}  // namespace outboard::services
