// SPDX-License-Identifier: Apache-2.0
#include "federation/json.hpp"

#include <doctest/doctest.h>
#include <bit>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "federation/base/bytes.hpp"
#include "tests/support/shared_data.hpp"

using namespace outboard;

namespace {

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

/// The reason, or "" when it was read. Both ways of reading must agree.
std::string refusal(std::string_view bytes, const JsonLimits& limits = {}) {
    const auto read = read_json(bytes, limits);
    const auto checked = check_json(bytes, limits);
    CHECK(read.has_value() == checked.has_value());
    if (read) return "";
    CHECK(read.error().shown == checked.error().shown);
    CHECK(read.error().code == checked.error().code);
    return read.error().shown;
}

}  // namespace

TEST_CASE("JSON becomes a tree") {
    const auto tree =
        read_json(R"( {"a":[1,-2,3.5,true,false,null,"\u00e9\ud83d\ude02"],"b":{"c":{}},"":0} )");
    REQUIRE(tree);
    CHECK(*tree == json::parse(R"({"a":[1,-2,3.5,true,false,null,"é😂"],"b":{"c":{}},"":0})"));
    CHECK(*read_json("\"x\"") == "x");
    CHECK(*read_json("7") == 7);
    CHECK(
        read_json("18446744073709551615")->get<std::uint64_t>() ==
        std::numeric_limits<std::uint64_t>::max()
    );
    CHECK(read_json("12345678901234567890123")->is_number_float());
    CHECK(check_json("[{\"a\":1},{\"a\":2}]"));
}

TEST_CASE("what is not JSON is refused, and the reason named") {
    CHECK(refusal("") == "JSON: syntax error at byte 1");
    for (const char* text :
         {"{",       "[1,]",     "{\"a\"}", "{'a':1}",  "nul", "01",         "+1",
          "1.",      ".5",       "[1] x",   "{}{}",     "\"a", "\"\t\"",     "\"\\x\"",
          "// c\n1", "[1/*c*/]", "NaN",     "Infinity", "-",   "[\"\\u12\"]"}) {
        CAPTURE(text);
        CHECK(refusal(text).starts_with("JSON: syntax error at byte "));
    }
    CHECK(refusal("\xEF\xBB\xBF{}") == "JSON: byte order mark");
    CHECK(refusal("\"\xFF\"") == "JSON: not UTF-8");
    CHECK(refusal("\"\xED\xA0\x80\"") == "JSON: not UTF-8");
    CHECK(refusal("{\"a\":1,\"b\":2,\"a\":3}") == "JSON: a key stands twice in one object");
    CHECK(refusal("[{\"x\":{\"a\":1,\"\\u0061\":2}}]") == "JSON: a key stands twice in one object");
    CHECK(refusal("1e999") == "JSON: a number is out of range");
    CHECK(refusal("[-1e400]") == "JSON: a number is out of range");
    for (const char* text :
         {R"("\ud800")", R"("\udc00")", R"("\ud800x")", R"("\ud800\u0041")", R"({"\udfff":1})"}) {
        CAPTURE(text);
        CHECK(refusal(text).starts_with("JSON: unpaired surrogate"));
    }
}

TEST_CASE("limits of JSON hold at their edge") {
    CHECK(refusal(nested(32)).empty());
    CHECK(refusal(nested(33)) == "JSON: nested too deeply");
    CHECK(read_json(nested(33)).error().code == Code::TooLarge);
    CHECK(refusal(std::string(500'000, '[')) == "JSON: nested too deeply");
    CHECK(refusal("[1,2,3]", {.bytes = 7}).empty());
    CHECK(refusal("[1,2,3]", {.bytes = 6}) == "JSON: the document is too large");
    CHECK(refusal("[1,2,3]", {.values = 4}).empty());
    CHECK(refusal("[1,2,3]", {.values = 3}) == "JSON: too many values");
    CHECK(refusal(R"([{"a":1},{"b":2}])", {.keys = 2}).empty());
    CHECK(refusal(R"([{"a":1},{"b":2}])", {.keys = 1}) == "JSON: too many keys");
    CHECK(refusal(R"(["abc"])", {.string_bytes = 3}).empty());
    CHECK(refusal(R"(["abcd"])", {.string_bytes = 3}) == "JSON: a string is too long");
    CHECK(refusal(R"({"abcd":1})", {.string_bytes = 3}) == "JSON: a key is too long");
}

TEST_CASE("writing never throws") {
    CHECK(write_json(json{{"a", "\xFFz"}}) == "{\"a\":\"\xEF\xBF\xBDz\"}");
    CHECK(write_json(json{{"b", 1}, {"a", {1, 2}}}) == R"({"a":[1,2],"b":1})");
}

TEST_CASE("canonical JSON sorts by UTF-16 and prints numbers as ECMAScript") {
    const auto canonical = [](std::string_view text) {
        return canonical_json(read_json(text).value()).value();
    };
    CHECK(
        canonical(R"({"b":1,"a":[ 2 , {"d":null,"c":true} ]})") ==
        R"({"a":[2,{"c":true,"d":null}],"b":1})"
    );
    // U+1F602 is D83D DE02 in UTF-16 and so before U+FB33, though it is the higher code point.
    CHECK(
        canonical(R"({"\ufb33":1,"\ud83d\ude02":2,"\u20ac":3})") ==
        "{\"€\":3,\"😂\":2,\"\uFB33\":1}"
    );
    CHECK(
        canonical(R"({"aa":1,"a":2,"":3,"a\ud83d\ude02":4,"a\ufb33":5})") ==
        "{\"\":3,\"a\":2,\"aa\":1,\"a😂\":4,\"a\uFB33\":5}"
    );
    CHECK(
        canonical(R"(["\u0000\u001f\u007f\b\t\n\f\r\"\\\/"])") ==
        "[\"\\u0000\\u001f\x7f\\b\\t\\n\\f\\r\\\"\\\\/\"]"
    );
    CHECK(
        canonical("[25.273962,-71.184902,1.0,-0,-0.0,1e21,1e20,123456789012]") ==
        "[25.273962,-71.184902,1,0,0,1e+21,100000000000000000000,123456789012]"
    );
    CHECK(
        canonical("[9007199254740992,-9007199254740992]") == "[9007199254740992,-9007199254740992]"
    );
    CHECK_FALSE(canonical_json(read_json("9007199254740993").value()));
    CHECK_FALSE(canonical_json(read_json("-9007199254740993").value()));
    CHECK_FALSE(canonical_json(json(std::numeric_limits<double>::infinity())));
    CHECK_FALSE(canonical_json(json(std::nan(""))));
    CHECK_FALSE(canonical_json(json("\xFF")));
}

TEST_CASE("canonical numbers come back as the same double") {
    std::uint64_t state = 88172645463325252ULL;
    for (int i = 0; i < 5000; ++i) {
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        const double value = std::bit_cast<double>(state);
        if (!std::isfinite(value)) continue;
        CHECK(std::strtod(canonical_number(value).c_str(), nullptr) == value);
    }
    CHECK(canonical_number(0.1 + 0.2) == "0.30000000000000004");
    CHECK(canonical_number(1e-6) == "0.000001");
    CHECK(canonical_number(1e-7) == "1e-7");
    CHECK(canonical_number(5e-324) == "5e-324");
}

TEST_CASE("RFC 8785: the shared vectors") {
    const auto folder = tests::shared_data("federation/vectors");
    if (!folder) return;
    const json vectors = json::parse(tests::read_file(*folder / "jcs-rfc8785.json"));
    for (const auto& document : vectors["documents"]) {
        CAPTURE(document["name"].get<std::string>());
        const auto tree = read_json(document["input"].get<std::string>());
        REQUIRE(tree);
        const auto canonical = canonical_json(*tree);
        REQUIRE(canonical);
        CHECK(*canonical == document["canonical"].get<std::string>());
        CHECK(to_hex(sha256(*canonical)) == document["canonical_sha256"].get<std::string>());
    }
    const auto number = [](const json& entry) {
        return std::bit_cast<double>(
            std::stoull(entry["ieee754_hex"].get<std::string>(), nullptr, 16)
        );
    };
    CHECK(vectors["numbers"].size() >= 24);
    for (const auto& entry : vectors["numbers"]) {
        CHECK(canonical_number(number(entry)) == entry["json"].get<std::string>());
    }
    for (const auto& entry : vectors["errors"]) CHECK_FALSE(canonical_json(json(number(entry))));
}
