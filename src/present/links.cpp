// SPDX-License-Identifier: Apache-2.0
#include "src/present/links.hpp"

#include "federation/base/text.hpp"

namespace outboard::present {

std::string profile_url(const Identity& identity, const Account& account) {
    if (account.is_local()) return identity.profile_url(account.username);
    return account.url.empty() ? account.uri : account.url;
}

std::string tag_url(const Identity& identity, std::string_view tag) {
    return identity.tag_url(percent_encode(fold_case(tag)));
}

std::optional<std::string> status_url(
    const Identity& identity, const Account& author, const Status& status
) {
    if (status.boost_of) return author.is_local() ? std::optional(status.uri) : std::nullopt;
    if (author.is_local()) return identity.status_url(author.username, status.id.value);
    return status.url.empty() ? status.uri : status.url;
}

std::string default_avatar(const Identity& identity) {
    return identity.origin() + "/assets/avatar.svg";
}

std::string default_header(const Identity& identity) {
    return identity.origin() + "/assets/header.svg";
}

std::string full_handle(const Identity& identity, const Account& account) {
    return account.username + "@" + (account.is_local() ? identity.handle_domain : account.domain);
}

}  // namespace outboard::present
