// SPDX-License-Identifier: Apache-2.0
#include "src/api/mastodon/search.hpp"

#include <algorithm>

#include "federation/iri.hpp"
#include "src/api/mastodon/common.hpp"
#include "src/entities/search.hpp"
#include "src/services/resolve.hpp"
#include "src/services/search.hpp"

namespace outboard::api::mastodon {
namespace {

/// What of the three lists is wanted.
struct Wanted {
    bool accounts = true, statuses = true, hashtags = true;
};

Wanted read_wanted(const Params& params) {
    const auto type = params.text_or("type", "");
    if (type.empty()) return {};
    return {
        .accounts = type == "accounts",
        .statuses = type == "statuses",
        .hashtags = type == "hashtags"
    };
}

/// All three lists are always there, empty where `type` leaves them out (pitfalls.md 9.1).
http::Response show(
    App& app, std::optional<AccountId> viewer, const Wanted& wanted, const services::Found& found
) {
    return present_for(app, viewer, [&](present::Presenter& present, store::Reader&) {
        entities::Search result;
        if (wanted.accounts) result.accounts = present.accounts(found.accounts);
        if (wanted.statuses) result.statuses = present.statuses(found.statuses);
        if (wanted.hashtags) result.hashtags = present.tags(found.tags);
        return ok(result);
    });
}

services::Found to_found(const services::Resolved& resolved) {
    services::Found found;
    if (const auto* account = std::get_if<AccountId>(&resolved)) found.accounts = {*account};
    if (const auto* status = std::get_if<StatusId>(&resolved)) found.statuses = {*status};
    return found;
}

/// Asks the network and answers with what came by then: a slow or absent node is an empty result,
/// no error.
http::Response resolve(
    App& app, AccountId viewer, const Wanted& wanted, const services::SearchQuery& query
) {
    auto host = query.domain;
    if (query.url) {
        const auto iri = federation::Iri::parse(*query.url);
        if (!iri) return show(app, viewer, wanted, {});
        host = iri->authority();
    }
    return later(host, Surface::Api, [&app, viewer, wanted, query](const Resume& resume) {
        const auto finish = [&app, viewer, wanted, resume](services::Found found) {
            resume([&app, viewer, wanted, found = std::move(found)]() -> Result<http::Response> {
                return show(app, viewer, wanted, found);
            });
        };
        if (query.url) {
            services::resolve_any(
                app,
                *query.url,
                {},
                [finish](const Result<services::Resolved>& resolved) {
                    finish(resolved ? to_found(*resolved) : services::Found{});
                }
            );
        } else {
            services::resolve_handle(
                app,
                *query.user,
                query.domain,
                {},
                [finish](const Result<AccountId>& account) {
                    finish(account ? to_found(*account) : services::Found{});
                }
            );
        }
    });
}

Result<http::Response> search(App& app, const Call& call) {
    const auto& params = call.params();
    const auto viewer = call.maybe_viewer();
    const bool wants_network = params.is_true("resolve");
    const auto offset = params.number("offset").value_or(0);
    if (!viewer && (wants_network || offset > 0)) {
        return fail(Code::Unauthorized, "Search queries pagination or resolving need a login");
    }
    const auto wanted = read_wanted(params);
    const auto query = services::read_search(app.identity, params.text_or("q", ""));
    if (query.text.empty()) return fail(Code::Invalid, "Validation failed: q can't be blank");
    if (query.url || query.user) {
        auto found = services::find_named_thing(app, query, viewer);
        const bool is_here = !found.accounts.empty() || !found.statuses.empty();
        const bool is_ours = query.url ? app.identity.owns(*query.url) : query.domain.empty();
        if (!is_here && !is_ours && wants_network) return resolve(app, *viewer, wanted, query);
        if (is_here || query.url) return show(app, viewer, wanted, found);
    }
    constexpr std::int64_t kStandard = 20, kMost = 40;
    const auto limit =
        std::clamp<std::int64_t>(params.number("limit").value_or(kStandard), 1, kMost);
    // Words give one page: nobody looks through more people of one name.
    if (offset > 0) return show(app, viewer, wanted, {});
    return show(
        app, viewer, wanted, services::search_words(app, query, viewer, static_cast<int>(limit))
    );
}

}  // namespace

void search(Router& router) {
    router.group("/api/v2").get("/search", search, {.scope = Scope::ReadSearch, .anonymous = true});
}

}  // namespace outboard::api::mastodon
