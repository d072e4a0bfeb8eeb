// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <exception>
#include <nlohmann/json.hpp>

#include "federation/base/bytes.hpp"
#include "federation/base/text.hpp"
#include "src/api/oauth/authenticate.hpp"
#include "src/api/router.hpp"
#include "src/base/log.hpp"

namespace outboard::api {
namespace {

constexpr std::string_view kExposed =
    "Link, X-RateLimit-Reset, X-RateLimit-Limit, X-RateLimit-Remaining, X-Request-Id, "
    "Mastodon-Async-Refresh";

bool is_under(std::string_view path, std::string_view start) {
    return path.starts_with(start) && (path.size() == start.size() || path[start.size()] == '/');
}

/// Where any site's script may read our answers, errors included (pitfalls.md 5.1).
bool is_open_to_scripts(std::string_view path) {
    for (const auto* start : {"/api", "/.well-known", "/nodeinfo", "/media", "/proxy"}) {
        if (is_under(path, start)) return true;
    }
    for (const auto* start : {"/oauth/token", "/oauth/revoke", "/oauth/userinfo"}) {
        if (is_under(path, start)) return true;
    }
    return false;
}

bool accepts_activity(const http::Request& request) {
    const auto accept = lower_ascii(request.header("accept").value_or(""));
    return accept.find("application/activity+json") != std::string::npos ||
           accept.find("application/ld+json") != std::string::npos;
}

/// Who asks, where no route says it.
Surface surface_of_unknown(const http::Request& request) {
    const auto path = request.path();
    if (is_under(path, "/api") || is_under(path, "/.well-known") || is_under(path, "/nodeinfo")) {
        return Surface::Api;
    }
    if (is_under(path, "/oauth")) return Surface::OAuth;
    return accepts_activity(request) ? Surface::ActivityPub : Surface::Page;
}

Surface surface_of_unmatched(const http::Request& request, const Router::Match& match) {
    return match.path_known ? match.surface : surface_of_unknown(request);
}

http::Response preflight() {
    http::Response response;
    response.status = 204;
    response.set("Access-Control-Allow-Methods", "POST, PUT, DELETE, GET, PATCH, OPTIONS");
    response.set("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key");
    response.set("Access-Control-Max-Age", "86400");
    return response;
}

/// What every answer to one request carries, also those that come later.
struct Envelope {
    std::string request_id;
    bool open_to_scripts = false;
    bool authenticated = false;
    Surface surface = Surface::Api;
    std::optional<RateState> rate;

    http::Response close(http::Response response) const;
};

bool has_field(const http::Response& response, std::string_view name) {
    for (const auto& field : response.fields) {
        if (lower_ascii(field.name) == name) return true;
    }
    return false;
}

void open_to_scripts_of_others(http::Response& response) {
    response.set("Access-Control-Allow-Origin", "*");
    response.set("Access-Control-Expose-Headers", std::string(kExposed));
}

http::Response Envelope::close(http::Response response) const {
    if (response.pending) {
        // The final answer gets the same headers, whenever it comes.
        const auto waiting = response.pending;
        auto begin = [envelope = *this,
                      waiting](const std::function<void(std::function<http::Response()>)>& resume) {
            waiting->begin([envelope, resume](std::function<http::Response()> finish) {
                resume([envelope, finish = std::move(finish)] { return envelope.close(finish()); });
            });
        };
        response.pending =
            std::make_shared<const http::Pending>(http::Pending{waiting->host, std::move(begin)});
        return response;
    }
    response.set("X-Request-Id", request_id);
    response.set("X-Content-Type-Options", "nosniff");
    if (open_to_scripts) open_to_scripts_of_others(response);
    if (rate) {
        response.set("X-RateLimit-Limit", std::to_string(rate->limit));
        response.set("X-RateLimit-Remaining", std::to_string(rate->remaining));
        response.set("X-RateLimit-Reset", format_rfc3339(rate->reset));
    }
    if (authenticated) {
        response.set("Cache-Control", "private, no-store");
    } else if (surface == Surface::Api && !has_field(response, "cache-control")) {
        response.set("Cache-Control", "no-cache");
    }
    if (surface == Surface::Api && !has_field(response, "vary")) {
        response.set("Vary", "Authorization");
    }
    return response;
}

/// True where callers have tokens, and are counted and told so. Peers asking for discovery or
/// documents are neither.
bool is_for_clients(std::string_view pattern) {
    return is_under(pattern, "/api") || is_under(pattern, "/oauth");
}

Result<void> check_policy(const Policy& policy, const Caller& caller) {
    if (!caller.has_token) {
        if (!policy.anonymous) return fail(Code::Unauthorized, std::string(kNoToken));
        return {};
    }
    if (!caller.account && !policy.anonymous && !policy.app) {
        return fail(Code::Invalid, std::string(kNoUser));
    }
    if (!covers(caller.scopes, policy.scope)) return fail(Code::Forbidden, std::string(kNoScope));
    return {};
}

/// The request from match to answer; refusals are returned, to be rendered by the caller.
Result<http::Response> answer(
    App& app,
    const Router& router,
    const http::Request& request,
    Router::Match match,
    Envelope& envelope
) {
    const auto& policy = match.route->policy;
    Result<Caller> caller = Caller{};
    if (is_for_clients(match.route->pattern)) {
        if (!policy.ignores_token) {
            caller = oauth::authenticate(app, request, policy.token_in_query);
        }
        const auto who = caller && caller->account ? "account " + caller->account->str()
                                                   : rate_address(request.peer);
        envelope.rate = router.rates().count(who, policy.rate, app.clock.now());
        if (envelope.rate->refused && app.config->limits_rate_limit) {
            return fail(Code::RateLimited, "Too many requests; wait until the limit is reset.");
        }
        if (!caller) return tl::unexpected<Error>(caller.error());
        envelope.authenticated = caller->has_token;
        OB_CHECK(check_policy(policy, *caller));
    }
    if (request.body.size() > policy.body_limit) {
        return fail(Code::TooLarge, "The body is larger than this address takes.");
    }
    auto params = policy.surface == Surface::ActivityPub ? Params::read_query(request)
                                                         : Params::read(request, policy.files);
    if (!params) return tl::unexpected<Error>(params.error());
    const Call call(request, std::move(*caller), std::move(*params), std::move(match.parameters));
    return match.route->handle(app, call);
}

http::Response refuse_unmatched(
    const Router& router, const http::Request& request, const Router::Match& match
) {
    const auto surface = surface_of_unmatched(request, match);
    if (!match.path_known) {
        return render(Error{Code::NotFound, std::string(kNoRoute)}, surface, router.error_page());
    }
    auto response = render_as(
        405,
        Error{Code::Invalid, "This address does not take that method."},
        surface,
        router.error_page()
    );
    response.set("Allow", match.allowed);
    return response;
}

Code code_of(int status) {
    switch (status) {
        case 413:
            return Code::TooLarge;
        case 500:
            return Code::Internal;
        case 503:
        case 504:
            return Code::Unavailable;
        default:
            return Code::Invalid;
    }
}

}  // namespace

http::RefusalForm refusal_form(const Router& router) {
    return [&router](int status, std::string_view why, std::string_view path) {
        // Of any method: none is called so.
        const auto match = router.match("", path);
        auto response = render_as(
            status,
            Error{code_of(status), std::string(why)},
            match.path_known ? match.surface : Surface::Api,
            router.error_page()
        );
        if (is_open_to_scripts(path)) open_to_scripts_of_others(response);
        return response;
    };
}

http::Response dispatch(App& app, const Router& router, const http::Request& request) {
    Envelope envelope;
    try {
        envelope.request_id = to_hex(app.random.bytes(8));
        envelope.open_to_scripts = is_open_to_scripts(request.path());
        if (request.method == "OPTIONS" && envelope.open_to_scripts) {
            return envelope.close(preflight());
        }
        auto match = router.match(request.method, request.path());
        if (!match.route) {
            envelope.surface = surface_of_unmatched(request, match);
            if (envelope.surface == Surface::Api) {
                envelope.rate =
                    router.rates().count(rate_address(request.peer), "default", app.clock.now());
            }
            return envelope.close(refuse_unmatched(router, request, match));
        }
        const auto& policy = match.route->policy;
        envelope.surface = policy.surface;
        envelope.open_to_scripts = envelope.open_to_scripts && policy.cors;
        auto outcome = answer(app, router, request, std::move(match), envelope);
        if (outcome) return envelope.close(*std::move(outcome));
        auto refusal = render(outcome.error(), policy.surface, router.error_page());
        if (outcome.error().code == Code::RateLimited && envelope.rate) {
            const auto left =
                std::chrono::ceil<std::chrono::seconds>(envelope.rate->reset - app.clock.now());
            refusal.set("Retry-After", std::to_string(left.count()));
        }
        return envelope.close(std::move(refusal));
    } catch (const std::exception& problem) {
        log::error(
            "request.failed",
            {{"request", envelope.request_id},
             {"method", request.method},
             {"path", request.path()},
             {"problem", problem.what()}}
        );
    } catch (...) {
        log::error("request.failed", {{"request", envelope.request_id}, {"problem", "unknown"}});
    }
    return envelope.close(render(
        Error{Code::Internal, "", envelope.request_id}, envelope.surface, router.error_page()
    ));
}

}  // namespace outboard::api
