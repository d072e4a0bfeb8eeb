// SPDX-License-Identifier: Apache-2.0
#include "src/api/activitypub/documents.hpp"

#include <nlohmann/json.hpp>

#include "federation/base/bytes.hpp"
#include "federation/base/text.hpp"
#include "federation/discovery/collection.hpp"
#include "federation/vocabulary.hpp"
#include "federation/write.hpp"
#include "src/api/render.hpp"
#include "src/store/accounts.hpp"
#include "src/store/keys.hpp"

namespace outboard::api::activitypub {

namespace {

/// The weight of one media range, in thousandths; 1000 without `q`.
int weight_of(std::string_view parameters) {
    for (const auto part : split(parameters, ';')) {
        const auto text = trim(part);
        if (!text.starts_with("q=")) continue;
        const auto value = text.substr(2);
        if (value.starts_with("1")) return 1000;
        if (!value.starts_with("0")) return 0;
        int weight = 0, unit = 100;
        for (std::size_t i = 2; i < value.size() && unit > 0 && value[i] >= '0' && value[i] <= '9';
             ++i, unit /= 10) {
            weight += (value[i] - '0') * unit;
        }
        return weight;
    }
    return 1000;
}

bool is_machine(std::string_view type) {
    return type == "application/activity+json" || type == "application/ld+json" ||
           type == "application/json";
}

}  // namespace

bool wants_activity(const http::Request& request) {
    const auto accept = request.header("accept");
    if (!accept) return false;
    int machine = 0, page = 0;
    const auto lowered = lower_ascii(*accept);
    for (const auto range : split(lowered, ',')) {
        const auto semicolon = range.find(';');
        const auto type = trim(range.substr(0, semicolon));
        const auto weight = weight_of(
            semicolon == std::string_view::npos ? std::string_view() : range.substr(semicolon + 1)
        );
        if (is_machine(type)) machine = std::max(machine, weight);
        if (type == "text/html" || type == "application/xhtml+xml") page = std::max(page, weight);
    }
    return machine > 0 && machine >= page;
}

federation::Request to_federation(const http::Request& request) {
    federation::Request same{request.method, request.target, {}, request.body};
    same.headers.reserve(request.fields.size());
    for (const auto& field : request.fields) same.headers.push_back({field.name, field.value});
    return same;
}

http::Response document(const http::Request& request, std::string bytes, Keep keep, int status) {
    const auto tag = "\"" + to_hex(sha256(bytes)).substr(0, 32) + "\"";
    http::Response response;
    const auto known = request.header("if-none-match");
    if (keep == Keep::Public && status == 200 && known &&
        known->find(tag) != std::string_view::npos) {
        response.status = 304;
    } else {
        response =
            http::Response::make(status, std::string(federation::kActivityJson), std::move(bytes));
    }
    response.set("Vary", "Accept, Signature, Signature-Input");
    if (keep == Keep::Public) {
        response.set("ETag", tag);
        response.set("Cache-Control", "public, max-age=60");
    } else {
        response.set("Cache-Control", "private, no-store");
    }
    return response;
}

http::Response document(const http::Request& request, const json& value, Keep keep, int status) {
    return document(request, write_json(value), keep, status);
}

store::statuses::Page read_window(const Call& call, int items) {
    store::statuses::Page window;
    window.max_id = call.params().number("max_id");
    window.min_id = call.params().number("min_id");
    window.limit = items;
    return window;
}

json collection_page(
    std::string_view collection,
    const store::statuses::Page& window,
    const std::vector<std::int64_t>& cursors,
    const std::vector<json>& items
) {
    const auto base = std::string(collection) + "?page=true";
    auto id = base;
    if (window.max_id) id += "&max_id=" + std::to_string(*window.max_id);
    if (window.min_id) id += "&min_id=" + std::to_string(*window.min_id);
    std::optional<std::string> next, prev;
    if (!cursors.empty()) {
        prev = base + "&min_id=" + std::to_string(cursors.front());
        const bool full = cursors.size() == static_cast<std::size_t>(window.limit);
        // Below a page that was read upwards is at least the row it began after.
        if (full || window.min_id) next = base + "&max_id=" + std::to_string(cursors.back());
    }
    return federation::write_page(id, collection, items, next, prev);
}

http::Response not_here() {
    auto response = render(Error{Code::NotFound, std::string(kNoRecord)}, Surface::ActivityPub);
    response.set("Vary", "Accept, Signature, Signature-Input");
    response.set("Cache-Control", "private, no-store");
    return response;
}

std::optional<http::Response> find_tombstone(
    App& app, const http::Request& request, const std::string& uri
) {
    const auto row =
        app.db.read([&](store::Reader& db) { return store::tombstones::find(db, uri); });
    const auto id = federation::Iri::parse(uri);
    if (!row || !row->own || !id) return std::nullopt;
    return document(
        request,
        federation::write_tombstone(*id, row->former_type, row->deleted_at),
        Keep::Public,
        410
    );
}

http::Response see_page(const std::string& url) {
    http::Response response;
    response.status = 302;
    response.set("Location", url);
    response.set("Vary", "Accept");
    response.set("Cache-Control", "public, max-age=60");
    return response;
}

Result<Account> find_local(App& app, std::string_view name) {
    auto account = app.db.read([&](store::Reader& db) {
        return store::accounts::find_by_handle(db, name, "");
    });
    if (!account || account->kind == "Application")
        return fail(Code::NotFound, std::string(kNoRecord));
    if (account->deleted_at) return fail(Code::Gone, "This account was deleted.");
    if (account->suspended_at) return fail(Code::NotFound, std::string(kNoRecord));
    return *std::move(account);
}

bool is_open(const Status& status) {
    return status.state == StatusState::Present &&
           (status.visibility == Visibility::Public || status.visibility == Visibility::Unlisted);
}

}  // namespace outboard::api::activitypub
