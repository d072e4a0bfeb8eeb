// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "federation/iri.hpp"
#include "federation/json.hpp"

namespace outboard::federation {

struct Handle {
    std::string user, domain;  // domain lower case with port
    std::string str() const { return user + "@" + domain; }
};
/// `acct:a@b`, `@a@b`, `a@b`. Domain is checked as a host; user is `[^@/\s]+`.
std::optional<Handle> parse_handle(std::string_view text);

struct Jrd {
    std::string subject;
    std::vector<std::string> aliases;
    std::optional<Iri> self;  // rel=self with an ActivityPub type (D3)
};
Result<Jrd> read_jrd(const json& document);

/// `profile_url` is the HTML page.
json write_jrd(
    const Handle& handle,
    const Iri& actor,
    const Iri& profile_url,
    std::string_view subscribe_template
);

/// The lrdd template of a host-meta document (XRD or JRD), found without an XML parser (THREATS
/// 41). Same host only.
std::optional<std::string> host_meta_template(std::string_view body, std::string_view host);
std::string write_host_meta(std::string_view origin);

}  // namespace outboard::federation
