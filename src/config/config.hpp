// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "federation/base/result.hpp"
#include "src/base/limits.hpp"

namespace outboard::config {

/// All settings, with the defaults a node on a domain name runs with. One table in fields.cpp gives
/// each its key, unit, range and sentence of help; flag, OUTBOARD_* variable, outboard.toml key,
/// docs and schema come from it.
struct Config {
    std::string domain;          // host[:port] of ids
    std::string account_domain;  // of handles; empty: domain
    std::string listen = "127.0.0.1:8080";
    std::string tls_cert, tls_key;
    std::vector<std::string> trusted_proxies = {"127.0.0.0/8", "::1/128"};
    std::string database_url;  // refused when set: what it names is not built yet
    std::string keys_file;     // default DATA/keys
    std::string log_level = "info";
    bool log_json = false;
    bool log_access = false;
    bool federation_allow_http = false;
    std::vector<std::string> federation_allow_addresses;
    bool federation_authorized_fetch = false;
    std::string federation_ca_file;  // additional to the system's; empty: system's
    bool limits_rate_limit = true;
    std::int64_t limits_connections = static_cast<std::int64_t>(limits::kConnections);
    std::int64_t limits_connections_per_address =
        static_cast<std::int64_t>(limits::kConnectionsPerAddress);
    std::int64_t limits_status_characters = static_cast<std::int64_t>(limits::kStatusCharacters);
    std::int64_t limits_inbox_body = static_cast<std::int64_t>(limits::kInboxBody);
    std::string instance_title;  // empty: the owner's name or the domain
    std::string instance_description;
    std::string instance_contact;

    const std::string& handle_domain() const {
        return account_domain.empty() ? domain : account_domain;
    }
};

/// The configuration in force, read as `config->domain` by any thread. A reload puts a new one in
/// its place; old ones are kept until the process ends, because readers may still hold them (an
/// operator reloads a few times a day at most).
class Live {
public:
    Live() { replace(Config{}); }
    explicit Live(Config config) { replace(std::move(config)); }
    const Config* operator->() const { return current_.load(std::memory_order_acquire); }
    const Config& operator*() const { return *current_.load(std::memory_order_acquire); }
    /// From one thread at a time.
    void replace(Config config) {
        all_.push_back(std::make_unique<const Config>(std::move(config)));
        current_.store(all_.back().get(), std::memory_order_release);
    }

private:
    std::vector<std::unique_ptr<const Config>> all_;
    std::atomic<const Config*> current_{nullptr};
};

}  // namespace outboard::config
