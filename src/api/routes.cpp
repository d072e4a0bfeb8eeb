// SPDX-License-Identifier: Apache-2.0
#include "src/api/routes.hpp"

#include "src/api/mastodon/absent.hpp"
#include "src/api/mastodon/accounts.hpp"
#include "src/api/mastodon/blocks.hpp"
#include "src/api/mastodon/bookmarks.hpp"
#include "src/api/mastodon/conversations.hpp"
#include "src/api/mastodon/instance.hpp"
#include "src/api/mastodon/markers.hpp"
#include "src/api/mastodon/media.hpp"
#include "src/api/mastodon/notifications.hpp"
#include "src/api/mastodon/polls.hpp"
#include "src/api/mastodon/relationships.hpp"
#include "src/api/mastodon/search.hpp"
#include "src/api/mastodon/statuses.hpp"
#include "src/api/mastodon/tags.hpp"
#include "src/api/mastodon/timelines.hpp"
#include "src/api/oauth/routes.hpp"

namespace outboard::api {

void client_routes(Router& router) {
    mastodon::absent(router);
    mastodon::accounts(router);
    mastodon::blocks(router);
    mastodon::bookmarks(router);
    mastodon::conversations(router);
    mastodon::instance(router);
    mastodon::markers(router);
    mastodon::media(router);
    mastodon::notifications(router);
    mastodon::polls(router);
    mastodon::relationships(router);
    mastodon::search(router);
    mastodon::statuses(router);
    mastodon::tags(router);
    mastodon::timelines(router);
    oauth::routes(router);
}

}  // namespace outboard::api
