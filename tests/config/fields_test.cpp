// SPDX-License-Identifier: Apache-2.0
#include "src/config/fields.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace outboard;

namespace {

const config::Field& field_of(std::string_view key) {
    for (const auto& field : config::fields()) {
        if (field.key == key) return field;
    }
    FAIL("no field " << std::string(key));
    return config::fields().front();
}

}  // namespace

TEST_CASE("flags and variables come from keys") {
    const auto& field = field_of("federation.allow_http");
    CHECK(config::variable_of(field) == "OUTBOARD_FEDERATION_ALLOW_HTTP");
    CHECK(config::flag_of(field) == "--federation-allow-http");
    CHECK(config::variable_of(field_of("domain")) == "OUTBOARD_DOMAIN");
    CHECK(config::flag_of(field_of("account_domain")) == "--account-domain");
}

TEST_CASE("no two fields share a key, a variable, a flag or a member") {
    std::set<std::string> keys, variables, flags;
    for (const auto& field : config::fields()) {
        CAPTURE(std::string(field.key));
        CHECK(keys.emplace(field.key).second);
        CHECK(variables.insert(config::variable_of(field)).second);
        CHECK(flags.insert(config::flag_of(field)).second);
        CHECK(field.help.ends_with('.'));
    }
    const auto& all = config::fields();
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (std::size_t j = i + 1; j < all.size(); ++j) CHECK(all[i].member != all[j].member);
    }
}

TEST_CASE("the switches of CONTRACT.md 2 are there") {
    CHECK(field_of("federation.allow_http").is_test_switch);
    CHECK(field_of("federation.allow_addresses").is_test_switch);
    CHECK(config::variable_of(field_of("limits.rate_limit")) == "OUTBOARD_LIMITS_RATE_LIMIT");
}

TEST_CASE("values are shown as outboard.toml writes them") {
    config::Config config;
    config.instance_title = "a \"b\" \\ c\td";
    config.trusted_proxies = {"10.0.0.0/8", "::1/128"};
    CHECK(config::show(field_of("instance.title"), config) == R"("a \"b\" \\ c\u0009d")");
    CHECK(config::show(field_of("trusted_proxies"), config) == R"(["10.0.0.0/8", "::1/128"])");
    CHECK(config::show(field_of("log.json"), config) == "false");
    CHECK(config::show(field_of("limits.status_characters"), config) == "5000");
}
