// SPDX-License-Identifier: Apache-2.0
#include "federation/structured_fields.hpp"

#include <doctest/doctest.h>

using namespace outboard::federation;

namespace {

/// The dictionary as it is written canonically; "-" when it is refused.
std::string again(std::string_view text) {
    const auto members = sf::parse_dictionary(text);
    if (!members) return "-";
    std::string out;
    for (const auto& member : *members) {
        out += (out.empty() ? "" : ", ") + member.key + "=" + sf::serialize(member);
    }
    return out;
}

}  // namespace

TEST_CASE("dictionaries are read and written canonically") {
    CHECK(again("").empty());
    CHECK(again("a=1") == "a=1");
    CHECK(
        again("  a=-12 ,\tb=\"x \\\"y\\\\\" , c=tok/en:*;p") ==
        "a=-12, b=\"x \\\"y\\\\\", c=tok/en:*;p"
    );
    CHECK(again("a=?1, b=?0, c") == "a=?1, b=?0, c=?1");
    CHECK(again("a=:Zm9v:;n=1.5") == "a=:Zm9v:;n=1.5");
    CHECK(
        again("sig1=( \"@method\"   \"date\";sf  );created=007;  keyid=\"k\"") ==
        "sig1=(\"@method\" \"date\";sf);created=7;keyid=\"k\""
    );
    CHECK(again("s=()") == "s=()");
    CHECK(again("*a.b-c_d=1") == "*a.b-c_d=1");
}

TEST_CASE("ill-formed and ambiguous dictionaries are refused") {
    for (const char* text :
         {",",
          "a=1,",
          ",a=1",
          "a=1 b=2",
          "A=1",
          "a=",
          "a=(",
          "a=(1",
          "a=(1 2",
          "a=(1)x",
          "a=(1\"x\")",
          "a=\"x",
          "a=\"\\x\"",
          "a=\"\x01\"",
          "a=\"\xC3\xA9\"",
          "a=?2",
          "a=?",
          "a=:Zm9v",
          "a=:Zm 9v:",
          "a=:Zm9:",
          "a=:Z-_v:",
          "a=1234567890123456",
          "a=1.",
          "a=1.1234",
          "a=-",
          "a=--1",
          "a=1,a=2",
          "a=1;p;p",
          "a=(1;p;p)",
          "a;=1",
          "=1",
          "keyId=\"a\"",
          "a=1\n",
          "a==1",
          "a=@123"}) {
        CAPTURE(text);
        CHECK(again(text) == "-");
    }
}

TEST_CASE("dictionaries are bounded") {
    std::string many = "k0=1";
    for (int i = 1; i < 64; ++i) many += ",k" + std::to_string(i) + "=1";
    CHECK(sf::parse_dictionary(many)->size() == 64);
    CHECK_FALSE(sf::parse_dictionary(many + ",z=1"));
    std::string list = "a=(";
    for (int i = 0; i < 65; ++i) list += "1 ";
    CHECK_FALSE(sf::parse_dictionary(list + ")"));
}

TEST_CASE("parameters are found by key") {
    const auto members = sf::parse_dictionary("a=(\"x\");created=5;keyid=\"k\"").value();
    REQUIRE(sf::find(members[0].parameters, "created") != nullptr);
    CHECK(sf::find(members[0].parameters, "created")->number == 5);
    CHECK(sf::find(members[0].parameters, "expires") == nullptr);
}
