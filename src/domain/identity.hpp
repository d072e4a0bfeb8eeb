// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "federation/base/text.hpp"

namespace outboard {

/// Where this node is, fixed at `init` (CONTRACT.md 1).
struct Identity {
    std::string scheme = "https";
    std::string domain;           // host[:port]
    std::string handle_domain;    // of handles
    std::string kind = "person";  // or organization
    /// Makes and checks links to media that not everybody may see (present/media.hpp): derived from
    /// the node key, never shown, empty where no node serves.
    std::string link_secret = {};

    std::string origin() const { return scheme + "://" + domain; }
    std::string actor_uri(std::string_view username) const {
        return origin() + "/users/" + std::string(username);
    }
    std::string status_uri(std::string_view username, std::int64_t id) const {
        return actor_uri(username) + "/statuses/" + std::to_string(id);
    }
    std::string profile_url(std::string_view username) const {
        return origin() + "/@" + std::string(username);
    }
    std::string status_url(std::string_view username, std::int64_t id) const {
        return profile_url(username) + "/" + std::to_string(id);
    }
    std::string context_uri(std::int64_t thread) const {
        return origin() + "/contexts/" + std::to_string(thread);
    }
    std::string tag_url(std::string_view tag) const {
        return origin() + "/tags/" + std::string(tag);
    }
    std::string node_actor() const { return origin() + "/actor"; }
    /// Is that a domain of handles of ours? Compares without case.
    bool is_own_domain(std::string_view name) const {
        const auto folded = lower_ascii(name);
        return folded == lower_ascii(handle_domain) || folded == lower_ascii(domain);
    }
    bool owns(std::string_view uri) const {  // an id of ours
        return uri.starts_with(origin() + "/") || uri == origin();
    }
};

}  // namespace outboard
