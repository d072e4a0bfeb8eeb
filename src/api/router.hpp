// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "src/api/call.hpp"
#include "src/base/limits.hpp"

namespace outboard::api {

/// Granular scopes; `None` for routes that need none (discovery, ActivityPub, pages).
enum class Scope {
    None,
    ReadAccounts, ReadBlocks, ReadBookmarks, ReadFavourites, ReadFilters, ReadFollows, ReadLists, ReadMutes, ReadNotifications,
    ReadSearch, ReadStatuses,
    WriteAccounts, WriteBlocks, WriteBookmarks, WriteConversations, WriteFavourites, WriteFilters, WriteFollows, WriteLists,
    WriteMedia, WriteMutes, WriteNotifications, WriteReports, WriteStatuses,
    Profile, Push, AdminRead, AdminWrite
};
std::string_view to_string(Scope scope);
/// True when the granted list ("read write:statuses follow") covers it.
bool covers(std::string_view granted, Scope scope);

/// How refusals are shown.
enum class Surface { Api, ActivityPub, Page, OAuth };

/// The policy of a route, as data (STYLE.md section 9).
struct Policy {
    Scope scope = Scope::None;
    bool anonymous = false;             // may be called without a token
    Surface surface = Surface::Api;
    std::size_t body_limit = limits::kApiBody;
    bool cors = true;
    std::string_view rate = "default";  // bucket of the rate limit
};

using Handle = Result<http::Response> (*)(App&, const Call&);

struct Route {
    std::string method;   // GET also answers HEAD; PATCH routes also take PUT and the other way round
    std::string pattern;  // "/api/v1/statuses/:id/favourite"
    Handle handle = nullptr;
    Policy policy;
};

/// One static table, matched by path segments; trailing slashes are the same path. Threads: constant after construction.
class Router {
public:
    class Group {
    public:
        void get(std::string_view path, Handle handle, Policy policy = {}) { router_.add("GET", prefix_ + std::string(path), handle, policy); }
        void post(std::string_view path, Handle handle, Policy policy = {}) { router_.add("POST", prefix_ + std::string(path), handle, policy); }
        void put(std::string_view path, Handle handle, Policy policy = {}) { router_.add("PUT", prefix_ + std::string(path), handle, policy); }
        void patch(std::string_view path, Handle handle, Policy policy = {}) { router_.add("PATCH", prefix_ + std::string(path), handle, policy); }
        void del(std::string_view path, Handle handle, Policy policy = {}) { router_.add("DELETE", prefix_ + std::string(path), handle, policy); }

    private:
        friend class Router;
        Group(Router& router, std::string prefix) : router_(router), prefix_(std::move(prefix)) {}
        Router& router_;
        std::string prefix_;
    };
    Group group(std::string prefix) { return {*this, std::move(prefix)}; }
    void add(std::string method, std::string pattern, Handle handle, Policy policy);

    struct Match {
        const Route* route = nullptr;
        std::vector<std::pair<std::string, std::string>> parameters;  // decoded
        bool path_known = false;  // another method would match: 405
    };
    Match match(std::string_view method, std::string_view path) const;
    const std::vector<Route>& routes() const { return routes_; }

private:
    std::vector<Route> routes_;
    std::unordered_map<std::string, std::vector<std::size_t>> by_shape_;  // first segments to candidates
};

/// Matches, authenticates, checks scope, rate and size, calls the handler, renders refusals, adds CORS and rate headers.
http::Response dispatch(App& app, const Router& router, const http::Request& request);
http::BodyLimit body_limits(const Router& router);

}  // namespace outboard::api
