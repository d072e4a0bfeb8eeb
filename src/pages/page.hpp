// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/entities/status.hpp"
#include "src/http/message.hpp"
#include "src/pages/template.hpp"
#include "src/services/app.hpp"

namespace outboard::pages {

/// What stands around a page's body.
struct PageHead {
    std::string title;
    std::string url;  // canonical address; empty for pages that have none
    std::string og_type = "website";
    std::string description;  // public text only
    std::string activity;     // id of the actor or object
    std::string feed;
    bool noindex = false;
    bool is_private = false;  // of one person: no cache keeps it
    std::string form_action;  // where else than here its form may lead, as a source of the policy
};

/// The whole page with its security headers (CONTRACT.md 23).
http::Response page(App& app, int status, const PageHead& head, const SafeHtml& body);
/// CSP, nosniff and the like, on everything pages/ serves.
void add_security(http::Response& response, std::string_view form_action = {});
/// Where this node serves that picture, or the one that stands in for pictures of other servers: no
/// page tells them who reads it (THREATS 90).
std::string avatar_path(const Identity& identity, std::string_view url);
/// What went wrong, without anything of the node's state: it may be the store that is broken.
http::Response error_page(int status, std::string_view text);

/// Articles of statuses, newest first; `focus` is the one the page is about.
SafeHtml articles(
    const Identity& identity,
    const std::vector<entities::Status>& statuses,
    const std::string& focus = {}
);

/// Plain text on one line; what is over `most` characters becomes an ellipsis.
std::string one_line(std::string_view plain_text, std::size_t most);
/// A status on one line: its content warning, or its text when it has none.
std::string summary_of(const entities::Status& status, std::size_t most);
std::string site_name(App& app);

}  // namespace outboard::pages
