// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "src/domain/status.hpp"
#include "src/store/database.hpp"

namespace outboard::present {

/// A status that the viewer may see, with what it boosts.
struct Seen {
    Status status;
    std::optional<Status> boosted;

    /// The status itself, or the boosted one: what can be answered, favourited, bookmarked.
    const Status& original() const { return boosted ? *boosted : status; }
};

/// Statuses and what they boost, loaded once to be judged for any number of viewers. As
/// `load_seen`, with one statement for each viewer. Lives no longer than what it was read from.
class Candidates {
public:
    Candidates(store::Reader& db, const std::vector<StatusId>& ids);

    /// Those of `ids` that are here and that the viewer may see, in the order given.
    std::vector<Seen> seen_by(
        store::Reader& db, const std::vector<StatusId>& ids, std::optional<AccountId> viewer
    ) const;
    /// The row itself, for deciding whom it may concern: never to be shown by this.
    const Status* find(StatusId id) const;

private:
    std::unordered_map<StatusId, Status> statuses_, boosted_;
};

/// Those of `ids` that the viewer may see, in the order given: `may_see` on each and on what a
/// boost boosts (DESIGN.md 3.13). Every read path goes through here. Three statements, whatever the
/// number of ids.
std::vector<Seen> load_seen(
    store::Reader& db, const std::vector<StatusId>& ids, std::optional<AccountId> viewer
);

/// One status; nothing both when it is not there and when it is not the viewer's to see.
std::optional<Seen> find_seen(store::Reader& db, StatusId id, std::optional<AccountId> viewer);

}  // namespace outboard::present
