// SPDX-License-Identifier: Apache-2.0
#include "src/services/follow_activities.hpp"

#include <nlohmann/json.hpp>

#include "src/base/id.hpp"
#include "src/services/compose.hpp"

namespace outboard::services {
namespace {

federation::Addressing to_one(const Account& account) {
    federation::Addressing audience;
    if (auto iri = iri_of(account.uri)) audience.to.push_back(*std::move(iri));
    return audience;
}

/// The Follow as it stands inside Undo, Accept and Reject. Some peers send Follows without an id.
json embedded_follow(const Account& follower, const Account& target, const std::string& uri) {
    json follow = {{"type", "Follow"}, {"actor", follower.uri}, {"object", target.uri}};
    if (!uri.empty()) follow["id"] = uri;
    return follow;
}

}  // namespace

Result<PreparedActivity> prepare_follow(
    App& app, const Account& follower, const Account& target, const std::string& uri
) {
    return prepare_activity(
        app, follower, "Follow", uri, json(target.uri), to_one(target), /*with_proof=*/false
    );
}

Result<PreparedActivity> prepare_undo_follow(
    App& app, const Account& follower, const Account& target, const std::string& follow_uri
) {
    return prepare_activity(
        app,
        follower,
        "Undo",
        transient_uri(app, follower, "undos"),
        embedded_follow(follower, target, follow_uri),
        to_one(target),
        /*with_proof=*/false
    );
}

Result<PreparedActivity> prepare_answer(
    App& app,
    std::string_view type,
    const Account& follower,
    const Account& target,
    const std::string& follow_uri
) {
    return prepare_activity(
        app,
        target,
        type,
        transient_uri(app, target, type == "Accept" ? "accepts" : "rejects"),
        embedded_follow(follower, target, follow_uri),
        to_one(follower),
        /*with_proof=*/false
    );
}

}  // namespace outboard::services
