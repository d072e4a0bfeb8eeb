// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace outboard::entities {

struct PollOption {
    std::string title;
    std::optional<std::int64_t> votes_count;  // null while the counts are hidden
};
void to_json(nlohmann::json& out, const PollOption& option);

/// What the viewer chose; the keys are absent for anonymous readers.
struct OwnVotes {
    bool voted = false;
    std::vector<int> positions;
};

/// https://docs.joinmastodon.org/entities/Poll/
struct Poll {
    std::string id;  // that of its status
    std::optional<std::string> expires_at;
    bool expired = false, multiple = false;
    std::int64_t votes_count = 0;
    std::optional<std::int64_t> voters_count;
    std::vector<PollOption> options;
    std::optional<OwnVotes> own;
};
void to_json(nlohmann::json& out, const Poll& poll);

}  // namespace outboard::entities
