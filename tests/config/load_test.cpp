// SPDX-License-Identifier: Apache-2.0
#include "src/config/load.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "src/config/fields.hpp"
#include "tests/config/support.hpp"

using namespace outboard;
using config::Config;
using tests::complaints;
using tests::load_from;

namespace {

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::ptrdiff_t lines(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

}  // namespace

TEST_CASE("without file, variables and flags everything has its default") {
    const auto loaded =
        config::load({.file = "/nonexistent/outboard.toml", .variables = {}, .flags = {}});
    REQUIRE(loaded);
    const Config defaults;
    for (const auto& field : config::fields()) {
        CAPTURE(std::string(field.key));
        CHECK(config::show(field, *loaded) == config::show(field, defaults));
    }
}

TEST_CASE("a flag outweighs a variable, a variable the file, the file the default") {
    const std::string file = "listen = \"127.0.0.2:1\"\n[limits]\nconnections = 100\n";
    const tests::Texts variable = {
        {"OUTBOARD_LISTEN", "127.0.0.3:1"}, {"OUTBOARD_LIMITS_CONNECTIONS", "200"}
    };
    const tests::Texts flag = {{"listen", "127.0.0.4:1"}, {"limits.connections", "300"}};
    CHECK(load_from("")->listen == "127.0.0.1:8080");
    CHECK(load_from(file)->listen == "127.0.0.2:1");
    CHECK(load_from(file, variable)->listen == "127.0.0.3:1");
    CHECK(load_from(file, variable, flag)->listen == "127.0.0.4:1");
    CHECK(load_from(file)->limits_connections == 100);
    CHECK(load_from(file, variable)->limits_connections == 200);
    CHECK(load_from(file, variable, flag)->limits_connections == 300);
    CHECK(load_from("", {}, flag)->limits_connections == 300);
}

TEST_CASE("a list replaces the weaker one, spaces around items do not matter") {
    const std::string file = "trusted_proxies = [\"10.0.0.0/8\"]\n";
    using List = std::vector<std::string>;
    CHECK(load_from("")->trusted_proxies == List{"127.0.0.0/8", "::1/128"});
    CHECK(load_from(file)->trusted_proxies == List{"10.0.0.0/8"});
    CHECK(
        load_from(file, {{"OUTBOARD_TRUSTED_PROXIES", " 192.0.2.1 , ::1/128,"}})->trusted_proxies ==
        List{"192.0.2.1", "::1/128"}
    );
    CHECK(load_from(file, {{"OUTBOARD_TRUSTED_PROXIES", ""}})->trusted_proxies.empty());
    CHECK(load_from("trusted_proxies = []\n")->trusted_proxies.empty());
}

TEST_CASE("yes and no have their usual spellings in variables and flags") {
    for (const char* word : {"true", "1", "yes", "on"})
        CHECK(load_from("", {{"OUTBOARD_LOG_JSON", word}})->log_json);
    for (const char* word : {"false", "0", "no", "off"})
        CHECK_FALSE(load_from("[log]\njson = true\n", {{"OUTBOARD_LOG_JSON", word}})->log_json);
    for (const char* word : {"", "maybe", "TRUE ", "2"})
        CHECK(has(complaints("", {{"OUTBOARD_LOG_JSON", word}}), "OUTBOARD_LOG_JSON"));
}

TEST_CASE("all mistakes come back at once, each with its place") {
    const auto text = complaints(
        "nonsense = 1\nlisten = 5\n[limits]\nconnections = \"many\"\n[log]\nlevel = "
        "\"loud\"\n[nowhere]\nx = 1\n",
        {{"OUTBOARD_LIMITS_STATUS_CHARACTERS", "0"}, {"OUTBOARD_LIMITS_INBOX_BODY", "12x"}},
        {{"limits.connections", "1"}, {"federation.allow_http", "perhaps"}}
    );
    CHECK(has(text, "line 1, nonsense: is no setting"));
    CHECK(has(text, "line 2, listen: must be text"));
    CHECK(has(text, "line 4, limits.connections: must be a whole number"));
    CHECK(has(text, "line 6, log.level: \"loud\" is none of: debug info warn error"));
    CHECK(has(text, "line 8, nowhere.x: is no setting"));
    CHECK(has(text, "OUTBOARD_LIMITS_STATUS_CHARACTERS: 0 is outside 1 to 100000 characters"));
    CHECK(has(text, "OUTBOARD_LIMITS_INBOX_BODY: \"12x\" is no whole number"));
    CHECK(has(text, "--limits-connections: 1 is outside 16 to 1000000 connections"));
    CHECK(has(text, "--federation-allow-http: \"perhaps\" is neither true nor false"));
    CHECK(lines(text) == 9);
}

TEST_CASE("a file that is no TOML is named with its line") {
    const auto text = complaints("domain = \"x.example\"\nthis is none\n");
    CHECK(has(text, "outboard.toml line 2"));
    CHECK(has(complaints("a = 1\na = 2\n"), "outboard.toml line"));
}

TEST_CASE("every number is taken at its bounds and refused beyond them") {
    for (const auto& field : config::fields()) {
        const auto* member = std::get_if<std::int64_t Config::*>(&field.member);
        if (!member) continue;
        CAPTURE(std::string(field.key));
        const auto name = config::variable_of(field);
        CHECK(field.least < field.most);
        CHECK_FALSE(field.unit.empty());
        CHECK((*load_from("", {{name, std::to_string(field.least)}})).**member == field.least);
        CHECK((*load_from("", {{name, std::to_string(field.most)}})).**member == field.most);
        CHECK(has(complaints("", {{name, std::to_string(field.least - 1)}}), name));
        CHECK(has(complaints("", {{name, std::to_string(field.most + 1)}}), name));
        CHECK(has(complaints("", {{name, "99999999999999999999999"}}), name));
        CHECK(has(complaints("", {{name, ""}}), name));
    }
}

TEST_CASE("a variable that is no setting is named with the one it is most like") {
    const auto unknown = config::find_unknown(
        {{"OUTBOARD_FEDERATION_ALOW_HTTP", "true"},
         {"OUTBOARD_LISTEN", "127.0.0.1:1"},
         {"OUTBOARD_TEST_SEED", "7"},
         {"OUTBOARD_ZZZZZZZZZZZZ", "x"}}
    );
    REQUIRE(unknown.size() == 2);
    CHECK(unknown[0].name == "OUTBOARD_FEDERATION_ALOW_HTTP");
    CHECK(unknown[0].nearest == "OUTBOARD_FEDERATION_ALLOW_HTTP");
    CHECK(unknown[1].name == "OUTBOARD_ZZZZZZZZZZZZ");
    CHECK(unknown[1].nearest.empty());
    CHECK(config::find_unknown({}).empty());
}

TEST_CASE("networks and addresses are checked where they are written") {
    for (const char* good : {"127.0.0.0/8", "10.1.2.3", "::1/128", "fd00::/8", "0.0.0.0/0", "::/0"})
        CHECK(complaints("", {{"OUTBOARD_TRUSTED_PROXIES", good}}) == "");
    for (const char* bad :
         {"300.0.0.0/8",
          "10.0.0.0/33",
          "10.0.0.0/",
          "10.0.0.0/-1",
          "::1/129",
          "peer.example",
          "10.0.0.0/8/8",
          "10.1"})
        CHECK(has(complaints("", {{"OUTBOARD_TRUSTED_PROXIES", bad}}), bad));
    CHECK(
        has(complaints("[federation]\nallow_addresses = [\"127.0.0.0/8\", \"x\"]\n"),
            "line 2, federation.allow_addresses: \"x\"")
    );
    for (const char* good : {"127.0.0.1:0", "[::1]:8080", "localhost:80", "0.0.0.0:65535"})
        CHECK(complaints("", {{"OUTBOARD_LISTEN", good}}) == "");
    for (const char* bad :
         {"",
          "8080",
          "127.0.0.1",
          "127.0.0.1:65536",
          "127.0.0.1:-1",
          "127.0.0.1:x",
          "::1:80",
          "[127.0.0.1]:80",
          "here:80"})
        CHECK(has(complaints("", {{"OUTBOARD_LISTEN", bad}}), "OUTBOARD_LISTEN"));
}

TEST_CASE("a text must be one line") {
    CHECK(
        has(complaints("", {{"OUTBOARD_INSTANCE_TITLE", "a\nb"}}),
            "OUTBOARD_INSTANCE_TITLE: must be one line")
    );
    CHECK(has(complaints("[instance]\ntitle = \"a\\nb\"\n"), "instance.title: must be one line"));
}

TEST_CASE("a certificate without its key is a mistake") {
    CHECK(has(complaints("[tls]\ncert = \"/x\"\n"), "tls.cert, tls.key"));
    CHECK(has(complaints("", {{"OUTBOARD_TLS_KEY", "/x"}}), "tls.cert, tls.key"));
    CHECK(complaints("[tls]\ncert = \"/x\"\nkey = \"/y\"\n") == "");
}

TEST_CASE("the initial file of any configuration is read back as the same configuration") {
    Config config;
    CHECK(load_from(config::initial_file(config))->domain == "");
    config.domain = "notes.example";
    CHECK(load_from(config::initial_file(config))->domain == "notes.example");
    // Every field differs from its default, texts hold what TOML must escape.
    for (const auto& field : config::fields()) {
        if (const auto* text = std::get_if<std::string Config::*>(&field.member)) {
            config.** text =
                field.form == config::Form::Endpoint ? "127.0.0.9:9" : "a \"b\" \\ c\t[d] # é";
            if (!field.choices.empty()) config.** text = "debug";
        } else if (const auto* flag = std::get_if<bool Config::*>(&field.member)) {
            config.** flag = !(config.**flag);
        } else if (const auto* number = std::get_if<std::int64_t Config::*>(&field.member)) {
            config.** number = field.most;
        } else {
            config.*std::get<std::vector<std::string> Config::*>(field.member
                    ) = {"192.0.2.0/24", "fd00::/8"};
        }
    }
    const auto text = config::initial_file(config);
    CAPTURE(text);
    const auto loaded = load_from(text);
    REQUIRE_MESSAGE(loaded, (loaded ? "" : loaded.error().shown));
    for (const auto& field : config::fields()) {
        CAPTURE(std::string(field.key));
        CHECK(config::show(field, *loaded) == config::show(field, config));
        CHECK(config::show(field, *loaded) != config::show(field, Config{}));
    }
}

TEST_CASE("a reload takes what SIGHUP may take and names the rest") {
    Config running, fresh;
    CHECK(config::reload(running, fresh).empty());
    fresh.log_level = "debug";
    fresh.limits_rate_limit = false;
    fresh.trusted_proxies = {"10.0.0.0/8"};
    fresh.listen = "127.0.0.2:1";
    fresh.limits_connections = 100;
    const auto named = config::reload(running, fresh);
    CHECK(
        std::set<std::string>(named.begin(), named.end()) ==
        std::set<std::string>{"limits.connections", "listen"}
    );
    CHECK(running.log_level == "debug");
    CHECK_FALSE(running.limits_rate_limit);
    CHECK(running.trusted_proxies == fresh.trusted_proxies);
    CHECK(running.listen == Config{}.listen);
    CHECK(running.limits_connections == Config{}.limits_connections);
    CHECK(config::reload(running, fresh) == named);  // still waiting for the restart
}

TEST_CASE("the environment gives its OUTBOARD_ variables and no others") {
    ::setenv("OUTBOARD_INSTANCE_TITLE", "a=b", 1);
    ::setenv("OTHERBOARD_X", "y", 1);
    const auto variables = config::environment();
    CHECK(variables.at("OUTBOARD_INSTANCE_TITLE") == "a=b");
    for (const auto& [name, value] : variables) CHECK(name.starts_with("OUTBOARD_"));
    ::unsetenv("OUTBOARD_INSTANCE_TITLE");
    ::unsetenv("OTHERBOARD_X");
}
