// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "src/domain/account.hpp"
#include "src/domain/identity.hpp"
#include "src/domain/status.hpp"

/// Addresses that must be equal strings wherever they stand: in text, in `mentions[].url`, in
/// `tags[].url` (pitfalls.md 7.2).
namespace outboard::present {

/// The HTML page of an account.
std::string profile_url(const Identity& identity, const Account& account);
/// The HTML page of a tag, as written by anybody.
std::string tag_url(const Identity& identity, std::string_view tag);
/// The HTML page of a status; nothing for a remote boost, which has none.
std::optional<std::string> status_url(
    const Identity& identity, const Account& author, const Status& status
);
/// Images that stand in for absent ones; served by pages/.
std::string default_avatar(const Identity& identity);
std::string default_header(const Identity& identity);
/// `user@domain`, also for local accounts: how a mention is named on the wire (V2).
std::string full_handle(const Identity& identity, const Account& account);

}  // namespace outboard::present
