// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "federation/gate.hpp"
#include "federation/ports.hpp"
#include "src/base/workers.hpp"
#include "src/config/config.hpp"
#include "src/domain/identity.hpp"
#include "src/fetch/client.hpp"
#include "src/store/database.hpp"

namespace outboard {

class KeyRing;
class Arrivals;
class KeyCache;
class DomainRules;
class LoginLimits;
namespace streaming {
class Hub;
}
namespace present {
class Fragments;
}
namespace media {
class Files;
class Workshop;
}  // namespace media

/// What handlers, services, jobs and pages work with: references that Node fills and outlives.
struct App {
    const config::Live& config;  // config->domain: a reload puts a new one in its place
    const Identity& identity;
    store::Database& db;
    fetch::Client& fetcher;
    const Clock& clock;
    Random& random;
    Executor& workers;    // for what no request waits for
    Executor& heavy;      // signing, argon2id
    KeyRing& key_ring;    // our private keys
    KeyCache& key_cache;  // verified keys of others
    Arrivals& arrivals;   // of others, on their way from the inbox to their effect
    DomainRules& domain_rules;
    LoginLimits& login_limits;
    media::Files& media_files;          // under DATA/media
    media::Workshop& workshop;          // outboard-media, on threads of its own
    Wake& inbox_wake;                   // rows in inbox
    Wake& delivery_wake;                // rows in outbox or deliveries
    Wake& jobs_wake;                    // rows in jobs
    present::Fragments& fragments;      // JSON texts of statuses and accounts
    streaming::Hub* streams = nullptr;  // open streams; absent where none are served
};

}  // namespace outboard
