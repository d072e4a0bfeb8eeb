// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "src/present/presenter.hpp"
#include "src/store/statuses.hpp"

namespace outboard::present {
namespace {

/// Who takes part besides the viewer: the author and those named.
std::vector<AccountId> others_of(
    const Status& status, const std::vector<AccountId>& mentioned, AccountId viewer
) {
    std::vector<AccountId> others;
    const auto add = [&](AccountId id) {
        const bool known = std::find(others.begin(), others.end(), id) != others.end();
        if (id != viewer && !known) others.push_back(id);
    };
    add(status.account);
    for (const auto id : mentioned) add(id);
    if (others.empty()) others.push_back(viewer);
    return others;
}

}  // namespace

std::vector<entities::Conversation> Presenter::conversations(
    const std::vector<store::conversations::ConversationRow>& rows
) {
    std::vector<entities::Conversation> shown;
    if (!viewer_ || rows.empty()) return shown;
    std::vector<StatusId> ids;
    for (const auto& row : rows) ids.push_back(row.last_status);
    const auto seen = load_seen(db_, ids, viewer_);
    const auto mentions = store::statuses::load_mentions(db_, ids);
    std::unordered_map<StatusId, std::vector<AccountId>> others;
    std::vector<AccountId> people;
    for (const auto& item : seen) {
        const auto it = mentions.find(item.status.id);
        auto list = others_of(
            item.status, it == mentions.end() ? std::vector<AccountId>{} : it->second, *viewer_
        );
        people.insert(people.end(), list.begin(), list.end());
        others.emplace(item.status.id, std::move(list));
    }
    const auto accounts_there = load_accounts(std::move(people));
    std::unordered_map<std::string, entities::Status> last;
    for (auto& status : statuses(seen)) {
        auto id = status.id;
        last.emplace(std::move(id), std::move(status));
    }
    for (const auto& row : rows) {
        const auto status = last.find(row.last_status.str());
        if (status == last.end()) continue;
        entities::Conversation one{
            .id = std::to_string(row.id),
            .unread = row.unread,
            .accounts = {},
            .last_status = status->second
        };
        for (const auto id : others[row.last_status]) {
            const auto it = accounts_there.find(id);
            if (it != accounts_there.end()) one.accounts.push_back(account(it->second));
        }
        shown.push_back(std::move(one));
    }
    return shown;
}

}  // namespace outboard::present
