// SPDX-License-Identifier: Apache-2.0
#include "federation/read.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "federation/shape.hpp"
#include "tests/federation/signing.hpp"

using namespace outboard;
using namespace outboard::federation;
using namespace outboard::tests;

namespace {

const std::string kActor = "https://a.example/users/ann";

json note() {
    return {
        {"id", "https://a.example/n/1"},
        {"type", "Note"},
        {"attributedTo", kActor},
        {"content", "<p>x</p>"},
        {"to", {kPublic}},
        {"cc", {kActor + "/followers"}}
    };
}
json create(json object) {
    return {
        {"id", "https://a.example/act/1"},
        {"type", "Create"},
        {"actor", kActor},
        {"object", std::move(object)}
    };
}
json person() {
    return {
        {"id", kActor},
        {"type", "Person"},
        {"preferredUsername", "ann"},
        {"inbox", kActor + "/inbox"}
    };
}
Object read(const json& tree) {
    auto object = read_object(tree);
    REQUIRE(object);
    return *object;
}
bool noted(const std::vector<Ignored>& ignored, std::string_view field) {
    return std::any_of(ignored.begin(), ignored.end(), [&](const Ignored& note) {
        return note.field == field;
    });
}
std::string refusal(const Result<Activity>& result) { return result ? "" : result.error().shown; }

}  // namespace

TEST_CASE("an activity has exactly one actor") {
    CHECK(read_activity(create(note())));
    auto activity = create(note());
    SUBCASE("not two") { activity["actor"] = {kActor, "https://a.example/users/abe"}; }
    SUBCASE("not none") { activity.erase("actor"); }
    SUBCASE("not null") { activity["actor"] = nullptr; }
    SUBCASE("not a number") { activity["actor"] = 7; }
    SUBCASE("not a bare name") { activity["actor"] = "ann"; }
    SUBCASE("not with a line break") { activity["actor"] = kActor + "\n"; }
    CHECK(refusal(read_activity(activity)).find("actor") != std::string::npos);
}

TEST_CASE("an embedded actor counts by its id only, in a list of one or bare") {
    auto activity = create(note());
    activity["actor"] =
        json::array({{{"type", "Person"}, {"id", kActor}, {"inbox", "https://evil.example/"}}});
    const auto read = read_activity(activity);
    REQUIRE(read);
    CHECK(read->actor.str() == kActor);
}

TEST_CASE("two activities in one type are never acted on") {
    auto activity = create(note());
    activity["type"] = {"Create", "Delete"};
    CHECK(refusal(read_activity(activity)).find("type") != std::string::npos);
    activity["type"] = {"Create", "https://x.example/Special"};
    CHECK(read_activity(activity));
}

TEST_CASE("context and expanded keys never steer meaning") {
    auto activity = create(note());
    activity["@context"] = {
        "https://www.w3.org/ns/activitystreams", {{"actor", "as:instrument"}, {"bad", "as:actor"}}
    };
    activity["bad"] = "https://b.example/users/pat";
    activity["https://www.w3.org/ns/activitystreams#actor"] = {
        {"@id", "https://b.example/users/pat"}
    };
    const auto read = read_activity(activity);
    REQUIRE(read);
    CHECK(read->actor.str() == kActor);
}

TEST_CASE("ids with control characters are refused, other odd ids are noted") {
    auto tree = note();
    tree["id"] = std::string("https://a.example/n/1\0x", 23);
    CHECK_FALSE(read_object(tree));
    tree["id"] = "n/1";
    std::vector<Ignored> ignored;
    const auto object = read_object(tree, &ignored);
    REQUIRE(object);
    CHECK_FALSE(object->id);
    CHECK(noted(ignored, "id"));
}

TEST_CASE("public is public in all its spellings") {
    for (const char* word :
         {"Public", "as:Public", "https://www.w3.org/ns/activitystreams#Public"}) {
        auto tree = note();
        tree["to"] = word;
        CHECK(read(tree).audience.public_in_to);
        CHECK(read(tree).audience.to.empty());
    }
}

TEST_CASE("blind recipients are never kept") {
    auto tree = note();
    tree["bto"] = {"https://b.example/users/bea"};
    tree["bcc"] = "https://b.example/users/bob";
    std::vector<Ignored> ignored;
    const auto object = read_object(tree, &ignored);
    REQUIRE(object);
    CHECK(object->audience.to.empty());
    CHECK(object->audience.cc.size() == 1);
    CHECK(noted(ignored, "bto"));
    CHECK(noted(ignored, "bcc"));
}

TEST_CASE("counts are clamped to 0 and 2^53") {
    auto tree = note();
    tree["type"] = "Question";
    tree["oneOf"] = json::array();
    const json counts = {-5, 1.5e300, 2.9, 18446744073709551615ull, "7", nullptr};
    for (std::size_t i = 0; i < counts.size(); ++i) {
        tree["oneOf"].push_back(
            {{"name", std::to_string(i)}, {"replies", {{"totalItems", counts[i]}}}}
        );
    }
    tree["votersCount"] = -1;
    const auto poll = read(tree);
    REQUIRE(poll.options.size() == 6);
    CHECK(poll.options[0].votes == 0);
    CHECK(poll.options[1].votes == kMaxCount);
    CHECK(poll.options[2].votes == 2);
    CHECK(poll.options[3].votes == kMaxCount);
    CHECK(poll.options[4].votes == 0);
    CHECK(poll.options[5].votes == 0);
    CHECK(poll.voters == 0);
}

TEST_CASE("mentions, tags, attachments, options and recipients are capped, and it is noted") {
    auto tree = note();
    tree["type"] = "Question";
    for (int i = 0; i < 5000; ++i) {
        const auto n = std::to_string(i);
        tree["tag"].push_back({{"type", "Mention"}, {"href", "https://a.example/u/" + n}});
        tree["tag"].push_back({{"type", "Hashtag"}, {"name", "#t" + n}});
        tree["attachment"].push_back({{"type", "Image"}, {"url", "https://a.example/i/" + n}});
        tree["anyOf"].push_back({{"name", "o" + n}});
        tree["to"].push_back("https://a.example/u/" + n);
    }
    std::vector<Ignored> ignored;
    const auto object = read_object(tree, &ignored);
    REQUIRE(object);
    CHECK(object->mentions.size() == 50);
    CHECK(object->hashtags.size() == 100);
    CHECK(object->attachments.size() == 16);
    CHECK(object->options.size() == 20);
    CHECK(object->multiple_choice);
    CHECK(object->audience.to.size() + object->audience.cc.size() == 500);
    for (const char* field : {"tag", "attachment", "anyOf", "to"}) CHECK(noted(ignored, field));
}

TEST_CASE("long text is cut between characters") {
    auto tree = note();
    std::string text;
    while (text.size() < 300 * 1024) text += "\xE2\x82\xAC";
    tree["content"] = text;
    const auto object = read(tree);
    CHECK(object.content.size() <= 256 * 1024);
    CHECK(object.content.size() % 3 == 0);
}

TEST_CASE("quotes: the first property counts, others that differ are conflicts") {
    auto tree = note();
    tree["_misskey_quote"] = "https://c.example/3";
    CHECK(read(tree).quote->str() == "https://c.example/3");
    tree["quoteUri"] = "https://c.example/2";
    tree["quoteURL"] = "https://c.example/2";
    const auto object = read(tree);
    CHECK(object.quote->str() == "https://c.example/2");
    CHECK(object.quote_conflicts == std::vector<std::string>{"https://c.example/3"});
}

TEST_CASE("the language is the one whose text is the content") {
    auto tree = note();
    tree["contentMap"] = {{"de", "<p>y</p>"}, {"en", "<p>x</p>"}};
    CHECK(read(tree).language == "en");
    tree.erase("content");
    tree["contentMap"] = {{"nl", "<p>z</p>"}};
    CHECK(read(tree).content == "<p>z</p>");
    CHECK(read(tree).language == "nl");
    tree["contentMap"] = {{"<script>", "<p>z</p>"}};
    CHECK(read(tree).language == "");
}

TEST_CASE("an emoji needs a plain shortcode and a picture on the web") {
    auto tree = note();
    const auto emoji = [](const char* name, const char* url) {
        return json{{"type", "Emoji"}, {"name", name}, {"icon", {{"type", "Image"}, {"url", url}}}};
    };
    tree["tag"] = {
        emoji(":ok:", "https://a.example/e.png"),
        emoji(":<b>:", "https://a.example/e.png"),
        emoji(":js:", "javascript:alert(1)"),
        emoji(":x:", "https://a.example/e.png")
    };
    const auto object = read(tree);
    REQUIRE(object.emoji.size() == 1);
    CHECK(object.emoji[0].shortcode == "ok");
}

TEST_CASE("an address of a page is http or nothing") {
    for (const char* url :
         {"javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "/n/1", ""}) {
        auto tree = note();
        tree["url"] = url;
        CHECK_FALSE(read(tree).url);
    }
}

TEST_CASE("an actor's inbox, collections and page count on its own origin only") {
    auto tree = person();
    tree["inbox"] = "https://victim.example/login";
    tree["endpoints"] = {{"sharedInbox", "http://127.0.0.1:9200/"}};
    tree["followers"] = "https://b.example/users/pat/followers";
    tree["url"] = "https://node.example/@ann";
    std::vector<Ignored> ignored;
    const auto actor = read_actor(tree, &ignored);
    REQUIRE(actor);
    CHECK_FALSE(actor->inbox);
    CHECK_FALSE(actor->shared_inbox);
    CHECK_FALSE(actor->followers);
    CHECK_FALSE(actor->url);
    for (const char* field : {"inbox", "sharedInbox", "followers", "url"})
        CHECK(noted(ignored, field));
}

TEST_CASE("an actor's keys are its own, by list or alone, in PEM or multibase") {
    auto tree = person();
    tree["publicKey"] = {
        {{"id", kKeyId}, {"owner", kActor}, {"publicKeyPem", rsa_key().public_key().to_pem()}},
        {{"id", "https://a.example/k"},
         {"owner", "https://b.example/users/pat"},
         {"publicKeyPem", rsa_key().public_key().to_pem()}},
        {{"id", "https://a.example/weak"}, {"owner", kActor}, {"publicKeyPem", "no key"}}
    };
    tree["assertionMethod"] = {
        {"id", kEdKeyId},
        {"type", "Multikey"},
        {"controller", kActor},
        {"publicKeyMultibase", ed_key().public_key().to_multibase()}
    };
    std::vector<Ignored> ignored;
    const auto actor = read_actor(tree, &ignored);
    REQUIRE(actor);
    REQUIRE(actor->keys.size() == 2);
    CHECK(actor->keys[0].id.str() == kKeyId);
    CHECK(actor->proof_keys == std::vector<std::string>{kEdKeyId});
    CHECK(noted(ignored, "publicKey"));
}

TEST_CASE("profile fields are capped and aliases may be one string") {
    auto tree = person();
    for (int i = 0; i < 2000; ++i)
        tree["attachment"].push_back({{"type", "PropertyValue"}, {"name", "n"}, {"value", "v"}});
    tree["summary"] = std::string(1024 * 1024, 'x');
    tree["alsoKnownAs"] = "https://old.example/ann";
    const auto actor = read_actor(tree);
    REQUIRE(actor);
    CHECK(actor->fields.size() == 10);
    CHECK(actor->summary.size() == 16 * 1024);
    CHECK(actor->also_known_as == std::vector<std::string>{"https://old.example/ann"});
}

TEST_CASE("the smallest plain file of a video is taken, never its torrent or playlist") {
    auto tree = note();
    tree["type"] = "Video";
    tree["name"] = "Otters";
    tree["url"] = {
        {{"type", "Link"},
         {"mediaType", "application/x-mpegURL"},
         {"href", "https://a.example/v.m3u8"}},
        {{"type", "Link"},
         {"mediaType", "video/mp4"},
         {"href", "https://a.example/720.mp4"},
         {"height", 720}},
        {{"type", "Link"},
         {"mediaType", "video/mp4"},
         {"href", "https://a.example/360.mp4"},
         {"height", 360}},
        {{"type", "Link"}, {"mediaType", "text/html"}, {"href", "https://a.example/watch"}}
    };
    const auto video = read(tree);
    CHECK(video.url->str() == "https://a.example/watch");
    REQUIRE(video.attachments.size() == 1);
    CHECK(video.attachments[0].url == "https://a.example/360.mp4");
    CHECK(video.attachments[0].media_type == "video/mp4");
}

TEST_CASE("an Undo's stub without actor is the actor's own; another's stays another's") {
    json undo{
        {"type", "Undo"},
        {"actor", kActor},
        {"object", {{"type", "Follow"}, {"object", "https://b.example/u"}}}
    };
    auto read = read_activity(undo);
    REQUIRE(read);
    REQUIRE(read->object.activity);
    CHECK(read->object.activity->actor.str() == kActor);
    undo["object"]["actor"] = "https://b.example/users/pat";
    read = read_activity(undo);
    REQUIRE(read);
    CHECK(read->object.activity->actor.str() == "https://b.example/users/pat");
    undo["type"] = "Accept";
    undo["object"].erase("actor");
    read = read_activity(undo);
    REQUIRE(read);
    CHECK_FALSE(read->object.activity);
}

TEST_CASE("several poll votes may come in one Create") {
    json vote{
        {"type", "Note"},
        {"id", "https://a.example/v/1"},
        {"name", "yes"},
        {"attributedTo", kActor},
        {"inReplyTo", "https://b.example/q"}
    };
    json other = vote;
    other["id"] = "https://a.example/v/2";
    const auto read = read_activity(create({vote, other}));
    REQUIRE(read);
    CHECK(read->objects.size() == 2);
    REQUIRE(read->more_objects.size() == 1);
    CHECK(read->more_objects[0].object->name == "yes");
}

TEST_CASE("wrong types everywhere are refused or left out, never fatal") {
    const json values = {
        nullptr, 5, -1.5, true, "", "x", json::array(), json::object(), {1, 2}, {{"x", 1}}
    };
    const std::vector<std::string> properties = {"id",          "type",         "actor",
                                                 "object",      "attributedTo", "content",
                                                 "contentMap",  "name",         "summary",
                                                 "to",          "cc",           "tag",
                                                 "attachment",  "url",          "icon",
                                                 "image",       "inReplyTo",    "context",
                                                 "replies",     "published",    "oneOf",
                                                 "endTime",     "closed",       "source",
                                                 "sensitive",   "publicKey",    "assertionMethod",
                                                 "endpoints",   "inbox",        "alsoKnownAs",
                                                 "generator",   "quoteUrl",     "language",
                                                 "votersCount", "target",       "formerType"};
    for (const auto& property : properties) {
        for (const json& value : values) {
            for (json tree : {note(), person(), create(note())}) {
                tree[property] = value;
                if (const auto object = read_object(tree)) CHECK_FALSE(object->type.empty());
                if (const auto actor = read_actor(tree)) CHECK(is_actor_type(actor->type));
                if (const auto activity = read_activity(tree))
                    CHECK_FALSE(activity->actor.str().empty());
            }
        }
    }
}
