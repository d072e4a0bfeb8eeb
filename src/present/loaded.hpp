// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "src/domain/poll.hpp"
#include "src/present/presenter.hpp"
#include "src/store/statuses.hpp"

namespace outboard::present {

/// Everything that stands around a page of statuses, by id.
struct Presenter::Loaded {
    std::unordered_map<AccountId, Account> accounts;
    std::unordered_map<StatusId, std::vector<AccountId>> mentions;
    std::unordered_map<StatusId, std::vector<std::string>> tags;
    std::unordered_map<StatusId, std::vector<Media>> media;
    std::unordered_map<StatusId, store::statuses::Flags> flags;
    std::unordered_map<StatusId, Poll> polls;
    std::unordered_map<StatusId, std::vector<int>> votes;
};

}  // namespace outboard::present
