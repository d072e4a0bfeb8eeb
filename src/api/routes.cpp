// SPDX-License-Identifier: Apache-2.0
#include "src/api/routes.hpp"

#include "src/api/mastodon/accounts.hpp"
#include "src/api/mastodon/instance.hpp"
#include "src/api/mastodon/notifications.hpp"
#include "src/api/mastodon/relationships.hpp"
#include "src/api/mastodon/search.hpp"
#include "src/api/mastodon/statuses.hpp"
#include "src/api/mastodon/timelines.hpp"
#include "src/api/oauth/routes.hpp"

namespace outboard::api {

void client_routes(Router& router) {
    mastodon::accounts(router);
    mastodon::instance(router);
    mastodon::notifications(router);
    mastodon::relationships(router);
    mastodon::search(router);
    mastodon::statuses(router);
    mastodon::timelines(router);
    oauth::routes(router);
}

}  // namespace outboard::api
