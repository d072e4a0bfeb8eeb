// SPDX-License-Identifier: Apache-2.0
#include "src/fetch/request.hpp"

#include <algorithm>

#include "federation/base/text.hpp"
#include "federation/signatures.hpp"

namespace outboard::fetch {
namespace {

using federation::Iri;

bool is_name(std::string_view name, std::string_view lower) { return lower_ascii(name) == lower; }

bool has_header(const Headers& headers, std::string_view lower) {
    return std::ranges::any_of(headers, [&](const auto& header) {
        return is_name(header.first, lower);
    });
}

}  // namespace

Result<void> check_request(const Exchange& exchange) {
    const auto is_token = [](std::string_view text) {
        return !text.empty() &&
               text.find_first_not_of(
                   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
               ) == text.npos;
    };
    if (!is_token(exchange.method)) return fail(Code::Invalid, "the request's method is not valid");
    for (const auto& [name, value] : exchange.headers) {
        const bool has_control = std::ranges::any_of(value, [](unsigned char c) {
            return (c < ' ' && c != '\t') || c == 0x7f;
        });
        if (!is_token(name) || has_control)
            return fail(Code::Invalid, "a header of the request is not valid", name);
    }
    return {};
}

Headers make_headers(
    const Exchange& exchange, const std::string& user_agent, const Iri& url, Instant now
) {
    federation::Request request;
    request.method = exchange.method;
    request.target = url.target();
    request.body = exchange.body;
    request.headers.push_back({"Host", url.authority()});
    for (const auto& [name, value] : exchange.headers)
        if (!is_name(name, "host")) request.headers.push_back({name, value});
    if (!has_header(exchange.headers, "user-agent"))
        request.headers.push_back({"User-Agent", user_agent});
    if (exchange.signer)
        federation::sign(
            request, *exchange.signer, exchange.scheme, url.scheme(), url.authority(), now
        );
    Headers headers;
    for (auto& header : request.headers)
        headers.emplace_back(std::move(header.name), std::move(header.value));
    return headers;
}

void drop_secrets(Headers& headers) {
    std::erase_if(headers, [](const auto& header) {
        return is_name(header.first, "authorization") || is_name(header.first, "cookie");
    });
}

}  // namespace outboard::fetch
