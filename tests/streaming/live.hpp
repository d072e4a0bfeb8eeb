// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <deque>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "src/http/stream.hpp"
#include "src/streaming/hub.hpp"
#include "src/streaming/routes.hpp"
#include "tests/support/test_node.hpp"

namespace outboard::tests {

/// A client's end of a stream, without the network between.
class Ear final : public http::Stream {
public:
    void send(std::shared_ptr<const std::string> bytes) override { raw.push_back(*bytes); }
    void close(http::StreamEnd end) override { ended = end; }
    /// Messages of a WebSocket that came since the last call.
    std::vector<nlohmann::json> take() {
        std::vector<nlohmann::json> messages;
        for (const auto& text : raw) messages.push_back(nlohmann::json::parse(text));
        raw.clear();
        return messages;
    }

    std::vector<std::string> raw;
    std::optional<http::StreamEnd> ended;
    std::shared_ptr<http::StreamReader> program;
};

/// A node whose streams are stepped by the test.
struct Live {
    Live() { node.app().streams = &hub; }
    ~Live() {
        for (const auto& ear : ears) ear->program.reset();  // which holds the ear
    }

    http::Response ask(
        const std::string& target,
        const std::string& token = {},
        std::vector<http::Field> fields = {},
        std::string method = "GET"
    ) {
        http::Request request;
        request.method = std::move(method);
        request.target = target;
        request.peer = "192.0.2.7";
        request.fields = std::move(fields);
        request.fields.push_back({"Host", "home.example"});
        if (!token.empty()) request.fields.push_back({"Authorization", "Bearer " + token});
        return api::dispatch(node.app(), node.router(), request);
    }
    static std::vector<http::Field> upgrade() {
        return {
            {"Connection", "Upgrade"},
            {"Upgrade", "websocket"},
            {"Sec-WebSocket-Version", "13"},
            {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}
        };
    }
    std::shared_ptr<Ear> begin(const http::Response& response) {
        REQUIRE_MESSAGE(response.streaming, response.body);
        auto ear = ears.emplace_back(std::make_shared<Ear>());
        ear->program = response.streaming->begin(ear);
        REQUIRE(ear->program);
        return ear;
    }
    /// `query`: "stream=user".
    std::shared_ptr<Ear> socket(const std::string& token, const std::string& query = "") {
        return begin(ask("/api/v1/streaming?" + query, token, upgrade()));
    }
    std::shared_ptr<Ear> events(const std::string& token, const std::string& path) {
        return begin(ask("/api/v1/streaming/" + path, token));
    }
    void step() { hub.step(); }
    void follow(const Actor& who, const Actor& whom) {
        REQUIRE(
            node.post("/api/v1/accounts/" + whom.id.str() + "/follow", who.token).status == 200
        );
    }

    TestNode node{{.routes = streaming::routes}};
    streaming::Hub hub{node.app()};
    std::vector<std::shared_ptr<Ear>> ears;
};

/// Ids of the statuses in messages of one event, in order.
inline std::vector<std::string> ids_of(
    const std::vector<nlohmann::json>& messages, const std::string& event = "update"
) {
    std::vector<std::string> ids;
    for (const auto& message : messages) {
        if (message.value("event", "") != event) continue;
        const auto payload = message.at("payload").get<std::string>();
        if (event == "delete") {
            ids.push_back(payload);
        } else {
            ids.push_back(nlohmann::json::parse(payload).at("id").get<std::string>());
        }
    }
    return ids;
}

}  // namespace outboard::tests
