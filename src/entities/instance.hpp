// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "src/entities/account.hpp"

namespace outboard::entities {

/// `api_versions.mastodon`: cumulative, so only what works is claimed (pitfalls.md 6.6).
inline constexpr int kApiVersion = 1;
/// Posts one account may pin to its profile.
inline constexpr int kMaxPinned = 5;
/// The Mastodon version whose API this is; clients parse it (pitfalls.md 6.5).
inline constexpr const char* kCompatibleVersion = "4.6.0";

/// What clients ask first: https://docs.joinmastodon.org/entities/Instance/ and, in its older form,
/// V1_Instance. Every figure is one the node keeps to; numbers are numbers, or clients lock
/// themselves up (pitfalls.md 6.4).
struct Instance {
    std::string domain;  // host[:port], without scheme
    std::string title, description, version;
    std::string source_url;
    std::string thumbnail;  // absolute URL
    std::string icon;       // absolute URL
    std::string streaming;  // wss://host, without path
    std::string contact_email;
    std::optional<Account> contact_account;
    std::int64_t users = 0, statuses = 0, domains = 0, active_month = 0;
    std::int64_t status_characters = 0;
};
/// `/api/v2/instance`
void to_json(nlohmann::json& out, const Instance& instance);
/// `/api/v1/instance`
nlohmann::json to_v1(const Instance& instance);

}  // namespace outboard::entities
