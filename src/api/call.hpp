// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/api/params.hpp"
#include "src/base/id.hpp"
#include "src/http/message.hpp"
#include "src/services/app.hpp"

namespace outboard::api {

/// Who calls: from the bearer token.
struct Caller {
    std::optional<AccountId> account;  // absent for anonymous calls and app tokens
    std::int64_t app = 0;              // whose token it is
    std::string scopes;
    std::string app_name, app_website;
    bool has_token = false;
    std::string token;  // its hash, for those who look later whether it still holds
};

/// One matched request, as handlers see it.
class Call {
public:
    Call(
        const http::Request& request,
        Caller caller,
        Params params,
        std::vector<std::pair<std::string, std::string>> path
    )
        : request_(request),
          caller_(std::move(caller)),
          params_(std::move(params)),
          path_(std::move(path)) {}

    const http::Request& request() const { return request_; }
    const Caller& caller() const { return caller_; }
    /// The logged-in account; only on routes that are not anonymous (the dispatcher saw to it).
    AccountId viewer() const { return *caller_.account; }
    std::optional<AccountId> maybe_viewer() const { return caller_.account; }
    const Params& params() const { return params_; }
    /// A path parameter as text ("" when there is none of that name).
    std::string_view path(std::string_view name) const;
    /// A path parameter as an id; 0 (which no row has) when it is no number.
    template <class E>
    Id<E> id(std::string_view name) const {
        return {number(name)};
    }

private:
    std::int64_t number(std::string_view name) const;
    const http::Request& request_;
    Caller caller_;
    Params params_;
    std::vector<std::pair<std::string, std::string>> path_;
};

}  // namespace outboard::api
