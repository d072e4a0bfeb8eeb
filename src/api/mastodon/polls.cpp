// SPDX-License-Identifier: Apache-2.0
#include "src/api/mastodon/polls.hpp"

#include "src/api/mastodon/common.hpp"
#include "src/services/polls.hpp"

namespace outboard::api::mastodon {
namespace {

Result<http::Response> show_poll(App& app, const Call& call) {
    return present_for(app, call.maybe_viewer(), [&](present::Presenter& present, store::Reader&) {
        return shown(present.poll(call.id<Status>("id")));
    });
}

/// What is no number names no option.
std::vector<int> read_choices(const Params& params) {
    std::vector<int> choices;
    for (const auto& text : params.list("choices")) {
        std::int64_t value = 0;
        const bool is_position = parse_decimal(text, value) && value < 1000;
        choices.push_back(is_position ? static_cast<int>(value) : -1);
    }
    return choices;
}

/// https://docs.joinmastodon.org/methods/polls/#vote
Result<http::Response> vote(App& app, const Call& call) {
    OB_CHECK(services::vote(app, call.viewer(), call.id<Status>("id"), read_choices(call.params()))
    );
    return show_poll(app, call);
}

}  // namespace

void polls(Router& router) {
    auto group = router.group("/api/v1/polls");
    group.get("/:id", show_poll, {.scope = Scope::ReadStatuses, .anonymous = true});
    group.post("/:id/votes", vote, {.scope = Scope::WriteStatuses});
}

}  // namespace outboard::api::mastodon
