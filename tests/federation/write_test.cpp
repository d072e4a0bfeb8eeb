// SPDX-License-Identifier: Apache-2.0
#include "federation/write.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "federation/addressing.hpp"
#include "federation/proofs.hpp"
#include "federation/read.hpp"
#include "tests/federation/signing.hpp"

using namespace outboard;
using namespace outboard::federation;
using namespace outboard::tests;

namespace {

Iri iri(const std::string& text) { return *Iri::parse(text); }
const std::string kActor = "https://a.example/users/ann";

/// An object with everything that is modelled.
Object full_object() {
    Object out;
    out.id = iri("https://a.example/users/ann/statuses/1");
    out.type = "Question";
    out.attributed_to = iri(kActor);
    out.also_attributed_to = {iri("https://a.example/users/abe")};
    out.name = "Reeds";
    out.content = "<p>Which <b>reeds</b>?</p>";
    out.summary = "plants";
    out.language = "en";
    out.source = "Which **reeds**?";
    out.source_media_type = "text/markdown";
    out.url = iri("https://a.example/@ann/1");
    out.in_reply_to = iri("https://b.example/n/1");
    out.context = iri("https://a.example/contexts/1");
    out.conversation = "tag:a.example,2026:1";
    out.quote = iri("https://b.example/n/2");
    out.quote_authorization = iri("https://b.example/stamps/2");
    out.replies = iri("https://a.example/users/ann/statuses/1/replies");
    out.likes = iri("https://a.example/users/ann/statuses/1/likes");
    out.shares = iri("https://a.example/users/ann/statuses/1/shares");
    out.group = iri("https://c.example/groups/ponds");
    out.image = "https://a.example/m/head.png";
    out.audience = address(
        Visibility::Public, iri(kActor + "/followers"), {iri("https://b.example/users/bo")}
    );
    out.sensitive = true;
    out.published = kNow;
    out.updated = kNow + std::chrono::hours(1);
    out.mentions = {{iri("https://b.example/users/bo"), "@bo@b.example"}};
    out.hashtags = {{"reeds", "https://a.example/tags/reeds"}, {"bare"}};
    out.emoji = {{"heron", "https://a.example/e/heron.png", "https://a.example/e/1"}};
    out.attachments = {
        {"Image",
         "image/png",
         "https://a.example/m/1.png",
         "a weir",
         "LKO2?U%2Tw=w",
         640,
         480,
         std::array<double, 2>{0.5, -0.25}},
        {"Video", "video/mp4", "https://a.example/m/2.mp4", ""}
    };
    out.options = {{"reeds", 3}, {"rushes", 0}};
    out.multiple_choice = true;
    out.closes = kNow + std::chrono::hours(24);
    out.voters = 3;
    return out;
}

/// Names used in a document, outside @context.
void collect(const json& value, std::set<std::string>& names) {
    if (value.is_object()) {
        for (const auto& [key, inner] : value.items()) {
            if (key == "@context" || key == "contentMap" || key == "proof") continue;
            names.insert(key);
            if (key == "type" && inner.is_string()) names.insert(inner.get<std::string>());
            collect(inner, names);
        }
    } else if (value.is_array()) {
        for (const json& inner : value) collect(inner, names);
    }
}

/// What AS2 and security/v1 define of what we write.
const std::set<std::string> kStandard = {
    "id",          "type",       "attributedTo", "name",       "content",
    "summary",     "source",     "mediaType",    "url",        "inReplyTo",
    "context",     "replies",    "likes",        "shares",     "audience",
    "image",       "to",         "cc",           "published",  "updated",
    "tag",         "href",       "icon",         "attachment", "width",
    "height",      "oneOf",      "anyOf",        "endTime",    "totalItems",
    "deleted",     "formerType", "actor",        "object",     "preferredUsername",
    "inbox",       "outbox",     "followers",    "following",  "endpoints",
    "sharedInbox", "generator",  "publicKey",    "owner",      "publicKeyPem",
    "Note",        "Question",   "Image",        "Video",      "Mention",
    "Link",        "Collection", "Tombstone",    "Person",     "Application",
    "Create"
};

void check_defined(const json& document) {
    std::set<std::string> names;
    collect(document, names);
    json defined = json::object();
    for (const json& part : document["@context"]) {
        if (part.is_object()) defined.update(part);
    }
    for (const auto& name : names) {
        CAPTURE(name);
        CHECK((kStandard.contains(name) || defined.contains(name)));
    }
    for (const auto& [name, meaning] :
         defined.items()) {  // prefixes of inline terms are defined too
        const auto id =
            meaning.is_object() ? meaning["@id"].get<std::string>() : meaning.get<std::string>();
        const auto prefix = id.substr(0, id.find(':'));
        CAPTURE(id);
        CHECK((prefix == "http" || prefix == "https" || prefix == "as" || defined.contains(prefix))
        );
    }
}

Actor full_actor() {
    Actor out{.id = iri(kActor), .type = "Person"};
    out.username = "ann";
    out.name = "Ann";
    out.summary = "<p>hello</p>";
    out.url = iri("https://a.example/@ann");
    out.inbox = iri(kActor + "/inbox");
    out.outbox = iri(kActor + "/outbox");
    out.followers = iri(kActor + "/followers");
    out.following = iri(kActor + "/following");
    out.featured = iri(kActor + "/collections/featured");
    out.shared_inbox = iri("https://a.example/inbox");
    out.icon = "https://a.example/m/icon.png";
    out.image = "https://a.example/m/head.png";
    out.emoji = {{"heron", "https://a.example/e/heron.png", ""}};
    out.also_known_as = {"https://old.example/ann"};
    out.moved_to = iri("https://new.example/ann");
    out.locked = true;
    out.discoverable = true;
    out.indexable = true;
    out.webfinger = "ann@example.org";
    out.fields = {{"Home", "<a href=\"https://ann.example\">ann.example</a>"}};
    out.published = kNow;
    out.takes_rfc9421 = true;
    return out;
}

PublishedKeys full_keys() {
    return {
        kKeyId, rsa_key().public_key().to_pem(), kEdKeyId, ed_key().public_key().to_multibase()
    };
}

}  // namespace

TEST_CASE("what is written of an object is read back the same") {
    const auto object = full_object();
    const auto read = read_object(write_object(object));
    REQUIRE(read);
    CHECK((*read == object));
    CHECK(write_object(*read) == write_object(object));

    Object plain;
    plain.id = object.id;
    plain.attributed_to = object.attributed_to;
    plain.content = "<p>x</p>";
    const auto again = read_object(write_object(plain));
    REQUIRE(again);
    CHECK((*again == plain));
}

TEST_CASE("every term that is written is defined in its context, and none besides") {
    check_defined(write_object(full_object()));
    check_defined(write_tombstone(iri("https://a.example/1"), "Note", kNow));
    const auto statement = identity_statement(ed_key(), kActor, kNow);
    check_defined(write_actor(full_actor(), full_keys(), {statement}, "https://a.example/about"));
    Object plain;
    plain.content = "<p>x</p>";
    const auto context = write_object(plain)["@context"];
    CHECK(context.back() == json{{"sensitive", "as:sensitive"}});
}

TEST_CASE("a document is written the same each time, so that signed bytes stay comparable") {
    CHECK(write_json(write_object(full_object())) == write_json(write_object(full_object())));
}

TEST_CASE("an object carries ids of its collections, never their counts") {
    const auto written = write_object(full_object());
    for (const char* property : {"replies", "likes", "shares", "context"})
        CHECK(written[property].is_string());
}

TEST_CASE("what is written of an actor is read back the same, with its keys") {
    const auto actor = full_actor();
    const auto statement = identity_statement(ed_key(), kActor, kNow);
    const auto written = write_actor(actor, full_keys(), {statement}, "https://a.example/about");
    const auto read = read_actor(written);
    REQUIRE(read);
    CHECK(read->id == actor.id);
    CHECK(read->username == actor.username);
    CHECK(read->name == actor.name);
    CHECK(read->summary == actor.summary);
    CHECK(read->url == actor.url);
    CHECK(read->inbox == actor.inbox);
    CHECK(read->outbox == actor.outbox);
    CHECK(read->followers == actor.followers);
    CHECK(read->following == actor.following);
    CHECK(read->featured == actor.featured);
    CHECK(read->shared_inbox == actor.shared_inbox);
    CHECK(read->icon == actor.icon);
    CHECK(read->image == actor.image);
    CHECK(read->emoji == actor.emoji);
    CHECK(read->also_known_as == actor.also_known_as);
    CHECK(read->moved_to == actor.moved_to);
    CHECK(read->locked);
    CHECK(read->discoverable);
    CHECK(read->indexable);
    CHECK(read->webfinger == actor.webfinger);
    CHECK(read->fields == actor.fields);
    CHECK(read->published == actor.published);
    CHECK(read->takes_rfc9421);
    REQUIRE(read->keys.size() == 2);
    CHECK(read->keys[0].key.to_pem() == rsa_key().public_key().to_pem());
    CHECK(read->proof_keys == std::vector<std::string>{kEdKeyId});
    REQUIRE(read->identity_statements.size() == 1);
    CHECK(check_identity_statement(*read_json(read->identity_statements[0]), kActor));
    CHECK(written["generator"]["implements"][0]["name"] == "RFC-9421: HTTP Message Signatures");
}

TEST_CASE("an activity holds a signed object as it is, proof and context included") {
    auto object = write_object(full_object());
    REQUIRE(add_proof(object, ed_key(), kEdKeyId, kNow));
    const auto activity = write_activity(
        "Create", "https://a.example/act/1", kActor, object, full_object().audience, kNow
    );
    CHECK(activity["object"] == object);
    CHECK(activity["@context"] == object["@context"]);
    const auto proof = read_proof(activity["object"]);
    REQUIRE(proof);
    REQUIRE(*proof);
    CHECK(check_proof(**proof, ed_key().public_key()));
    const auto read = read_activity(activity);
    REQUIRE(read);
    CHECK(read->object.object->has_proof);
    CHECK(read->audience == full_object().audience);
}

TEST_CASE("a link is written as its id, and an empty audience not at all") {
    const auto activity =
        write_activity("Follow", "https://a.example/f/1", kActor, "https://b.example/users/bo", {});
    CHECK(activity["object"] == "https://b.example/users/bo");
    CHECK_FALSE(activity.contains("to"));
    CHECK_FALSE(activity.contains("published"));
}
