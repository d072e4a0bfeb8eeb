// SPDX-License-Identifier: Apache-2.0
#include "federation/addressing.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/support/shared_data.hpp"

using namespace outboard;
using namespace outboard::federation;

namespace {

Iri iri(const std::string& text) { return *Iri::parse(text); }
const Iri kFollowers = iri("https://a.example/users/ann/followers");
const Iri kBo = iri("https://b.example/users/bo");

}  // namespace

TEST_CASE("each visibility is written and read back") {
    for (const auto visibility :
         {Visibility::Public, Visibility::Unlisted, Visibility::Followers, Visibility::Direct}) {
        const auto audience = address(visibility, kFollowers, {kBo, kBo});
        CHECK(visibility_of(audience, kFollowers) == visibility);
        CHECK(audience.names(kBo));
        CHECK(
            audience.to.size() + audience.cc.size() == (visibility == Visibility::Direct ? 1 : 2)
        );
        CHECK(parse_visibility(to_string(visibility)) == visibility);
    }
    CHECK_FALSE(parse_visibility("everyone"));
}

TEST_CASE("without recipients, and to another's followers, a post is direct") {
    CHECK(visibility_of({}, kFollowers) == Visibility::Direct);
    CHECK(
        visibility_of({.to = {iri("https://b.example/users/bo/followers")}}, kFollowers) ==
        Visibility::Direct
    );
    CHECK(visibility_of({.to = {kFollowers}}, std::nullopt) == Visibility::Direct);
}

TEST_CASE("of two envelopes the narrower counts") {
    const Addressing everyone{.to = {}, .cc = {kFollowers}, .public_in_to = true};
    const Addressing quiet{.to = {kFollowers}, .cc = {}, .public_in_cc = true};
    const Addressing followers{.to = {kFollowers}};
    const Addressing direct{.to = {kBo}};
    CHECK(visibility_of(narrower(followers, everyone), kFollowers) == Visibility::Followers);
    CHECK(visibility_of(narrower(everyone, followers), kFollowers) == Visibility::Followers);
    CHECK(visibility_of(narrower(everyone, quiet), kFollowers) == Visibility::Unlisted);
    CHECK(visibility_of(narrower(direct, everyone), kFollowers) == Visibility::Direct);
    CHECK(narrower(direct, everyone).names(kBo));
    CHECK(visibility_of(narrower(everyone, everyone), kFollowers) == Visibility::Public);
    SUBCASE("an activity without recipients narrows nothing") {
        CHECK(narrower(everyone, {}) == everyone);
    }
    SUBCASE("an object without recipients stays private to the inbox") {
        CHECK(visibility_of(narrower({}, everyone), kFollowers) == Visibility::Direct);
    }
}

TEST_CASE("the digest of followers is the one other servers compute") {
    CHECK(
        followers_digest(
            {"https://testing.example.org/users/1", "https://testing.example.org/users/2"}
        ) == "c33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45c61f"
    );
    const auto file = tests::shared_data("federation/vectors/fep-8fcf-digest.json");
    if (!file) return;
    const auto vectors = json::parse(tests::read_file(*file));
    for (const json& one : vectors["cases"]) {
        CHECK(
            followers_digest(one["ids"].get<std::vector<std::string>>()) ==
            one["digest"].get<std::string>()
        );
    }
}
