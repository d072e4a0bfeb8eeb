// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "src/present/sight.hpp"
#include "src/store/statuses.hpp"

namespace outboard::present {

/// What a list leaves out beyond what may not be seen.
struct Taste {
    bool hide_muted = false;                 // of accounts the viewer mutes, and boosts of theirs
    bool hide_replies_to_strangers = false;  // home: replies to people the viewer does not follow
    bool local_only = false, remote_only = false, only_media = false;
};

/// Leaves out what does not suit. Two statements at most.
void keep_suitable(
    store::Reader& db, std::vector<Seen>& items, std::optional<AccountId> viewer, const Taste& taste
);

/// A page of a list: what is shown, and how far the candidates were read, for its links.
struct SeenPage {
    std::vector<Seen> items;  // newest first
    std::optional<std::int64_t> oldest,
        newest;  // cursors of `next` and `prev`; nothing on an empty page
};

using ListStatuses = std::function<std::vector<StatusId>(const store::statuses::Page&)>;
using ListCandidates =
    std::function<std::vector<store::statuses::Candidate>(const store::statuses::Page&)>;

/// Statuses that are their own cursors.
std::vector<store::statuses::Candidate> as_candidates(const std::vector<StatusId>& ids);

/// Asks `list` for candidates until the page is full, the list ends, or limits::kPageRounds are
/// over.
SeenPage load_page(
    store::Reader& db,
    const ListCandidates& list,
    store::statuses::Page page,
    std::optional<AccountId> viewer,
    const Taste& taste
);

}  // namespace outboard::present
