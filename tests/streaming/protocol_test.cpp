// SPDX-License-Identifier: Apache-2.0
// The words that clients and streams exchange.
#include "src/base/limits.hpp"
#include "tests/streaming/live.hpp"

namespace outboard::tests {
namespace {

using nlohmann::json;

TEST_CASE("a message names its stream with the parameter as the client wrote it") {
    Live live;
    const auto ana = live.node.person("ana");
    const auto ear = live.socket(ana.token);
    ear->program->on_text(R"({"type":"subscribe","stream":"hashtag","tag":"PumpS"})");
    ear->program->on_text(R"({"type":"subscribe","stream":"user"})");
    ear->program->on_text(R"({"type":"subscribe","stream":"public:local"})");
    ear->program->on_text(R"({"type":"subscribe","stream":"user"})");  // twice is once
    CHECK(ear->take().empty());
    const auto id = live.node.posts(ana, "Notes on #pumps");
    live.step();
    const auto got = ear->take();
    REQUIRE(got.size() == 3);
    std::vector<json> streams;
    for (const auto& message : got) {
        CHECK(message.at("event") == "update");
        CHECK(message.at("payload").is_string());
        CHECK(json::parse(message.at("payload").get<std::string>()).at("id") == id);
        streams.push_back(message.at("stream"));
    }
    CHECK(
        streams ==
        std::vector<json>{
            json::array({"hashtag", "PumpS"}), json::array({"user"}), json::array({"public:local"})
        }
    );
    ear->program->on_text(R"({"type":"unsubscribe","stream":"hashtag","tag":"pumps"})");
    ear->program->on_text(R"({"type":"unsubscribe","stream":"public:local"})");
    ear->program->on_text(R"({"type":"unsubscribe","stream":"public"})");  // was none
    live.node.posts(ana, "More on #pumps");
    live.step();
    const auto left = ear->take();
    REQUIRE(left.size() == 1);
    CHECK(left.front().at("stream") == json::array({"user"}));
}

TEST_CASE("what cannot be done is told, and the socket stays") {
    Live live;
    const auto ana = live.node.person("ana");
    const auto ear = live.socket(ana.token, "stream=nonsense");
    const auto refused = [&](const std::string& text, int status) {
        ear->program->on_text(text);
        const auto got = ear->take();
        CAPTURE(text);
        REQUIRE(got.size() == 1);
        CHECK(got.front().at("error").is_string());
        CHECK(got.front().at("status") == status);
    };
    const auto first = ear->take();
    REQUIRE(first.size() == 1);
    CHECK(first.front() == json{{"error", "Unknown stream type"}, {"status", 400}});
    refused("no json", 400);
    refused("[]", 400);
    refused("{}", 400);
    refused(R"({"type":"dance"})", 400);
    refused(R"({"type":"subscribe"})", 400);
    refused(R"({"type":"subscribe","stream":"nonsense"})", 400);
    refused(R"({"type":"subscribe","stream":["user"]})", 400);
    refused(R"({"type":"subscribe","stream":"hashtag"})", 400);
    refused(R"({"type":"subscribe","stream":"hashtag","tag":""})", 400);
    refused(
        R"({"type":"subscribe","stream":"hashtag","tag":")" + std::string(500, 'a') + "\"}", 400
    );
    refused(R"({"type":"subscribe","stream":"list","list":"mine"})", 400);
    for (std::size_t i = 0; i < limits::kStreamChannels; ++i) {
        ear->program->on_text(
            R"({"type":"subscribe","stream":"hashtag","tag":"t)" + std::to_string(i) + "\"}"
        );
    }
    CHECK(ear->take().empty());
    refused(R"({"type":"subscribe","stream":"user"})", 400);
    CHECK_FALSE(ear->ended);
    live.node.posts(ana, "Still here #t7");
    live.step();
    CHECK(ids_of(ear->take()).size() == 1);
}

TEST_CASE("each subscription asks for its own scope") {
    Live live;
    const auto ana = live.node.person("ana");
    const auto narrow = live.socket(live.node.token(ana.id, "read:notifications"), "stream=user");
    const auto got = narrow->take();
    REQUIRE(got.size() == 1);
    CHECK(got.front().at("status") == 403);
    narrow->program->on_text(R"({"type":"subscribe","stream":"user:notification"})");
    CHECK(narrow->take().empty());
    narrow->program->on_text(R"({"type":"subscribe","stream":"list","list":"1"})");
    CHECK(narrow->take().front().at("status") == 403);
}

TEST_CASE("server-sent events have their name and one line of data") {
    Live live;
    const auto ana = live.node.person("ana");
    const auto user = live.events(ana.token, "user"), tag = live.events(ana.token, "hashtag?tag=a"),
               media = live.events(ana.token, "public?only_media=true");
    const auto id = live.node.posts(ana, "Two\nlines #a");
    live.step();
    for (const auto& ear : {user, tag}) {
        REQUIRE(ear->raw.size() == 1);
        const auto& text = ear->raw.front();
        const std::string start = "event: update\ndata: ";
        REQUIRE(text.starts_with(start));
        CHECK(text.ends_with("\n\n"));
        const auto data = text.substr(start.size(), text.size() - start.size() - 2);
        CHECK(data.find('\n') == std::string::npos);
        CHECK(json::parse(data).at("id") == id);
    }
    CHECK(media->raw.empty());
    live.node.call("DELETE", "/api/v1/statuses/" + id, ana.token);
    live.step();
    CHECK(user->raw.back() == "event: delete\ndata: " + id + "\n\n");
}

}  // namespace
}  // namespace outboard::tests
