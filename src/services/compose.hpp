// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "federation/vocabulary.hpp"
#include "src/domain/account.hpp"
#include "src/domain/status.hpp"
#include "src/html/html.hpp"
#include "src/services/app.hpp"
#include "src/store/statuses.hpp"

/// From a local author's text to a status row and its wire form.
namespace outboard::services {

/// People a text names, as far as they are known here.
struct Named {
    std::vector<Account> accounts;  // in order, each once, active ones
    std::unordered_map<std::string, std::size_t>
        by_handle;  // handle as written, lower case, to `accounts`
};
Named find_named(
    store::Reader& db, const Identity& identity, const std::vector<std::string>& handles
);

/// Handles in a text of people who are not known here but live on other nodes: at most
/// limits::kUnknownHandles.
std::vector<std::string> unknown_handles(App& app, std::string_view text);
/// Looks them up by WebFinger, side by side; calls `done` once when all ended, well or not.
void resolve_handles(App& app, const std::vector<std::string>& handles, std::function<void()> done);

/// Characters as clients count them: an address counts as kCharactersPerUrl.
inline constexpr std::size_t kCharactersPerUrl = 23;
std::size_t count_characters(std::string_view text);

/// The text marked up; `content_type` is text/plain or text/markdown.
SafeHtml render_text(
    const Identity& identity,
    std::string_view text,
    std::string_view content_type,
    const Named& named
);

/// A language tag as BCP 47 writes them, roughly: letters, digits and hyphens, at most 35.
bool is_language(std::string_view text);

/// The id of a new status stands in what is rendered and signed before the transaction (ADR 0004);
/// should a remote row have got that id meanwhile, all is made again with another. `make` stores
/// the status and returns its id, or nothing when the id was taken. Errors: those of `make`,
/// Unavailable after kFreshIds tries.
inline constexpr int kFreshIds = 5;
Result<StatusId> with_fresh_id(const std::function<Result<std::optional<StatusId>>()>& make);

/// Who may see it, as rows.
std::vector<AudienceLine> audience_of(const Status& status, const std::vector<Account>& mentioned);

/// To whom it goes, on the wire (V1).
federation::Addressing addressing_of(
    const Account& author, Visibility visibility, const std::vector<Account>& mentioned
);

/// The wire form of an own status. Ids of collections only, no counters (DESIGN.md 3.8) but those
/// of its poll.
federation::Object object_of(
    const Identity& identity,
    const Account& author,
    const Status& status,
    const std::vector<Account>& mentioned,
    const std::vector<std::string>& hashtags,
    const std::optional<Poll>& poll = {}
);

/// An id of a row as a parsed one; nothing for what does not parse.
std::optional<federation::Iri> iri_of(const std::string& text);
/// The remote and active ones of these.
std::vector<AccountId> remote_of(store::Reader& db, const std::vector<AccountId>& ids);
/// Adds what is missing.
void add_recipients(std::vector<AccountId>& to, const std::vector<AccountId>& more);

}  // namespace outboard::services
