// SPDX-License-Identifier: Apache-2.0
#include "src/present/sight.hpp"

#include <unordered_map>

#include "src/store/statuses.hpp"

namespace outboard::present {
namespace {

using ById = std::unordered_map<StatusId, Status>;

ById by_id(std::vector<Status> statuses) {
    ById map;
    for (auto& status : statuses) {
        const auto id = status.id;
        map.emplace(id, std::move(status));
    }
    return map;
}

std::vector<StatusId> boosted_ids(const ById& statuses) {
    std::vector<StatusId> ids;
    for (const auto& [id, status] : statuses) {
        if (status.boost_of) ids.push_back(*status.boost_of);
    }
    return ids;
}

}  // namespace

Candidates::Candidates(store::Reader& db, const std::vector<StatusId>& ids) {
    if (ids.empty()) return;
    statuses_ = by_id(store::statuses::load(db, ids));
    const auto targets = boosted_ids(statuses_);
    if (!targets.empty()) boosted_ = by_id(store::statuses::load(db, targets));
}

const Status* Candidates::find(StatusId id) const {
    const auto it = statuses_.find(id);
    return it == statuses_.end() ? nullptr : &it->second;
}

std::vector<Seen> Candidates::seen_by(
    store::Reader& db, const std::vector<StatusId>& ids, std::optional<AccountId> viewer
) const {
    std::vector<Seen> seen;
    if (ids.empty()) return seen;
    auto judged = ids;
    for (const auto id : ids) {
        const auto* status = find(id);
        if (status != nullptr && status->boost_of) judged.push_back(*status->boost_of);
    }
    const auto facts = store::statuses::load_sight(db, judged, viewer);
    const auto visible = [&](StatusId id) {
        const auto it = facts.find(id);
        return it != facts.end() && may_see(it->second);
    };
    for (const auto id : ids) {
        const auto* status = find(id);
        if (status == nullptr || !visible(id)) continue;
        Seen item{.status = *status, .boosted = std::nullopt};
        if (item.status.boost_of) {
            const auto target = boosted_.find(*item.status.boost_of);
            if (target == boosted_.end() || !visible(target->first)) continue;
            item.boosted = target->second;
        }
        seen.push_back(std::move(item));
    }
    return seen;
}

std::vector<Seen> load_seen(
    store::Reader& db, const std::vector<StatusId>& ids, std::optional<AccountId> viewer
) {
    return Candidates(db, ids).seen_by(db, ids, viewer);
}

std::optional<Seen> find_seen(store::Reader& db, StatusId id, std::optional<AccountId> viewer) {
    auto seen = load_seen(db, {id}, viewer);
    if (seen.empty()) return std::nullopt;
    return std::move(seen.front());
}

}  // namespace outboard::present
