// SPDX-License-Identifier: Apache-2.0
#include "src/api/render.hpp"

#include <exception>
#include <memory>
#include <nlohmann/json.hpp>

#include "federation/base/text.hpp"
#include "src/base/log.hpp"

namespace outboard::api {
namespace {

constexpr std::string_view kJsonType = "application/json; charset=utf-8";

std::string_view oauth_code(Code code) {
    switch (code) {
        case Code::Invalid:
        case Code::Conflict:
        case Code::Gone:
        case Code::NotFound:
        case Code::TooLarge:
            return "invalid_request";
        case Code::Unauthorized:
            return "invalid_client";
        case Code::Forbidden:
            return "unauthorized_client";
        case Code::RateLimited:
        case Code::Unavailable:
            return "temporarily_unavailable";
        case Code::Internal:
            return "server_error";
    }
    return "server_error";
}

std::string plain_page(int status, std::string_view text) {
    const std::string title = std::to_string(status) + " " + std::string(http::reason(status));
    return "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>" +
           escape_html(title) + "</title></head><body><h1>" + escape_html(title) + "</h1><p>" +
           escape_html(text) + "</p></body></html>\n";
}

}  // namespace

int status_of(Code code, Surface surface) {
    switch (code) {
        case Code::Invalid:
            return surface == Surface::Api ? 422 : 400;
        case Code::Unauthorized:
            return 401;
        case Code::Forbidden:
            return 403;
        case Code::NotFound:
            return 404;
        case Code::Conflict:
            return 409;
        case Code::Gone:
            return 410;
        case Code::TooLarge:
            return 413;
        case Code::RateLimited:
            return 429;
        case Code::Unavailable:
            return 503;
        case Code::Internal:
            return 500;
    }
    return 500;
}

http::Response render(const Error& error, Surface surface, ErrorPage page) {
    return render_as(status_of(error.code, surface), error, surface, page);
}

http::Response render_as(int status, const Error& error, Surface surface, ErrorPage page) {
    const std::string shown =
        error.code == Code::Internal ? "Something went wrong on this server." : error.shown;
    if (!error.detail.empty() || error.code == Code::Internal) {
        log::write(
            error.code == Code::Internal ? log::Level::Error : log::Level::Debug,
            "request.refused",
            {{"status", status}, {"shown", error.shown}, {"detail", error.detail}}
        );
    }
    http::Response response;
    switch (surface) {
        case Surface::Api:
            response = http::Response::make(
                status, std::string(kJsonType), write_json({{"error", shown}})
            );
            break;
        case Surface::OAuth:
            response = http::Response::make(
                status,
                std::string(kJsonType),
                write_json({{"error", oauth_code(error.code)}, {"error_description", shown}})
            );
            break;
        case Surface::ActivityPub:
            response = http::Response::make(
                status,
                "application/problem+json",
                write_json(
                    {{"type", "about:blank"},
                     {"title", http::reason(status)},
                     {"status", status},
                     {"detail", shown}}
                )
            );
            break;
        case Surface::Page:
            response = page ? page(status, shown)
                            : http::Response::make(
                                  status, "text/html; charset=utf-8", plain_page(status, shown)
                              );
            break;
    }
    if (error.code == Code::Unavailable) response.set("Retry-After", "10");
    if (error.code == Code::RateLimited) response.set("Retry-After", "60");
    return response;
}

http::Response ok(const json& value) { return ok_text(write_json(value)); }

http::Response ok_text(std::string value) {
    return http::Response::make(200, std::string(kJsonType), std::move(value));
}

http::Response ok_empty() { return http::Response::make(200, std::string(kJsonType), "{}"); }

http::Response later(
    std::string host, Surface surface, std::function<void(Resume)> begin, ErrorPage page
) {
    auto wrapped = [surface, page, begin = std::move(begin)](
                       const std::function<void(std::function<http::Response()>)>& resume
                   ) {
        begin([surface, page, resume](std::function<Result<http::Response>()> finish) {
            resume([surface, page, finish = std::move(finish)]() -> http::Response {
                try {
                    auto outcome = finish();
                    return outcome ? *std::move(outcome) : render(outcome.error(), surface, page);
                } catch (const std::exception& problem) {
                    log::error("request.failed", {{"problem", problem.what()}});
                    return render(Error{Code::Internal, "", "exception"}, surface, page);
                }
            });
        });
    };
    http::Response response;
    response.pending =
        std::make_shared<const http::Pending>(http::Pending{std::move(host), std::move(wrapped)});
    return response;
}

}  // namespace outboard::api
