// SPDX-License-Identifier: Apache-2.0
#include "src/pages/page.hpp"

#include <fmt/format.h>

#include "federation/base/text.hpp"
#include "src/base/version.hpp"
#include "src/html/html.hpp"
#include "src/present/links.hpp"

namespace outboard::pages {
namespace {

std::string counted(std::int64_t count, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string who_sees(const std::string& visibility) {
    if (visibility == "public") return "Everyone can see this";
    if (visibility == "unlisted") return "Everyone with the link can see this";
    return "Only some people can see this";
}

/// `2026-11-24T10:00:00.000Z` as a person reads it.
std::string readable(const std::string& at) {
    return at.size() < 16 ? at : at.substr(0, 10) + " " + at.substr(11, 5) + " UTC";
}

Fill article(const Identity& identity, const entities::Status& wrapper, const std::string& focus) {
    const entities::Status& status = wrapper.reblog ? *wrapper.reblog : wrapper;
    Fill fill;
    fill.text(
        "boosted_by",
        wrapper.reblog ? wrapper.account.display_name.empty() ? wrapper.account.username
                                                              : wrapper.account.display_name
                       : ""
    );
    fill.flag("focus", !focus.empty() && status.id == focus);
    fill.text("language", status.language)
        .text("avatar", avatar_path(identity, status.account.avatar))
        .text("author_url", status.account.url);
    fill.text(
        "author",
        status.account.display_name.empty() ? status.account.username : status.account.display_name
    );
    fill.text("handle", status.account.acct)
        .text("title", "")
        .text("spoiler", status.spoiler_text)
        .html("content", status.content);
    fill.text("url", status.url.value_or(status.uri))
        .text("created_at", status.created_at)
        .text("created", readable(status.created_at));
    fill.text("edited", status.edited_at ? readable(*status.edited_at) : "")
        .text("who_sees", who_sees(status.visibility));
    fill.text("replies", counted(status.replies_count, "reply", "replies"))
        .text("boosts", counted(status.reblogs_count, "boost", "boosts"));
    fill.text("favourites", counted(status.favourites_count, "favourite", "favourites"));
    std::vector<Fill> media;
    for (const auto& attachment : status.media_attachments) {
        Fill one;
        const std::string label = attachment.description;
        one.text("url", attachment.url)
            .text("label", label.empty() ? "Attached " + attachment.type : label);
        media.push_back(std::move(one));
    }
    fill.list("media", std::move(media));
    std::vector<Fill> options;
    if (status.poll) {
        for (const auto& option : status.poll->options) {
            Fill one;
            const auto votes = option.votes_count;
            one.text("title", option.title)
                .text("votes", votes ? counted(*votes, "vote", "votes") : "");
            options.push_back(std::move(one));
        }
    }
    fill.flag("has_options", !options.empty()).list("options", std::move(options));
    return fill;
}

/// What happened, in the words of whoever reads the page.
std::string_view heading_of(int status) {
    switch (status) {
        case 400:
            return "The request could not be understood";
        case 401:
            return "You must log in first";
        case 403:
            return "You may not see this";
        case 404:
            return "There is nothing here";
        case 405:
            return "That cannot be done here";
        case 408:
            return "The request took too long";
        case 410:
            return "This was deleted";
        case 413:
        case 431:
            return "Too much was sent";
        case 429:
            return "Too many requests";
        case 500:
            return "Something went wrong here";
        case 503:
        case 504:
            return "Try again in a moment";
        default:
            return "That did not work";
    }
}

}  // namespace

std::string site_name(App& app) {
    return app.config->instance_title.empty() ? app.identity.domain : app.config->instance_title;
}

std::string avatar_path(const Identity& identity, std::string_view url) {
    const auto origin = identity.origin();
    const bool own = url.starts_with(origin + "/");
    return (own ? std::string(url) : present::default_avatar(identity)).substr(origin.size());
}

void add_security(http::Response& response, std::string_view form_action) {
    response.set(
        "Content-Security-Policy",
        fmt::format(
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'{}{}; "
            "base-uri 'none'; frame-ancestors 'none'",
            form_action.empty() ? "" : " ",
            form_action
        )
    );
    response.set("X-Content-Type-Options", "nosniff");
    response.set("X-Frame-Options", "DENY");
    response.set("Referrer-Policy", "same-origin");
}

SafeHtml articles(
    const Identity& identity,
    const std::vector<entities::Status>& statuses,
    const std::string& focus
) {
    std::vector<Fill> items;
    for (const auto& status : statuses) items.push_back(article(identity, status, focus));
    Fill fill;
    fill.list("statuses", std::move(items));
    return render("statuses.mustache", std::move(fill));
}

std::string one_line(std::string_view plain_text, std::size_t most) {
    std::string line;
    for (const char c : plain_text) {
        const bool is_space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        if (!is_space)
            line += c;
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    }
    if (line.ends_with(' ')) line.pop_back();
    if (count_codepoints(line) <= most) return line;
    return std::string(cut_codepoints(line, most)) + "…";
}

std::string summary_of(const entities::Status& status, std::size_t most) {
    return one_line(
        status.spoiler_text.empty() ? html::to_plain_text(status.content.str())
                                    : status.spoiler_text,
        most
    );
}

http::Response page(App& app, int status, const PageHead& head, const SafeHtml& body) {
    Fill fill;
    fill.text("title", head.title)
        .text("site", site_name(app))
        .text("og_url", head.url)
        .text("og_type", head.og_type);
    fill.text("og_description", head.description)
        .text("activity", head.activity)
        .text("feed", head.feed);
    fill.text("software", kSoftwareUrl).text("version", kVersion).flag("noindex", head.noindex);
    fill.flag("trial", app.identity.scheme == "http").html("body", body);
    auto response = http::Response::make(
        status, "text/html; charset=utf-8", render("page.mustache", std::move(fill)).str()
    );
    add_security(response, head.form_action);
    const bool is_open = status == 200 && !head.is_private;
    response.set("Cache-Control", is_open ? "public, max-age=15" : "no-store")
        .set("Vary", head.is_private ? "Accept, Cookie" : "Accept");
    return response;
}

http::Response error_page(int status, std::string_view text) {
    const std::string heading(heading_of(status));
    Fill inner;
    inner.text("heading", heading).text("text", text);
    Fill fill;
    fill.text("title", heading)
        .text("site", "Outboard")
        .text("software", kSoftwareUrl)
        .text("version", kVersion)
        .flag("noindex", true)
        .flag("trial", false)
        .html("body", render("error.mustache", std::move(inner)));
    auto response = http::Response::make(
        status, "text/html; charset=utf-8", render("page.mustache", std::move(fill)).str()
    );
    add_security(response);
    response.set("Cache-Control", "no-store");
    return response;
}

}  // namespace outboard::pages
