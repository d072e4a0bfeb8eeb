// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "src/api/call.hpp"
#include "src/api/rate.hpp"
#include "src/api/render.hpp"
#include "src/api/scope.hpp"
#include "src/base/limits.hpp"

namespace outboard::api {

/// The policy of a route, as data (STYLE.md section 9).
struct Policy {
    Scope scope = Scope::None;
    bool anonymous = false;  // may be called without a token
    bool app = false;        // may be called with an app's own token, without a user
    Surface surface = Surface::Api;
    std::size_t body_limit = limits::kApiBody;
    bool cors = true;
    std::string_view rate = "default";  // bucket of the rate limit
    bool ignores_token = false;         // whatever Authorization says, it is nobody's login
    std::string_view files = {};        // multipart parts that are files, with spaces between
    bool token_in_query = false;        // streaming: browsers cannot set headers there
};

using Handle = Result<http::Response> (*)(App&, const Call&);

struct Route {
    std::string
        method;  // GET also answers HEAD; PATCH routes also take PUT and the other way round
    std::string pattern;  // "/api/v1/statuses/:id/favourite", "/@:name", "/assets/*file" (the rest
                          // of the path)
    Handle handle = nullptr;
    Policy policy;
};

/// One static table, matched by path segments; trailing slashes are the same path. Literal segments
/// win over parameters. Threads: constant after construction, but for the counters of `rates`.
class Router {
public:
    class Group {
    public:
        void get(std::string_view path, Handle handle, Policy policy = {}) {
            add("GET", path, handle, policy);
        }
        void post(std::string_view path, Handle handle, Policy policy = {}) {
            add("POST", path, handle, policy);
        }
        void put(std::string_view path, Handle handle, Policy policy = {}) {
            add("PUT", path, handle, policy);
        }
        void patch(std::string_view path, Handle handle, Policy policy = {}) {
            add("PATCH", path, handle, policy);
        }
        void del(std::string_view path, Handle handle, Policy policy = {}) {
            add("DELETE", path, handle, policy);
        }

    private:
        friend class Router;
        Group(Router& router, std::string prefix) : router_(router), prefix_(std::move(prefix)) {}
        void add(std::string method, std::string_view path, Handle handle, Policy policy) {
            router_.add(std::move(method), prefix_ + std::string(path), handle, policy);
        }
        Router& router_;
        std::string prefix_;
    };
    Group group(std::string prefix) { return {*this, std::move(prefix)}; }
    void add(std::string method, std::string pattern, Handle handle, Policy policy);
    /// How pages show errors; a plain page without it.
    void set_error_page(ErrorPage page) { error_page_ = page; }
    ErrorPage error_page() const { return error_page_; }

    struct Match {
        const Route* route = nullptr;
        std::vector<std::pair<std::string, std::string>> parameters;  // decoded
        bool path_known = false;         // another method would match: 405
        std::string allowed;             // then: the methods that do
        Surface surface = Surface::Api;  // then: how the first of them refuses
    };
    Match match(std::string_view method, std::string_view path) const;
    const std::vector<Route>& routes() const { return routes_; }
    RateLimits& rates() const { return *rates_; }

private:
    std::vector<Route> routes_;
    std::unordered_map<std::string, std::vector<std::size_t>>
        by_start_;  // first literal segments to routes
    ErrorPage error_page_ = nullptr;
    std::unique_ptr<RateLimits> rates_ = std::make_unique<RateLimits>();
};

/// Matches, authenticates, checks scope, rate and size, calls the handler, renders refusals, adds
/// CORS and rate headers. Never throws.
http::Response dispatch(App& app, const Router& router, const http::Request& request);
/// `router` must outlive what is returned.
http::BodyLimit body_limits(const Router& router);
/// How the front's own refusals look: as those of the routes under that path, `{"error"}` where
/// there are none. `router` must outlive what is returned.
http::RefusalForm refusal_form(const Router& router);

}  // namespace outboard::api
