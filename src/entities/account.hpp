// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "src/base/safe_html.hpp"

namespace outboard::entities {

struct Field {
    std::string name;
    SafeHtml value;
    std::optional<std::string> verified_at;  // null until the link was seen to point back
};
void to_json(nlohmann::json& out, const Field& field);

/// What changes without a new revision of the account.
struct AccountNow {
    std::optional<std::string> last_status_at;  // a plain date
    std::int64_t statuses_count = 0, followers_count = 0, following_count = 0;
};

/// https://docs.joinmastodon.org/entities/Account/
struct Account : AccountNow {
    std::string id;
    std::string username;
    std::string acct;  // bare name for local accounts, name@domain for others
    std::string url;   // HTML page; equal to the href of mentions
    std::string uri;   // the actor's id
    std::string display_name;
    SafeHtml note;
    std::string avatar, header;  // never empty: a default image stands in
    bool locked = false, bot = false, group = false, discoverable = false, indexable = false;
    std::vector<Field> fields;
    std::string created_at;  // midnight of the day
    bool suspended = false;  // the key is there only when it is so
};
void to_json(nlohmann::json& out, const Account& account);
/// The JSON of an account in two pieces that together are one object: `{"acct":…` with all that its
/// revision settles, and `,"followers_count":…}` with the rest.
std::string opening(const Account& account);
std::string closing(const AccountNow& now);

/// https://docs.joinmastodon.org/entities/Role/
struct Role {
    std::string id, name;
    std::uint64_t permissions = 0;  // bits, printed as text
    bool highlighted = false;
};
void to_json(nlohmann::json& out, const Role& role);

/// A field as its author wrote it.
struct SourceField {
    std::string name, value;
};
void to_json(nlohmann::json& out, const SourceField& field);

/// What only the account itself sees:
/// https://docs.joinmastodon.org/entities/Account/#CredentialAccount
struct CredentialAccount {
    Account account;
    std::string privacy;  // default visibility
    bool sensitive = false;
    std::string language;             // empty: null
    std::string note;                 // as written
    std::string status_content_type;  // text/plain or text/markdown (ours)
    std::vector<SourceField> fields;
    std::int64_t follow_requests_count = 0;
    Role role;
};
void to_json(nlohmann::json& out, const CredentialAccount& credentials);

}  // namespace outboard::entities
