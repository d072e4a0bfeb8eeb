// SPDX-License-Identifier: Apache-2.0
#include "src/api/activitypub/documents.hpp"

#include <nlohmann/json.hpp>

#include "federation/base/bytes.hpp"
#include "federation/base/text.hpp"
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
