// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "federation/base/time.hpp"
#include "src/base/id.hpp"
#include "src/base/safe_html.hpp"

namespace outboard {

struct AccountField {
    std::string name;
    SafeHtml value;
};

/// Our row for an actor, local or remote.
struct Account {
    AccountId id;
    std::string uri;
    std::string username;  // as shown
    std::string domain;    // empty for local accounts
    std::string host;      // host[:port] of the id; empty for local accounts
    std::string kind = "Person";
    std::int64_t revision = 1;
    std::string display_name;
    SafeHtml note;
    std::string note_source;
    std::vector<AccountField> fields;
    std::string url;
    std::string avatar_url, header_url;
    std::string inbox, shared_inbox, outbox, followers, following, featured;
    bool locked = false, discoverable = false, indexable = false;
    std::optional<std::string> moved_to;
    std::vector<std::string> also_known_as;
    Instant created_at{}, fetched_at{};
    std::optional<Instant> suspended_at, deleted_at;
    bool suspended_by_rule = false;  // by a domain rule, and only while it lasts
    std::int64_t followers_count = 0, following_count = 0, statuses_count = 0;
    std::optional<Instant> last_status_at;
    std::optional<std::string> document;  // hash

    bool is_local() const { return domain.empty(); }
    bool is_active() const { return !suspended_at && !deleted_at; }
    bool is_bot() const { return kind == "Service" || kind == "Application"; }
    /// `name` here, `name@domain` for others.
    std::string acct() const { return is_local() ? username : username + "@" + domain; }
};

enum class Role { Owner, Admin, Moderator, Curator, Member };
std::string_view to_string(Role role);
std::optional<Role> parse_role(std::string_view text);

/// The login behind a local account.
struct User {
    AccountId account;
    Role role = Role::Member;
    std::string email;
    std::string password_hash;
    std::string default_visibility = "public", default_content_type = "text/plain",
                default_language;
    bool default_sensitive = false;
};

}  // namespace outboard
