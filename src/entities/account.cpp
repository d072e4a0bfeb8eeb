// SPDX-License-Identifier: Apache-2.0
#include "src/entities/account.hpp"

#include "src/entities/common.hpp"

namespace outboard::entities {

void to_json(json& out, const Field& field) {
    out = {
        {"name", field.name},
        {"value", field.value.str()},
        {"verified_at", or_null(field.verified_at)}
    };
}

void to_json(json& out, const SourceField& field) {
    out = {{"name", field.name}, {"value", field.value}, {"verified_at", nullptr}};
}

namespace {

/// Each key that a revision does not settle, with its value.
template <class Put>
void each_of_now(const AccountNow& now, Put&& put) {
    put("last_status_at", now.last_status_at);
    put("statuses_count", now.statuses_count);
    put("followers_count", now.followers_count);
    put("following_count", now.following_count);
}

json settled(const Account& account) {
    json out = {
        {"id", account.id},
        {"username", account.username},
        {"acct", account.acct},
        {"url", account.url},
        {"uri", account.uri},
        {"display_name", account.display_name},
        {"note", account.note.str()},
        {"avatar", account.avatar},
        {"avatar_static", account.avatar},
        {"avatar_description", ""},
        {"header", account.header},
        {"header_static", account.header},
        {"header_description", ""},
        {"locked", account.locked},
        {"bot", account.bot},
        {"group", account.group},
        {"discoverable", account.discoverable},
        {"indexable", account.indexable},
        {"noindex", !account.indexable},
        {"hide_collections", false},
        {"fields", array_of(account.fields)},
        {"emojis", json::array()},
        {"roles", json::array()},
        {"created_at", account.created_at}
    };
    if (account.suspended) out["suspended"] = true;
    return out;
}

}  // namespace

void to_json(json& out, const Account& account) {
    out = settled(account);
    each_of_now(account, PutInto{out});
}

std::string opening(const Account& account) { return open_object(settled(account)); }

std::string closing(const AccountNow& now) {
    std::string text;
    each_of_now(now, AppendTo{text});
    return text + "}";
}

void to_json(json& out, const Role& role) {
    out = {
        {"id", role.id},
        {"name", role.name},
        {"permissions", std::to_string(role.permissions)},
        {"color", ""},
        {"highlighted", role.highlighted}
    };
}

void to_json(json& out, const CredentialAccount& credentials) {
    out = credentials.account;
    out["source"] = {
        {"privacy", credentials.privacy},
        {"sensitive", credentials.sensitive},
        {"language", text_or_null(credentials.language)},
        {"note", credentials.note},
        {"status_content_type", credentials.status_content_type},
        {"fields", array_of(credentials.fields)},
        {"follow_requests_count", credentials.follow_requests_count},
        {"discoverable", credentials.account.discoverable},
        {"indexable", credentials.account.indexable},
        {"hide_collections", false},
        {"attribution_domains", json::array()},
        {"quote_policy", "nobody"}
    };
    out["role"] = credentials.role;
}

}  // namespace outboard::entities
