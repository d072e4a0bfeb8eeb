// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "federation/base/text.hpp"
#include "src/api/call.hpp"
#include "src/api/render.hpp"
#include "src/entities/common.hpp"
#include "src/present/page.hpp"
#include "src/present/presenter.hpp"
#include "src/store/statuses.hpp"

/// What the handlers of many resources do alike.
namespace outboard::api::mastodon {

/// Runs `show` with a presenter for the caller inside one snapshot.
template <class F>
auto present_for(App& app, std::optional<AccountId> viewer, F&& show) {
    return app.db.read([&](store::Reader& db) {
        present::Presenter presenter(app.identity, db, viewer);
        return show(presenter, db);
    });
}

/// 200 with the value, or 404 when there is none to show.
template <class T>
Result<http::Response> shown(const std::optional<T>& value) {
    if (!value) return fail(Code::NotFound, std::string(kNoRecord));
    return ok(entities::json(*value));
}

template <class T>
http::Response shown_list(const std::vector<T>& items) {
    return ok(entities::array_of(items));
}

Result<http::Response> show_status(App& app, std::optional<AccountId> viewer, StatusId id);
Result<http::Response> show_relationship(App& app, AccountId viewer, AccountId other);

/// Window of a list from `max_id`, `since_id`, `min_id`, `limit`; a larger limit is clamped, a bad
/// cursor ignored.
store::statuses::Page read_page(const Call& call, int standard, int most);

/// Cursors of the pages around one.
struct Cursors {
    std::optional<std::int64_t> oldest, newest;
};
/// Adds the `Link` header as clients read it: next first, absolute, no raw comma, other parameters
/// kept (pitfalls.md 3.2).
http::Response with_links(
    App& app, const Call& call, http::Response response, const Cursors& cursors
);

/// A page of statuses with its links.
Result<http::Response> show_page(
    App& app,
    const Call& call,
    const present::Taste& taste,
    const std::function<std::vector<StatusId>(store::Reader&, const store::statuses::Page&)>& list
);

/// The same for lists with cursors of their own: bookmarks, favourites.
using ListMarked = std::function<
    std::vector<store::statuses::Candidate>(store::Reader&, const store::statuses::Page&)>;
Result<http::Response> show_marked(
    App& app, const Call& call, const present::Taste& taste, const ListMarked& list
);

/// Cursors of rows that have an `id` of their own.
template <class Row>
Cursors cursors_of(const std::vector<Row>& rows) {
    if (rows.empty()) return {};
    return {.oldest = rows.back().id, .newest = rows.front().id};
}

/// A page of accounts whose ids are their own cursors.
Result<http::Response> show_people(App& app, const Call& call, const std::vector<AccountId>& ids);

/// Ids given as a list parameter; what is no number is left out.
template <class E>
std::vector<Id<E>> read_ids(const Params& params, std::string_view name) {
    std::vector<Id<E>> ids;
    for (const auto& text : params.list(name)) {
        std::int64_t value = 0;
        if (parse_decimal(text, value)) ids.push_back({value});
    }
    return ids;
}

}  // namespace outboard::api::mastodon
