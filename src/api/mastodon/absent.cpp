// SPDX-License-Identifier: Apache-2.0
#include "src/api/mastodon/absent.hpp"

#include "src/api/mastodon/common.hpp"
#include "src/entities/notification_policy.hpp"

// Calls about things that this version has none of. Clients make them when they start, and some
// give up at an error: an empty list is the truth, and it is what they can read.

namespace outboard::api::mastodon {
namespace {

Result<http::Response> none(App&, const Call&) { return ok(json::array()); }

/// No notification is held back.
Result<http::Response> policy(App&, const Call&) { return ok(entities::NotificationPolicy{}); }

}  // namespace

void absent(Router& router) {
    const Policy open{.anonymous = true, .app = true};
    auto v1 = router.group("/api/v1");
    v1.get("/instance/rules", none, open);
    v1.get("/custom_emojis", none, open);
    v1.get("/trends", none, open);
    v1.get("/trends/tags", none, open);
    v1.get("/trends/statuses", none, open);
    v1.get("/trends/links", none, open);
    v1.get("/announcements", none, {.scope = Scope::None});
    v1.get("/lists", none, {.scope = Scope::ReadLists});
    v1.get("/timelines/list/:id", none, {.scope = Scope::ReadLists});
    v1.get("/filters", none, {.scope = Scope::ReadFilters});
    v1.get("/featured_tags", none, {.scope = Scope::ReadAccounts});
    v1.get("/endorsements", none, {.scope = Scope::ReadAccounts});
    v1.get("/scheduled_statuses", none, {.scope = Scope::ReadStatuses});
    v1.get("/suggestions", none, {.scope = Scope::ReadAccounts});
    v1.get("/notifications/requests", none, {.scope = Scope::ReadNotifications});
    auto v2 = router.group("/api/v2");
    v2.get("/filters", none, {.scope = Scope::ReadFilters});
    v2.get("/suggestions", none, {.scope = Scope::ReadAccounts});
    v2.get("/notifications/policy", policy, {.scope = Scope::ReadNotifications});
}

}  // namespace outboard::api::mastodon
