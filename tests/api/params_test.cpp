// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "src/api/params.hpp"

namespace outboard::api {
namespace {

http::Request request(std::string target, std::string type = {}, std::string body = {}) {
    http::Request made;
    made.method = "POST";
    made.target = std::move(target);
    if (!type.empty()) made.fields.push_back({"Content-Type", std::move(type)});
    made.body = std::move(body);
    return made;
}

Params read(const http::Request& from) {
    auto params = Params::read(from);
    REQUIRE(params.has_value());
    return *std::move(params);
}

constexpr const char* kForm = "application/x-www-form-urlencoded";

TEST_CASE("parameters read the same from query, form, multipart and JSON") {
    const auto from_query = read(request("/x?status=Hello+w%C3%B6rld&sensitive=1"));
    const auto from_form = read(request("/x", kForm, "status=Hello+w%C3%B6rld&sensitive=true"));
    const auto from_json =
        read(request("/x", "application/json", R"({"status":"Hello wörld","sensitive":true})"));
    const auto from_multipart = read(request(
        "/x",
        "multipart/form-data; boundary=B",
        "--B\r\nContent-Disposition: form-data; name=\"status\"\r\n\r\nHello wörld\r\n"
        "--B\r\nContent-Disposition: form-data; name=\"sensitive\"\r\n\r\non\r\n--B--\r\n"
    ));
    for (const auto* params : {&from_query, &from_form, &from_json, &from_multipart}) {
        CHECK(params->text("status") == "Hello wörld");
        CHECK(params->boolean("sensitive") == true);
    }
}

TEST_CASE("lists come with brackets, with indexes, as arrays and as one bare value") {
    const std::vector<std::string> both = {"1", "2"};
    CHECK(read(request("/x?id[]=1&id[]=2")).list("id") == both);
    CHECK(read(request("/x?id%5B%5D=1&id%5B%5D=2")).list("id") == both);
    CHECK(read(request("/x?id[1]=2&id[0]=1")).list("id") == both);
    CHECK(read(request("/x", "application/json", R"({"id":["1",2]})")).list("id") == both);
    CHECK(read(request("/x?id=1")).list("id") == std::vector<std::string>{"1"});
    CHECK(read(request("/x")).list("id").empty());
}

TEST_CASE("nested names read the same from brackets and from JSON") {
    const auto form =
        read(request("/x", kForm, "source[privacy]=private&poll[options][]=a&poll[options][]=b"));
    const auto json = read(request(
        "/x", "application/json", R"({"source":{"privacy":"private"},"poll":{"options":["a","b"]}})"
    ));
    for (const auto* params : {&form, &json}) {
        CHECK(params->text("source[privacy]") == "private");
        CHECK(params->list("poll[options]") == std::vector<std::string>{"a", "b"});
    }
}

TEST_CASE("lists of objects come indexed, in brackets and as JSON") {
    const auto indexed = read(request("/x?f[0][name]=a&f[0][value]=1&f[1][name]=b&f[1][value]=2"));
    const auto bracketed = read(request("/x?f[][name]=a&f[][value]=1&f[][name]=b&f[][value]=2"));
    const auto json = read(request(
        "/x", "application/json", R"({"f":[{"name":"a","value":"1"},{"name":"b","value":"2"}]})"
    ));
    for (const auto* params : {&indexed, &bracketed, &json}) {
        const auto objects = params->objects("f");
        REQUIRE(objects.size() == 2);
        CHECK(objects[0] == nlohmann::json{{"name", "a"}, {"value", "1"}});
        CHECK(objects[1] == nlohmann::json{{"name", "b"}, {"value", "2"}});
    }
}

TEST_CASE("null means not given, and the body wins over the query") {
    const auto params =
        read(request("/x?a=query&b=query", "application/json", R"({"a":"body","c":null})"));
    CHECK(params.text("a") == "body");
    CHECK(params.text("b") == "query");
    CHECK_FALSE(params.has("c"));
}

TEST_CASE("booleans are false for every spelling of no") {
    for (const auto* no : {"false", "0", "off", "f", ""}) {
        CHECK(read(request("/x?a=" + std::string(no))).boolean("a") == false);
    }
    for (const auto* yes : {"true", "1", "on", "t"}) {
        CHECK(read(request("/x?a=" + std::string(yes))).boolean("a") == true);
    }
    CHECK_FALSE(read(request("/x")).boolean("a").has_value());
}

TEST_CASE("numbers are whole or nothing") {
    CHECK(read(request("/x?a=40")).number("a") == 40);
    CHECK(read(request("/x", "application/json", R"({"a":40})")).number("a") == 40);
    for (const auto* bad : {"4e3", "-1", "1.5", "abc", "99999999999999999999"}) {
        CHECK_FALSE(read(request("/x?a=" + std::string(bad))).number("a").has_value());
    }
}

TEST_CASE("what cannot be read is refused with a reason") {
    const auto refusal = [](const http::Request& from) {
        const auto params = Params::read(from);
        REQUIRE_FALSE(params.has_value());
        return params.error();
    };
    CHECK(
        refusal(request("/x", "application/json", "{\"a\":")).shown.find("JSON") !=
        std::string::npos
    );
    CHECK(
        refusal(request("/x", "application/json", "[1]")).shown.find("object") != std::string::npos
    );
    CHECK(refusal(request("/x", "application/json", R"({"a":1,"a":2})")).code == Code::Invalid);
    CHECK(
        refusal(request("/x", "text/xml", "<a/>")).shown.find("content type") != std::string::npos
    );
    CHECK(refusal(request("/x", kForm, "a=%FF")).shown.find("UTF-8") != std::string::npos);
    CHECK(refusal(request("/x", kForm, "a=%00")).code == Code::Invalid);
    for (const auto* body : {R"({"a":"x\u0000"})", R"({"a":[{"b":"\u0000"}]})", R"({"\u0000":1})"})
        CHECK(refusal(request("/x", "application/json", body)).code == Code::Invalid);
    CHECK(
        refusal(request("/x", "multipart/form-data", "--B")).shown.find("boundary") !=
        std::string::npos
    );
    CHECK(
        refusal(request("/x", "multipart/form-data; boundary=B", "--B\r\nnothing")).code ==
        Code::Invalid
    );
}

TEST_CASE("the number of parameters and their depth have a bound") {
    std::string many;
    for (int i = 0; i < 1001; ++i) many += "a" + std::to_string(i) + "=1&";
    CHECK_FALSE(Params::read(request("/x", kForm, many)).has_value());
    CHECK_FALSE(Params::read(request("/x?a[b][c][d][e][f][g][h][i]=1")).has_value());
    std::string deep;
    for (int i = 0; i < 100; ++i) deep += "[";
    CHECK_FALSE(Params::read(request("/x", "application/json", "{\"a\":" + deep)).has_value());
}

TEST_CASE("multipart keeps empty values and takes files of expected names alone") {
    const auto params = read(request(
        "/x",
        "multipart/form-data; boundary=\"a b\"",
        "--a b\r\ncontent-disposition: form-data; name=\"empty\"\r\n\r\n\r\n"
        "--a b\r\nContent-Disposition: form-data; name=lines\r\n\r\none\r\ntwo\r\n--a b--"
    ));
    CHECK(params.text("empty") == "");
    CHECK(params.text("lines") == "one\r\ntwo");
    const auto with_file = request(
        "/x",
        "multipart/form-data; boundary=B",
        "--B\r\nContent-Disposition: form-data; name=\"avatar\"; "
        "filename=\"a.png\"\r\n\r\nx\xFF\r\n--B--"
    );
    for (const auto* taken : {"", "file", "file header"}) {
        const auto refused = Params::read(with_file, taken);
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().shown.find("\"avatar\"") != std::string::npos);
    }
    const auto file = Params::read(with_file, "avatar header");
    REQUIRE(file.has_value());
    CHECK(file->file("avatar") == "x\xFF");
    CHECK_FALSE(file->file("header").has_value());
    CHECK_FALSE(file->has("avatar"));
    // Without a file name, by the part's name alone.
    const auto bare = request(
        "/x",
        "multipart/form-data; boundary=B",
        "--B\r\nContent-Disposition: form-data; name=file\r\n\r\n\xFF\xD8\r\n--B--"
    );
    CHECK_FALSE(Params::read(bare).has_value());
    CHECK(Params::read(bare, "file")->file("file") == "\xFF\xD8");
}

}  // namespace
}  // namespace outboard::api
