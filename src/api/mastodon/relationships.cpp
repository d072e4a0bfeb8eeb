// SPDX-License-Identifier: Apache-2.0
#include "src/api/mastodon/relationships.hpp"

#include <algorithm>
#include <chrono>

#include "src/api/mastodon/common.hpp"
#include "src/services/blocks.hpp"
#include "src/services/follows.hpp"

namespace outboard::api::mastodon {
namespace {

Result<http::Response> relationships(App& app, const Call& call) {
    auto ids = read_ids<Account>(call.params(), "id");
    if (ids.size() > limits::kPage) ids.resize(limits::kPage);
    return present_for(app, call.viewer(), [&](present::Presenter& present, store::Reader&) {
        return shown_list(present.relationships(ids));
    });
}

/// Whom the viewer follows of those who follow somebody.
Result<http::Response> familiar_followers(App& app, const Call& call) {
    auto ids = read_ids<Account>(call.params(), "id");
    if (ids.size() > limits::kPage) ids.resize(limits::kPage);
    return present_for(app, call.viewer(), [&](present::Presenter& present, store::Reader&) {
        return shown_list(present.familiar_followers(ids));
    });
}

Result<http::Response> follow(App& app, const Call& call) {
    const services::FollowOptions options{
        .boosts = call.params().boolean("reblogs"), .notify = call.params().boolean("notify")
    };
    const auto other = call.id<Account>("id");
    OB_CHECK(services::follow(app, call.viewer(), other, options));
    return show_relationship(app, call.viewer(), other);
}

using Verb = Result<void> (*)(App&, AccountId, AccountId);

/// Does it and shows how the two stand then.
template <Verb verb>
Result<http::Response> act(App& app, const Call& call) {
    const auto other = call.id<Account>("id");
    OB_CHECK(verb(app, call.viewer(), other));
    return show_relationship(app, call.viewer(), other);
}

Result<http::Response> mute(App& app, const Call& call) {
    const auto other = call.id<Account>("id");
    const auto& params = call.params();
    constexpr std::int64_t kLongest = 10LL * 366 * 24 * 3600;
    const auto seconds =
        std::clamp<std::int64_t>(params.number("duration").value_or(0), 0, kLongest);
    OB_CHECK(services::mute(
        app,
        call.viewer(),
        other,
        params.boolean("notifications").value_or(true),
        std::chrono::seconds(seconds)
    ));
    return show_relationship(app, call.viewer(), other);
}

/// https://docs.joinmastodon.org/methods/accounts/#note
Result<http::Response> note(App& app, const Call& call) {
    const auto other = call.id<Account>("id");
    OB_CHECK(services::keep_note(app, call.viewer(), other, call.params().text_or("comment", "")));
    return show_relationship(app, call.viewer(), other);
}

}  // namespace

void relationships(Router& router) {
    auto group = router.group("/api/v1/accounts");
    const Policy follows{.scope = Scope::WriteFollows};
    const Policy blocks{.scope = Scope::WriteBlocks};
    const Policy mutes{.scope = Scope::WriteMutes};
    group.get("/relationships", relationships, {.scope = Scope::ReadFollows});
    group.get("/familiar_followers", familiar_followers, {.scope = Scope::ReadFollows});
    group.post("/:id/follow", follow, follows);
    group.post("/:id/unfollow", act<services::unfollow>, follows);
    group.post("/:id/remove_from_followers", act<services::remove_follower>, follows);
    group.post("/:id/block", act<services::block>, blocks);
    group.post("/:id/unblock", act<services::unblock>, blocks);
    group.post("/:id/mute", mute, mutes);
    group.post("/:id/unmute", act<services::unmute>, mutes);
    group.post("/:id/note", note, {.scope = Scope::WriteAccounts});
    auto requests = router.group("/api/v1/follow_requests");
    requests.post("/:id/authorize", act<services::authorize_follow>, follows);
    requests.post("/:id/reject", act<services::reject_follow>, follows);
}

}  // namespace outboard::api::mastodon
