// SPDX-License-Identifier: Apache-2.0
#include "src/api/mastodon/common.hpp"

#include <algorithm>

namespace outboard::api::mastodon {
namespace {

std::optional<std::int64_t> read_cursor(const Params& params, std::string_view name) {
    const auto value = params.number(name);
    return value && *value >= 0 ? value : std::nullopt;
}

bool is_cursor(std::string_view name) {
    return name == "max_id" || name == "min_id" || name == "since_id" || name == "limit" ||
           name == "access_token";
}

std::string page_address(App& app, const Call& call, std::string_view cursor, std::int64_t value) {
    std::string address = app.identity.origin() + std::string(call.request().path()) + "?";
    if (const auto limit = call.params().number("limit")) {
        address += "limit=" + std::to_string(*limit) + "&";
    }
    if (const auto pairs = read_form(call.request().query())) {
        for (const auto& [name, text] : *pairs) {
            if (is_cursor(name)) continue;
            address += percent_encode(name) + "=" + percent_encode(text) + "&";
        }
    }
    return address + std::string(cursor) + "=" + std::to_string(value);
}

}  // namespace

Result<http::Response> show_status(App& app, std::optional<AccountId> viewer, StatusId id) {
    return present_for(app, viewer, [&](present::Presenter& present, store::Reader&) {
        return shown(present.status(id));
    });
}

Result<http::Response> show_relationship(App& app, AccountId viewer, AccountId other) {
    return present_for(app, viewer, [&](present::Presenter& present, store::Reader&) {
        return shown(present.relationship(other));
    });
}

store::statuses::Page read_page(const Call& call, int standard, int most) {
    const auto& params = call.params();
    store::statuses::Page page;
    page.max_id = read_cursor(params, "max_id");
    page.since_id = read_cursor(params, "since_id");
    page.min_id = read_cursor(params, "min_id");
    page.limit = static_cast<int>(
        std::clamp<std::int64_t>(params.number("limit").value_or(standard), 1, most)
    );
    return page;
}

http::Response with_links(
    App& app, const Call& call, http::Response response, const Cursors& cursors
) {
    std::string links;
    if (cursors.oldest) {
        links = "<" + page_address(app, call, "max_id", *cursors.oldest) + ">; rel=\"next\"";
    }
    if (cursors.newest) {
        if (!links.empty()) links += ", ";
        links += "<" + page_address(app, call, "min_id", *cursors.newest) + ">; rel=\"prev\"";
    }
    if (!links.empty()) response.set("Link", links);
    return response;
}

Result<http::Response> show_page(
    App& app,
    const Call& call,
    const present::Taste& taste,
    const std::function<std::vector<StatusId>(store::Reader&, const store::statuses::Page&)>& list
) {
    return show_marked(app, call, taste, [&](store::Reader& db, const store::statuses::Page& page) {
        return present::as_candidates(list(db, page));
    });
}

Result<http::Response> show_marked(
    App& app, const Call& call, const present::Taste& taste, const ListMarked& list
) {
    constexpr int kStandard = 20, kMost = 40;
    const auto wanted = read_page(call, kStandard, kMost);
    const auto viewer = call.maybe_viewer();
    return present_for(app, viewer, [&](present::Presenter& present, store::Reader& db) {
        const auto candidates = [&](const store::statuses::Page& page) { return list(db, page); };
        const auto page = present::load_page(db, candidates, wanted, viewer, taste);
        return with_links(
            app,
            call,
            ok_text(present.statuses_text(app.fragments, page.items)),
            {.oldest = page.oldest, .newest = page.newest}
        );
    });
}

Result<http::Response> show_people(App& app, const Call& call, const std::vector<AccountId>& ids) {
    Cursors cursors;
    for (const auto id : ids) {
        cursors.oldest = std::min(cursors.oldest.value_or(id.value), id.value);
        cursors.newest = std::max(cursors.newest.value_or(id.value), id.value);
    }
    return present_for(app, call.maybe_viewer(), [&](present::Presenter& present, store::Reader&) {
        return with_links(app, call, shown_list(present.accounts(ids)), cursors);
    });
}

}  // namespace outboard::api::mastodon
