// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "src/base/version.hpp"
#include "src/control/verbs.hpp"

namespace outboard::tests {
namespace {

using nlohmann::json;

std::string refusal(const std::string& text) {
    const auto verb = control::unpack(text);
    REQUIRE_FALSE(verb);
    return verb.error().shown;
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

TEST_CASE("a verb travels by its name and comes back whole") {
    const control::Verb verbs[] = {
        control::AccountArguments{.action = "create", .user = "ben", .password = "secret"},
        control::TokenArguments{.user = "ana", .scopes = "read"},
        control::DoctorArguments{.data = "/d", .as_json = true},
        control::DomainArguments{.action = "block", .domain = "spam.example"},
        control::QueueArguments{.action = "list"}
    };
    const char* names[] = {"account", "token", "doctor", "domain", "queue"};
    for (std::size_t i = 0; i < std::size(verbs); ++i) {
        const auto text = control::pack(verbs[i]);
        CHECK(json::parse(text)["verb"] == names[i]);
        const auto back = control::unpack(text);
        REQUIRE(back);
        CHECK(back->index() == verbs[i].index());
        CHECK(control::pack(*back) == text);
    }
}

TEST_CASE("a verb that this node does not know is named, and who is behind") {
    const auto of = [](const std::string& version) {
        return json{{"version", version}, {"verb", "levitate"}, {"arguments", json::object()}}.dump(
        );
    };
    const auto newer = refusal(of("99.0.0"));
    CHECK(has(newer, "\"levitate\""));
    CHECK(has(newer, "older than this command line (99.0.0)"));
    CHECK(has(refusal(of("0.0.0")), "newer than this command line (0.0.0)"));
    CHECK(has(refusal(of(std::string(kVersion))), "same build"));
    CHECK_FALSE(has(refusal(of("9\x1B[2J")), "\x1B"));
}

TEST_CASE("other arguments, numbers for names and no commands at all are refused in words") {
    const auto other =
        json{{"version", "99.0.0"}, {"verb", "doctor"}, {"arguments", {{"data", 7}}}}.dump();
    CHECK(has(refusal(other), "\"doctor\" with other arguments"));
    for (const char* text :
         {R"({"verb":2,"arguments":{}})",
          R"({"arguments":{}})",
          "[]",
          "7",
          R"({"version":1,"verb":"doctor"})"}) {
        CAPTURE(text);
        CHECK(has(refusal(text), "another version"));
    }
    CHECK_FALSE(control::unpack("not JSON"));
    CHECK_FALSE(control::unpack(""));
}

}  // namespace
}  // namespace outboard::tests
