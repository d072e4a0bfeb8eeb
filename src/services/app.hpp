// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "federation/gate.hpp"
#include "federation/ports.hpp"
#include "src/base/workers.hpp"
#include "src/config/config.hpp"
#include "src/fetch/client.hpp"
#include "src/store/database.hpp"

namespace outboard {

class KeyRing;
class KeyCache;
class DomainRules;

/// Where this node is, fixed at `init` (CONTRACT.md 1).
struct Identity {
    std::string scheme = "https";
    std::string domain;          // host[:port]
    std::string handle_domain;   // of handles
    std::string kind = "person"; // or organization

    std::string origin() const { return scheme + "://" + domain; }
    std::string actor_uri(std::string_view username) const { return origin() + "/users/" + std::string(username); }
    std::string status_uri(std::string_view username, std::int64_t id) const {
        return actor_uri(username) + "/statuses/" + std::to_string(id);
    }
    std::string profile_url(std::string_view username) const { return origin() + "/@" + std::string(username); }
    std::string status_url(std::string_view username, std::int64_t id) const {
        return profile_url(username) + "/" + std::to_string(id);
    }
    std::string tag_url(std::string_view tag) const { return origin() + "/tags/" + std::string(tag); }
    std::string node_actor() const { return origin() + "/actor"; }
    bool owns(std::string_view uri) const {  // an id of ours
        return uri.starts_with(origin() + "/") || uri == origin();
    }
};

/// What handlers, services, jobs and pages work with: references that Node fills and outlives.
struct App {
    const config::Config& config;
    const Identity& identity;
    store::Database& db;
    fetch::Client& fetcher;
    const Clock& clock;
    Random& random;
    Executor& workers;
    Executor& heavy;      // signing, argon2id
    KeyRing& key_ring;    // our private keys
    KeyCache& key_cache;  // verified keys of others
    DomainRules& domain_rules;
    Wake& inbox_wake;     // rows in inbox
    Wake& delivery_wake;  // rows in outbox or deliveries
    Wake& jobs_wake;      // rows in jobs
};

}  // namespace outboard
