// SPDX-License-Identifier: Apache-2.0
#include "src/api/kept_answers.hpp"

#include <algorithm>

#include "src/http/words.hpp"

namespace outboard::api {
namespace {

/// What decides on the answer, or nothing for requests that are not answered from here.
std::optional<std::string> key_of(const http::Request& request) {
    if (request.method != "GET" || !request.body.empty()) return std::nullopt;
    const auto path = request.path();
    if (!path.starts_with("/.well-known/") && !path.starts_with("/nodeinfo/")) return std::nullopt;
    std::string accept;
    for (const auto& field : request.fields) {
        for (const auto* who : {"authorization", "signature", "signature-input", "cookie"}) {
            if (http::same_word(field.name, who)) return std::nullopt;
        }
        if (http::same_word(field.name, "accept")) accept.append("\n").append(field.value);
    }
    return request.target + accept;
}

bool may_be_kept(const http::Response& response) {
    if (response.status != 200 || response.pending || response.streaming) return false;
    return std::any_of(response.fields.begin(), response.fields.end(), [](const auto& field) {
        return http::same_word(field.name, "cache-control") && field.value.starts_with("public");
    });
}

std::size_t cost_of(const std::string& key, const http::Response& response) {
    std::size_t bytes = 200 + key.size() + response.body.size();  // 200: the map's and ours
    for (const auto& field : response.fields) {
        bytes += sizeof(field) + field.name.size() + field.value.size();
    }
    return bytes;
}

}  // namespace

std::optional<http::Response> KeptAnswers::find(const http::Request& request) const {
    const auto key = key_of(request);
    if (!key) return std::nullopt;
    const auto commits = commits_.load();
    return kept_.with([&](const Kept& kept) -> std::optional<http::Response> {
        if (kept.commits != commits) return std::nullopt;
        const auto it = kept.by_request.find(*key);
        return it == kept.by_request.end() ? std::nullopt : std::optional(it->second);
    });
}

http::Response KeptAnswers::answer(const http::Request& request, const http::Handler& handler) {
    const auto commits = commits_.load();  // before the handler reads
    auto response = handler(request);
    const auto key = may_be_kept(response) ? key_of(request) : std::nullopt;
    if (!key) return response;
    const auto cost = cost_of(*key, response);
    if (cost > limits::kKeptAnswer) return response;
    kept_.with([&](Kept& kept) {
        if (kept.commits > commits) return;
        if (kept.commits != commits || kept.bytes + cost > most_) kept = {.commits = commits};
        if (kept.by_request.emplace(*key, response).second) kept.bytes += cost;
    });
    return response;
}

}  // namespace outboard::api
