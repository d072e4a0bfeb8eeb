// SPDX-License-Identifier: Apache-2.0
#include "src/entities/poll.hpp"

#include "src/entities/common.hpp"

namespace outboard::entities {

void to_json(json& out, const PollOption& option) {
    out = {{"title", option.title}, {"votes_count", or_null(option.votes_count)}};
}

void to_json(json& out, const Poll& poll) {
    out = {
        {"id", poll.id},
        {"expires_at", or_null(poll.expires_at)},
        {"expired", poll.expired},
        {"multiple", poll.multiple},
        {"votes_count", poll.votes_count},
        {"voters_count", or_null(poll.voters_count)},
        {"options", array_of(poll.options)},
        {"emojis", json::array()}
    };
    if (poll.own) {
        out["voted"] = poll.own->voted;
        out["own_votes"] = poll.own->positions;
    }
}

}  // namespace outboard::entities
