// SPDX-License-Identifier: Apache-2.0
#include "tests/api/check.hpp"

namespace outboard::tests {
namespace {

using nlohmann::json;

std::string path(const std::string& id, const std::string& rest = {}) {
    return "/api/v1/statuses/" + id + rest;
}

bool names(const json& list, const std::string& uri) {
    return std::find(list.begin(), list.end(), json(uri)) != list.end();
}

constexpr const char* kPublicUri = "https://www.w3.org/ns/activitystreams#Public";

TEST_CASE("a post is shown marked up, and sent as a signed Create that everybody may read") {
    TestNode node;
    const auto ana = node.person("ana");
    const auto reply = node.post(
        "/api/v1/statuses",
        ana.token,
        {{"status", "Pumps & <valves> #Work"}, {"language", "en"}, {"spoiler_text", "technical"}}
    );
    check_entity(reply, "status");
    const auto& status = reply.json;
    const auto id = status["id"].get<std::string>();
    CHECK(
        status["content"].get<std::string>().find("Pumps &amp; &lt;valves&gt;") != std::string::npos
    );
    CHECK(status["uri"] == "https://home.example/users/ana/statuses/" + id);
    CHECK(status["url"] == "https://home.example/@ana/" + id);
    CHECK(status["visibility"] == "public");
    CHECK(status["sensitive"] == true);
    CHECK(
        status["tags"] ==
        json::array({{{"name", "work"}, {"url", "https://home.example/tags/work"}}})
    );
    CHECK(
        status["content"].get<std::string>().find("href=\"https://home.example/tags/work\"") !=
        std::string::npos
    );
    CHECK(status["application"]["name"] == "tests");

    const auto sent = node.sent();
    REQUIRE(sent.size() == 1);
    CHECK(sent[0]["type"] == "Create");
    CHECK(sent[0]["id"] == status["uri"].get<std::string>() + "/activity");
    CHECK(sent[0].contains("proof"));
    const auto& object = sent[0]["object"];
    CHECK(object["id"] == status["uri"]);
    CHECK(object["type"] == "Note");
    CHECK(object["summary"] == "technical");
    CHECK(object.contains("proof"));
    CHECK(object["replies"] == status["uri"].get<std::string>() + "/replies");
    CHECK(names(object["to"], kPublicUri));
    const auto outbox = node.outbox();
    CHECK(outbox[0].to_followers);
    CHECK(outbox[0].listed);
}

TEST_CASE("private and direct posts carry no proof and name nobody else") {
    TestNode node;
    const auto ana = node.person("ana");
    const auto far = node.remote("far", "far.example");
    node.posts(ana, "For those who follow", "private");
    node.posts(ana, "Psst @far@far.example", "direct");
    const auto sent = node.sent();
    const auto outbox = node.outbox();
    REQUIRE(sent.size() == 2);
    CHECK_FALSE(sent[0].contains("proof"));
    CHECK(sent[0]["to"].dump().find(kPublicUri) == std::string::npos);
    CHECK(outbox[0].to_followers);
    CHECK_FALSE(outbox[0].listed);
    CHECK(names(sent[1]["to"], far.uri));
    CHECK_FALSE(outbox[1].to_followers);
    CHECK(outbox[1].to_accounts == std::vector<AccountId>{far.id});
    CHECK(sent[1]["object"]["tag"][0]["name"] == "@far@far.example");
    CHECK(sent[1]["object"]["tag"][0]["href"] == far.uri);
}

TEST_CASE("one idempotency key is one post, whatever comes with it") {
    TestNode node;
    const auto ana = node.person("ana");
    const auto post = [&](const std::string& text, const std::string& key) {
        return node
            .call(
                "POST",
                "/api/v1/statuses",
                ana.token,
                {{"status", text}},
                {{"Idempotency-Key", key}}
            )
            .json["id"];
    };
    const auto first = post("once", "k1");
    CHECK(post("once", "k1") == first);
    CHECK(post("once", "k2") != first);
    CHECK(node.sent().size() == 2);
}

TEST_CASE("posts that cannot be made are refused with the reason, and nothing is sent") {
    TestNode node;
    const auto ana = node.person("ana");
    const auto refused = [&](const json& body) {
        const auto reply = node.post("/api/v1/statuses", ana.token, body);
        check_error(reply, 422);
        return reply.json["error"].get<std::string>();
    };
    for (const char* blank : {"  \n", "\u200B", "\u00A0\u3000", "\u2060\uFEFF \u200D"}) {
        CAPTURE(blank);
        CHECK(refused({{"status", blank}}) == "Validation failed: Text can't be blank");
    }
    CHECK(refused(json::object()) == "Validation failed: Text can't be blank");
    CHECK(refused({{"status", std::string(5001, 'a')}}).find("limit of 5000") != std::string::npos);
    CHECK(
        refused({{"status", "x"}, {"visibility", "friends"}}).find("Visibility") !=
        std::string::npos
    );
    CHECK(
        refused({{"status", "x"}, {"language", "english, of course"}}).find("Language") !=
        std::string::npos
    );
    CHECK(
        refused({{"status", "x"}, {"content_type", "text/html"}}).find("Content type") !=
        std::string::npos
    );
    CHECK(
        refused({{"status", "x"}, {"spoiler_text", std::string(501, 'a')}}).find("Spoiler") !=
        std::string::npos
    );
    CHECK(refused({{"status", "x"}, {"media_ids", {"1"}}}).find("Media") != std::string::npos);
    CHECK(
        refused({{"status", "x"}, {"poll", {{"options", {"a"}}, {"expires_in", 600}}}}
        ).find("more than one option") != std::string::npos
    );
    CHECK(
        refused({{"status", "x"}, {"scheduled_at", "2027-01-01T00:00:00Z"}}).find("Scheduled") !=
        std::string::npos
    );
    check_error(
        node.post("/api/v1/statuses", ana.token, {{"status", "x"}, {"in_reply_to_id", "1"}}),
        404,
        "The post you are trying to reply to does not appear to exist."
    );
    CHECK(node.sent().empty());
    CHECK(
        node.post("/api/v1/statuses", ana.token, {{"status", "x"}, {"in_reply_to_id", ""}})
            .status == 200
    );
}

TEST_CASE("a long address counts as 23 characters, as clients count it") {
    TestNode node;
    const auto ana = node.person("ana");
    const auto text = "https://a.example/" + std::string(200, 'x') + " " + std::string(4976, 'a');
    CHECK(node.post("/api/v1/statuses", ana.token, {{"status", text}}).status == 200);
    check_error(node.post("/api/v1/statuses", ana.token, {{"status", text + "b"}}), 422);
}

TEST_CASE("Markdown is rendered, and its source is kept") {
    TestNode node;
    const auto ana = node.person("ana");
    const auto reply = node.post(
        "/api/v1/statuses",
        ana.token,
        {{"status", "**bold** <script>x</script>"}, {"content_type", "text/markdown"}}
    );
    const auto content = reply.json["content"].get<std::string>();
    CHECK(content.find("<strong>bold</strong>") != std::string::npos);
    CHECK(content.find("<script>") == std::string::npos);
    const auto source = node.get(path(reply.json["id"], "/source"), ana.token);
    check_entity(source, "status_source");
    CHECK(source.json["text"] == "**bold** <script>x</script>");
    CHECK(source.json["content_type"] == "text/markdown");
}

TEST_CASE(
    "a mention links to the profile, reaches a local inbox, and names remote people on the wire"
) {
    TestNode node;
    const auto ana = node.person("ana");
    const auto bob = node.person("bob");
    const auto far = node.remote("far", "far.example");
    const auto id = node.posts(ana, "Hello @bob, @far@far.example and @nobody");
    const auto status = node.get(path(id), ana.token).json;
    REQUIRE(status["mentions"].size() == 2);
    for (const auto& mention : status["mentions"]) {
        const auto url = mention["url"].get<std::string>();
        CHECK(
            status["content"].get<std::string>().find("href=\"" + url + "\"") != std::string::npos
        );
    }
    const auto told = node.get("/api/v1/notifications", bob.token).json;
    REQUIRE(told.size() == 1);
    CHECK(told[0]["type"] == "mention");
    CHECK(told[0]["status"]["id"] == id);
    CHECK(node.outbox()[0].to_accounts == std::vector<AccountId>{far.id});
}

TEST_CASE(
    "people named who are not known here are looked up first, and absent ones do not stop the post"
) {
    TestNode node;
    const auto ana = node.person("ana");
    const auto reply = node.post(
        "/api/v1/statuses", ana.token, {{"status", "Hello @far@far.example and @gone@gone.example"}}
    );
    check_entity(reply, "status");
    CHECK(reply.json["mentions"].empty());
    CHECK(std::any_of(
        node.network.asked.begin(),
        node.network.asked.end(),
        [](const std::string& url) {
            return url.find("far.example/.well-known/webfinger") != std::string::npos;
        }
    ));
}

TEST_CASE("a reply joins the thread, tells who it answers, and is never wider by default") {
    TestNode node;
    const auto ana = node.person("ana");
    const auto bob = node.person("bob");
    const auto parent = node.posts(ana, "A question", "unlisted");
    const auto reply = node.post(
        "/api/v1/statuses", bob.token, {{"status", "An answer"}, {"in_reply_to_id", parent}}
    );
    check_entity(reply, "status");
    CHECK(reply.json["visibility"] == "unlisted");
    CHECK(reply.json["in_reply_to_id"] == parent);
    CHECK(reply.json["in_reply_to_account_id"] == ana.id.str());
    CHECK(node.get("/api/v1/notifications", ana.token).json[0]["type"] == "mention");
    const auto sent = node.sent();
    CHECK(sent[1]["object"]["inReplyTo"] == sent[0]["object"]["id"]);
    CHECK(sent[1]["object"]["context"] == sent[0]["object"]["context"]);
    CHECK(node.get(path(parent)).json["replies_count"] == 1);

    const auto context = node.get(path(reply.json["id"], "/context"), ana.token);
    check_entity(context, "context");
    CHECK(context.json["ancestors"][0]["id"] == parent);
    CHECK(node.get(path(parent, "/context")).json["descendants"][0]["id"] == reply.json["id"]);
}

TEST_CASE(
    "a reply to somebody's private post goes to the people named, unless its author says otherwise"
) {
    TestNode node;
    const auto ana = node.person("ana");
    const auto bob = node.person("bob");
    node.post("/api/v1/accounts/" + ana.id.str() + "/follow", bob.token);
    const auto parent = node.posts(ana, "Among us", "private");
    const auto answer = [&](json body) {
        body["status"] = "Yes";
        body["in_reply_to_id"] = parent;
        return node.post("/api/v1/statuses", bob.token, body).json;
    };
    CHECK(answer(json::object())["visibility"] == "direct");
    CHECK(answer({{"visibility", "private"}})["visibility"] == "private");
    CHECK(node.get("/api/v1/notifications", ana.token).json[0]["type"] == "mention");
}

TEST_CASE("an edit keeps its history, is marked, and goes to everyone who had the post") {
    TestNode node;
    const auto ana = node.person("ana");
    const auto bob = node.person("bob");
    const auto far = node.remote("far", "far.example");
    const auto id = node.posts(ana, "Frist @far@far.example");
    node.post(path(id, "/reblog"), bob.token);
    node.clock.advance(std::chrono::minutes(1));
    const auto edited = node.call("PUT", path(id), ana.token, {{"status", "First"}});
    check_entity(edited, "status");
    CHECK(edited.json["id"] == id);
    CHECK(edited.json["edited_at"] == format_rfc3339(node.clock.now()));
    CHECK(edited.json["content"].get<std::string>().find("First") != std::string::npos);

    const auto history = node.get(path(id, "/history"));
    check_entity(history, "status_edit");
    REQUIRE(history.json.size() == 2);
    CHECK(history.json[0]["content"].get<std::string>().find("Frist") != std::string::npos);
    CHECK(history.json[1]["content"].get<std::string>().find("First") != std::string::npos);

    const auto update = node.sent().back();
    CHECK(update["type"] == "Update");
    CHECK(update["object"]["updated"] == edited.json["edited_at"]);
    const auto last = node.outbox().back();
    CHECK(last.to_followers);
    CHECK(last.to_accounts == std::vector<AccountId>{far.id});  // no longer named, but had it
    const auto told = node.get("/api/v1/notifications", bob.token).json;
    CHECK(told[0]["type"] == "update");

    const auto count = node.sent().size();
    CHECK(node.call("PUT", path(id), ana.token, {{"status", "First"}}).status == 200);
    CHECK(node.sent().size() == count);
}

TEST_CASE(
    "a deletion answers with the source, leaves a tombstone, and goes to everyone who had the post"
) {
    TestNode node;
    const auto ana = node.person("ana");
    const auto far = node.remote("far", "far.example");
    const auto id = node.posts(ana, "Gone soon @far@far.example");
    const auto uri = node.get(path(id)).json["uri"];
    const auto reply = node.call("DELETE", path(id), ana.token);
    check_entity(reply, "status");
    CHECK(reply.json["text"] == "Gone soon @far@far.example");
    check_error(node.get(path(id), ana.token), 404, "Record not found");
    check_error(node.call("DELETE", path(id), ana.token), 404);
    const auto sent = node.sent().back();
    CHECK(sent["type"] == "Delete");
    CHECK(sent["object"]["id"] == uri);
    CHECK(sent["object"]["type"] == "Tombstone");
    CHECK(node.outbox().back().to_followers);
    CHECK(node.outbox().back().to_accounts == std::vector<AccountId>{far.id});
    CHECK(node.get("/api/v1/accounts/" + ana.id.str(), ana.token).json["statuses_count"] == 0);
}

TEST_CASE("a favourite is counted once, told to the author, and taken back without a trace") {
    TestNode node;
    const auto ana = node.person("ana");
    const auto bob = node.person("bob");
    const auto id = node.posts(ana, "Nice");
    for (int i = 0; i < 2; ++i) {
        const auto reply = node.post(path(id, "/favourite"), bob.token);
        check_entity(reply, "status");
        CHECK(reply.json["favourited"] == true);
        CHECK(reply.json["favourites_count"] == 1);
    }
    CHECK(node.get(path(id, "/favourited_by")).json[0]["acct"] == "bob");
    CHECK(node.get("/api/v1/notifications", ana.token).json[0]["type"] == "favourite");
    CHECK(node.sent().size() == 1);  // between local people nothing is sent
    const auto reply = node.post(path(id, "/unfavourite"), bob.token);
    CHECK(reply.json["favourited"] == false);
    CHECK(reply.json["favourites_count"] == 0);
    CHECK(node.get("/api/v1/notifications", ana.token).json.empty());
}

TEST_CASE("a boost is a status of its own, once, and is taken back by Undo") {
    TestNode node;
    const auto ana = node.person("ana");
    const auto bob = node.person("bob");
    const auto id = node.posts(ana, "Worth spreading #boost");
    const auto boost = node.post(path(id, "/reblog"), bob.token);
    check_entity(boost, "status");
    CHECK(boost.json["id"] != id);
    CHECK(boost.json["reblog"]["id"] == id);
    CHECK(boost.json["content"] == boost.json["reblog"]["content"]);
    CHECK(boost.json["account"]["acct"] == "bob");
    CHECK(boost.json["reblogged"] == true);
    CHECK(boost.json["reblog"]["reblogs_count"] == 1);
    CHECK(node.post(path(id, "/reblog"), bob.token).json["id"] == boost.json["id"]);
    CHECK(node.post(path(boost.json["id"], "/reblog"), bob.token).json["id"] == boost.json["id"]);
    const auto announce = node.sent().back();
    CHECK(announce["type"] == "Announce");
    CHECK(announce["object"] == "https://home.example/users/ana/statuses/" + id);
    CHECK(announce["id"] == boost.json["uri"]);
    CHECK(
        announce["id"] == "https://home.example/users/bob/statuses/" +
                              boost.json["id"].get<std::string>() + "/activity"
    );
    CHECK(node.get(path(id, "/reblogged_by")).json[0]["acct"] == "bob");
    CHECK(node.get("/api/v1/notifications", ana.token).json[0]["type"] == "reblog");

    const auto undone = node.post(path(id, "/unreblog"), bob.token);
    CHECK(undone.json["id"] == id);
    CHECK(undone.json["reblogged"] == false);
    CHECK(undone.json["reblogs_count"] == 0);
    const auto undo = node.sent().back();
    CHECK(undo["type"] == "Undo");
    CHECK(undo["object"]["type"] == "Announce");
    CHECK(undo["object"]["id"] == announce["id"]);
    check_error(node.get(path(boost.json["id"]), bob.token), 404);
}

TEST_CASE("private posts are boosted by their author alone, direct ones by nobody") {
    TestNode node;
    const auto ana = node.person("ana");
    const auto bob = node.person("bob");
    node.post("/api/v1/accounts/" + ana.id.str() + "/follow", bob.token);
    const auto secret = node.posts(ana, "Among us", "private");
    const auto direct = node.posts(ana, "For @bob", "direct");
    check_error(node.post(path(secret, "/reblog"), bob.token), 403);
    check_error(node.post(path(direct, "/reblog"), bob.token), 403);
    const auto own = node.post(path(secret, "/reblog"), ana.token);
    CHECK(own.json["visibility"] == "private");
    CHECK(node.sent().back()["to"].dump().find(kPublicUri) == std::string::npos);
}

TEST_CASE("a bookmark is private: nobody is told, nothing is sent") {
    TestNode node;
    const auto ana = node.person("ana");
    const auto bob = node.person("bob");
    const auto id = node.posts(ana, "Worth keeping");
    CHECK(node.post(path(id, "/bookmark"), bob.token).json["bookmarked"] == true);
    CHECK(node.post(path(id, "/bookmark"), bob.token).json["bookmarked"] == true);
    CHECK(node.post(path(id, "/unbookmark"), bob.token).json["bookmarked"] == false);
    CHECK(node.get("/api/v1/notifications", ana.token).json.empty());
    CHECK(node.sent().size() == 1);
}

TEST_CASE("own posts are pinned to the profile, a few of them") {
    TestNode node;
    const auto ana = node.person("ana");
    const auto bob = node.person("bob");
    const auto pinned = [&] {
        std::vector<std::string> ids;
        for (const auto& status :
             node.get("/api/v1/accounts/" + ana.id.str() + "/statuses?pinned=true", bob.token)
                 .json) {
            ids.push_back(status["id"]);
        }
        return ids;
    };
    const auto id = node.posts(ana, "Remember this");
    CHECK(node.post(path(id, "/pin"), ana.token).json["pinned"] == true);
    CHECK(node.post(path(id, "/pin"), ana.token).json["pinned"] == true);
    CHECK(pinned() == std::vector<std::string>{id});
    check_error(node.post(path(id, "/pin"), bob.token), 404);
    check_error(node.post(path(node.posts(ana, "For @bob", "direct"), "/pin"), ana.token), 422);
    for (int i = 0; i < 4; ++i) node.post(path(node.posts(ana, "More"), "/pin"), ana.token);
    check_error(node.post(path(node.posts(ana, "Too many"), "/pin"), ana.token), 422);
    CHECK(node.post(path(id, "/unpin"), ana.token).json["pinned"] == false);
    CHECK(pinned().size() == 4);
}

TEST_CASE("who may see a post: readers by visibility") {
    TestNode node;
    const auto ana = node.person("ana");
    const auto follower = node.person("follower");
    const auto named = node.person("named");
    const auto stranger = node.person("stranger");
    node.post("/api/v1/accounts/" + ana.id.str() + "/follow", follower.token);
    struct Case {
        std::string visibility;
        bool follower, named, stranger, anonymous;
    };
    for (const auto& one :
         {Case{"public", true, true, true, true},
          Case{"unlisted", true, true, true, true},
          Case{"private", true, true, false, false},
          Case{"direct", false, true, false, false}}) {
        CAPTURE(one.visibility);
        const auto id = node.posts(ana, "For @named", one.visibility);
        const auto sees = [&](const std::string& token) {
            const auto reply = node.get(path(id), token);
            return reply.status == 200;
        };
        CHECK(sees(ana.token));
        CHECK(sees(follower.token) == one.follower);
        CHECK(sees(named.token) == one.named);
        CHECK(sees(stranger.token) == one.stranger);
        CHECK(sees("") == one.anonymous);
        const auto listed = [&](const std::string& token) {
            const auto list =
                node.get("/api/v1/accounts/" + ana.id.str() + "/statuses", token).json;
            return std::any_of(list.begin(), list.end(), [&](const json& s) {
                return s["id"] == id;
            });
        };
        CHECK(listed(follower.token) == one.follower);
        CHECK(listed(stranger.token) == one.stranger);
        CHECK(listed("") == one.anonymous);
    }
}

TEST_CASE("a viewer's flags are there with a login, and absent without one") {
    TestNode node;
    const auto ana = node.person("ana");
    const auto id = node.posts(ana, "Hello");
    const auto with = node.get(path(id), ana.token).json;
    for (const auto* key :
         {"favourited", "reblogged", "bookmarked", "muted", "filtered", "pinned"}) {
        CAPTURE(key);
        CHECK(with.contains(key));
        CHECK_FALSE(node.get(path(id)).json.contains(key));
    }
}

}  // namespace
}  // namespace outboard::tests
