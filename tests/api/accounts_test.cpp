// SPDX-License-Identifier: Apache-2.0
#include "src/store/accounts.hpp"
#include "tests/api/check.hpp"

namespace outboard::tests {
namespace {

using nlohmann::json;

std::string path(const Actor& actor, const std::string& rest = {}) {
    return "/api/v1/accounts/" + actor.id.str() + rest;
}

TEST_CASE("an account tells its handle bare when local and with its domain when remote") {
    TestNode node;
    const auto ana = node.person("ana");
    const auto far = node.remote("far", "far.example");
    const auto local = node.get(path(ana));
    const auto remote = node.get(path(far));
    check_entity(local, "account");
    check_entity(remote, "account");
    CHECK(local.json["acct"] == "ana");
    CHECK(local.json["url"] == "https://home.example/@ana");
    CHECK(local.json["uri"] == "https://home.example/users/ana");
    CHECK(local.json["created_at"].get<std::string>().ends_with("T00:00:00.000Z"));
    CHECK(remote.json["acct"] == "far@far.example");
    CHECK(remote.json["uri"] == far.uri);
}

TEST_CASE("lookup takes every form of a local handle, and knows no strangers") {
    TestNode node({.domain = "social.home.example", .handle_domain = "home.example"});
    const auto ana = node.person("ana");
    node.remote("far", "far.example");
    for (const auto* acct : {"ana", "ANA", "ana@home.example", "ana@social.home.example", "@ana"}) {
        CAPTURE(acct);
        CHECK(
            node.get("/api/v1/accounts/lookup?acct=" + std::string(acct)).json["id"] == ana.id.str()
        );
    }
    CHECK(
        node.get("/api/v1/accounts/lookup?acct=far@far.example").json["acct"] == "far@far.example"
    );
    check_error(node.get("/api/v1/accounts/lookup?acct=nobody"), 404, "Record not found");
    check_error(node.get("/api/v1/accounts/lookup"), 404, "Record not found");
}

TEST_CASE("changing the profile shows at once and tells the followers with a freshly signed actor"
) {
    TestNode node;
    const auto ana = node.person("ana");
    const auto reply = node.call(
        "PATCH",
        "/api/v1/accounts/update_credentials",
        ana.token,
        "display_name=Ana+A.&note=I+mend+%3Cpumps%3E&locked=true&fields_attributes[0][name]=Web"
        "&fields_attributes[0][value]=https%3A%2F%2Fana.example%2Fme&source[privacy]=unlisted&"
        "source["
        "language]=de"
    );
    check_entity(reply, "credential_account");
    CHECK(reply.json["display_name"] == "Ana A.");
    CHECK(reply.json["note"].get<std::string>().find("&lt;pumps&gt;") != std::string::npos);
    CHECK(reply.json["locked"] == true);
    CHECK(
        reply.json["fields"][0]["value"].get<std::string>().find("href=\"https://ana.example") !=
        std::string::npos
    );
    CHECK(reply.json["source"]["fields"][0]["value"] == "https://ana.example/me");
    CHECK(reply.json["source"]["privacy"] == "unlisted");
    CHECK(reply.json["source"]["language"] == "de");
    CHECK(reply.json["source"]["note"] == "I mend <pumps>");
    const auto update = node.sent().back();
    CHECK(update["type"] == "Update");
    CHECK(update["object"]["id"] == ana.uri);
    CHECK(update["object"]["name"] == "Ana A.");
    CHECK(update["object"]["manuallyApprovesFollowers"] == true);
    CHECK(update["object"].contains("proof"));
    CHECK(node.outbox().back().to_followers);

    const auto post = node.post("/api/v1/statuses", ana.token, {{"status", "Hallo"}});
    CHECK(post.json["visibility"] == "unlisted");
    CHECK(post.json["language"] == "de");
    CHECK(
        node.get("/api/v1/preferences", ana.token).json["posting:default:visibility"] == "unlisted"
    );
}

TEST_CASE("a change of settings alone tells nobody") {
    TestNode node;
    const auto ana = node.person("ana");
    const auto change = json{{"source", {{"privacy", "private"}}}};
    CHECK(
        node.call("PATCH", "/api/v1/accounts/update_credentials", ana.token, change).status == 200
    );
    CHECK(node.sent().empty());
}

TEST_CASE("profile texts over their limits are refused whole") {
    TestNode node;
    const auto ana = node.person("ana");
    const auto refused = [&](const json& body) {
        check_error(
            node.call("PATCH", "/api/v1/accounts/update_credentials", ana.token, body), 422
        );
    };
    refused({{"display_name", std::string(101, 'a')}});
    refused({{"note", std::string(5001, 'a')}});
    refused({{"source", {{"privacy", "friends"}}}});
    json fields = json::array();
    for (int i = 0; i < 9; ++i) fields.push_back({{"name", "a"}, {"value", "b"}});
    refused({{"fields_attributes", fields}});
    refused({{"fields_attributes", {{{"name", "a"}, {"value", std::string(256, 'b')}}}}});
    CHECK(node.get("/api/v1/accounts/verify_credentials", ana.token).json["display_name"] == "ana");
}

TEST_CASE("an account's posts are filtered as asked") {
    TestNode node;
    const auto ana = node.person("ana");
    const auto bob = node.person("bob");
    const auto plain = node.posts(ana, "Plain");
    const auto tagged = node.posts(ana, "About #Work");
    const auto theirs = node.posts(bob, "Theirs");
    const auto answer =
        node.post(
                "/api/v1/statuses", ana.token, {{"status", "Yes"}, {"in_reply_to_id", theirs}}
        ).json["id"];
    node.clock.advance(std::chrono::seconds(1));
    const auto boost = node.post("/api/v1/statuses/" + theirs + "/reblog", ana.token).json["id"];
    const auto ids = [&](const std::string& query) {
        std::vector<std::string> found;
        for (const auto& status : node.get(path(ana, "/statuses?" + query)).json)
            found.push_back(status["id"]);
        return found;
    };
    using Ids = std::vector<std::string>;
    CHECK(ids("") == Ids{boost, answer, tagged, plain});
    CHECK(ids("exclude_replies=true") == Ids{boost, tagged, plain});
    CHECK(ids("exclude_reblogs=1") == Ids{answer, tagged, plain});
    CHECK(ids("tagged=work") == Ids{tagged});
    CHECK(ids("only_media=true").empty());
    CHECK(ids("pinned=true").empty());
    check_error(node.get("/api/v1/accounts/1/statuses"), 404, "Record not found");
}

TEST_CASE("a suspended account is named but says nothing, and a deleted one is gone") {
    TestNode node;
    const auto far = node.remote("far", "far.example");
    node.suspend(far.id);
    const auto shown = node.get(path(far));
    check_entity(shown, "account");
    CHECK(shown.json["suspended"] == true);
    CHECK(shown.json["display_name"] == "");
    REQUIRE(node.db().write([&](store::Writer& tx) { store::accounts::set_deleted(tx, far.id); }));
    check_error(node.get(path(far)), 404, "Record not found");
}

TEST_CASE("the instance introduces itself with figures it keeps to") {
    TestNode node;
    const auto ana = node.person("ana");
    node.posts(ana, "Hello");
    const auto v2 = node.get("/api/v2/instance/");
    const auto v1 = node.get("/api/v1/instance/");
    check_entity(v2, "instance");
    check_entity(v1, "instance_v1");
    CHECK(v2.json["domain"] == "home.example");
    CHECK(v2.json["configuration"]["statuses"]["max_characters"] == 5000);
    CHECK(v2.json["configuration"]["urls"]["streaming"] == "wss://home.example");
    CHECK(v2.json["configuration"]["timelines_access"]["live_feeds"]["local"] == "public");
    CHECK(v2.json["configuration"]["timelines_access"]["trending_link_feeds"].is_null());
    CHECK(v2.json["usage"]["users"]["active_month"] == 1);
    CHECK(v1.json["stats"]["user_count"] == 1);
    CHECK(v1.json["stats"]["status_count"] == 1);
}

TEST_CASE("a profile is changed alike by JSON, form and multipart") {
    TestNode node;
    const auto ana = node.person("ana");
    const std::string path = "/api/v1/accounts/update_credentials";
    const auto changed = [&](const Reply& reply) {
        check_entity(reply, "credential_account");
        REQUIRE(reply.json["fields"].size() == 2);
        CHECK(reply.json["fields"][0]["name"] == "Trade");
        CHECK(reply.json["source"]["fields"][1]["value"] == "valves");
        CHECK(reply.json["source"]["privacy"] == "unlisted");
        CHECK(reply.json["locked"] == true);
    };
    SUBCASE("JSON, as a list") {
        changed(node.call(
            "PATCH",
            path,
            ana.token,
            {{"locked", true},
             {"source", {{"privacy", "unlisted"}}},
             {"fields_attributes",
              {{{"name", "Trade"}, {"value", "pumps"}}, {{"name", "More"}, {"value", "valves"}}}}}
        ));
    }
    SUBCASE("a form, with indexes") {
        changed(node.call(
            "PATCH",
            path,
            ana.token,
            "locked=1&source%5Bprivacy%5D=unlisted"
            "&fields_attributes%5B0%5D%5Bname%5D=Trade&fields_attributes%5B0%5D%5Bvalue%5D=pumps"
            "&fields_attributes%5B1%5D%5Bname%5D=More&fields_attributes%5B1%5D%5Bvalue%5D=valves"
        ));
    }
    SUBCASE("multipart") {
        http::Request request;
        request.method = "PATCH";
        request.target = path;
        request.peer = "192.0.2.7";
        request.fields = {
            {"Host", "home.example"},
            {"Authorization", "Bearer " + ana.token},
            {"Content-Type", "multipart/form-data; boundary=B"}
        };
        const std::pair<const char*, const char*> parts[] = {
            {"locked", "true"},
            {"source[privacy]", "unlisted"},
            {"fields_attributes[0][name]", "Trade"},
            {"fields_attributes[0][value]", "pumps"},
            {"fields_attributes[1][name]", "More"},
            {"fields_attributes[1][value]", "valves"}
        };
        for (const auto& [name, value] : parts) {
            request.body += "--B\r\nContent-Disposition: form-data; name=\"" + std::string(name) +
                            "\"\r\n\r\n" + value + "\r\n";
        }
        request.body += "--B--\r\n";
        changed(node.send(request));
    }
}

}  // namespace
}  // namespace outboard::tests
