// SPDX-License-Identifier: Apache-2.0
#include "federation/gate.hpp"

#include <doctest/doctest.h>

#include "tests/federation/gate_world.hpp"

using namespace outboard;
using namespace outboard::federation;
using namespace outboard::tests;

namespace {

const std::string kPatKey = kPat + "#main-key", kPamKey = kPam + "#main-key",
                  kEveKey = kEve + "#main-key";

Request from_pat(const json& activity) { return delivery(activity.dump(), kPatKey, peer_key()); }
Request from_pam(const json& activity) { return delivery(activity.dump(), kPamKey, pam_key()); }
Request from_eve(const json& activity) { return delivery(activity.dump(), kEveKey, evil_key()); }
json pats_create() { return activity_of("Create", kPat, note_of(kPat, kPat + "/n/1")); }
bool starts(const std::string& text, const std::string& with) { return text.rfind(with, 0) == 0; }

}  // namespace

TEST_CASE("a delivery signed by its actor is verified after one fetch, and then without any") {
    World world;
    for (const auto scheme : {SignatureScheme::DraftCavage, SignatureScheme::Rfc9421}) {
        const auto request = delivery(pats_create().dump(), kPatKey, peer_key(), scheme);
        world.cache.clear();
        CHECK(judge(world, request) == "verified");
        CHECK(world.fetches == std::vector<std::string>{kPat});
        world.remember(kPatKey, kPat, peer_key());
        CHECK(judge(world, request) == "verified");
        CHECK(world.fetches.empty());
    }
}

TEST_CASE("the actor fetched for its key comes with the delivery, to be stored") {
    World world;
    const auto request = from_pat(pats_create());
    auto step = world.drive([&](const Documents& documents) {
        return world.gate().check(request, world.find_key(), documents, kNow);
    });
    REQUIRE(std::holds_alternative<Judgement>(step));
    const auto& verified = std::get<Verified<Delivery>>(std::get<Judgement>(step));
    REQUIRE(verified->fetched_actor);
    CHECK(verified->fetched_actor->id.str() == kPat);
    CHECK(verified->key_id == kPatKey);
    const auto object = Gate::embedded(verified);
    REQUIRE(object);
    CHECK((*object)->attributed_to->str() == kPat);
}

TEST_CASE("an unsigned delivery is refused whatever it holds") {
    World world;
    Request request{
        .method = "POST",
        .target = "/inbox",
        .headers = {{"Host", "node.example"}},
        .body = R"({"type":"Frobnicate"})"
    };
    CHECK(starts(judge(world, request), "401"));
    CHECK(world.fetches.empty());
    request.method = "GET";
    CHECK(starts(judge(world, request), "400"));
}

TEST_CASE("types without effect here are taken politely, and only with a good signature") {
    World world;
    for (const char* type : {"View", "Frobnicate", "Note", "Person", "Listen"}) {
        CAPTURE(type);
        auto activity = pats_create();
        activity["type"] = type;
        CHECK(judge(world, from_pat(activity)) == "nothing");
        world.remember(kPatKey, kPat, peer_key());
        CHECK(judge(world, from_pat(activity)) == "nothing");
        CHECK(world.fetches.empty());
        world.cache.clear();
        const auto forged = delivery(activity.dump(), kPatKey, evil_key());
        CHECK(starts(judge(world, forged), "401"));
        auto broken = from_pat(activity);
        broken.body += " ";
        CHECK(starts(judge(world, broken), "401"));
        CHECK(starts(judge(world, delivery(activity.dump(), kEveKey, peer_key())), "401"));
    }
}

TEST_CASE("the signer must be the actor, neighbours included") {
    World world;
    CHECK(starts(judge(world, from_pam(pats_create())), "401"));
    CHECK(starts(judge(world, from_eve(pats_create())), "401"));
    CHECK(world.fetches.empty());  // another host's key is not even asked for
    world.remember(kPamKey, kPam, pam_key());
    CHECK(starts(judge(world, from_pam(pats_create())), "401"));
    CHECK(world.fetches.empty());
    world.remember(kEveKey, kEve, evil_key());
    CHECK(starts(judge(world, from_eve(pats_create())), "401"));
}

TEST_CASE("a wrong signature is refused after the key was asked for once more") {
    World world;
    world.remember(kPatKey, kPat, peer_key());
    const auto forged = delivery(pats_create().dump(), kPatKey, evil_key());
    CHECK(starts(judge(world, forged), "401"));
    CHECK(world.fetches == std::vector<std::string>{kPat});
}

TEST_CASE("a rotated key is accepted after one fetch") {
    World world;
    world.remember(kPatKey, kPat, pam_key());  // what we remember is old
    CHECK(judge(world, from_pat(pats_create())) == "verified");
    CHECK(world.fetches == std::vector<std::string>{kPat});
}

TEST_CASE("a new key cannot introduce itself") {
    World world;
    auto document = actor_document(kPat, evil_key());
    document["publicKey"]["id"] = kPat + "#key-2";
    const auto update = activity_of("Update", kPat, document);
    CHECK(starts(judge(world, delivery(update.dump(), kPat + "#key-2", evil_key())), "401"));
}

TEST_CASE("a key document counts only as its owner's own document says") {
    World world;
    const std::string key_id = kPeer + "/keys/1";
    const auto key_document = [&](const std::string& id, const std::string& owner) {
        return json{
            {"id", id},
            {"type", "CryptographicKey"},
            {"owner", owner},
            {"publicKeyPem", peer_key().public_key().to_pem()}
        };
    };
    const auto request = delivery(pats_create().dump(), key_id, peer_key());
    auto pat = actor_document(kPat, peer_key());
    pat["publicKey"]["id"] = key_id;

    SUBCASE("listed by its owner: two fetches") {
        world.serve(key_id, key_document(key_id, kPat));
        world.serve(kPat, pat);
        CHECK(judge(world, request) == "verified");
        CHECK(world.fetches == std::vector<std::string>{key_id, kPat});
    }
    SUBCASE("under a stub actor, as GoToSocial serves it") {
        world.serve(key_id, pat);
        world.serve(kPat, pat);
        CHECK(judge(world, request) == "verified");
    }
    SUBCASE("not listed by its owner") {
        world.serve(key_id, key_document(key_id, kPat));
        CHECK(starts(judge(world, request), "401"));
    }
    SUBCASE("under another id than was asked for") {
        world.serve(key_id, key_document(kPatKey, kPat));
        world.serve(kPat, pat);
        CHECK(starts(judge(world, request), "401"));
    }
    SUBCASE("owned by another actor") {
        world.serve(key_id, key_document(key_id, kPam));
        world.serve(kPat, pat);
        CHECK(starts(judge(world, request), "401"));
    }
    SUBCASE("whose owner is on another host") {
        world.serve(key_id, key_document(key_id, kEve));
        CHECK(starts(judge(world, request), "401"));
        CHECK(world.fetches == std::vector<std::string>{key_id});
    }
    SUBCASE("served as a plain file") {
        world.serve(key_id, key_document(key_id, kPat), "application/json");
        world.serve(kPat, pat);
        CHECK(starts(judge(world, request), "401"));
    }
    SUBCASE("redirected to another host") {
        world.network.insert_or_assign(
            key_id, served(kEvil + "/keys/1", key_document(key_id, kPat))
        );
        world.serve(kPat, pat);
        CHECK(starts(judge(world, request), "401"));
    }
    SUBCASE("whose owner is served by another host") {
        world.serve(key_id, key_document(key_id, kPat));
        world.network.insert_or_assign(kPat, served(kEvil + "/pat", pat));
        CHECK(starts(judge(world, request), "401"));
    }
    SUBCASE("that cannot be had") { CHECK(starts(judge(world, request), "401")); }
}

TEST_CASE("an actor whose key names another owner is refused") {
    World world;
    auto document = actor_document(kPat, peer_key());
    document["publicKey"]["owner"] = kPam;
    world.serve(kPat, document);
    CHECK(starts(judge(world, from_pat(pats_create())), "401"));
}

TEST_CASE("key ids that are no key's address cause no request") {
    World world;
    const std::vector<std::string> ids = {
        "acct:pat@peer.example",
        "data:text/plain,x",
        "did:key:z6MkExample",
        "http://peer.example/users/pat#main-key",
        "/users/pat#main-key",
        "x",
        kPeer + "/" + std::string(64 * 1024, 'a'),
        kNode + "/users/ann#main-key"
    };
    for (const auto& id : ids) {
        CAPTURE(id.substr(0, 60));
        const auto verdict = judge(world, delivery(pats_create().dump(), id, peer_key()));
        CHECK((starts(verdict, "401") || starts(verdict, "400")));
        CHECK(world.fetches.empty());
    }
}

TEST_CASE("a key that its actor names elsewhere is taken once the host knows it") {
    World world;
    const std::string key_id = "https://keys.example/pat";
    world.remember(key_id, kPat, peer_key());
    CHECK(judge(world, delivery(pats_create().dump(), key_id, peer_key())) == "verified");
}

TEST_CASE("a forwarded activity with its actor's proof is accepted, whoever carries it") {
    World world;
    auto activity = pats_create();
    REQUIRE(add_proof(activity, pat_proof_key(), kPat + "#ed25519-key", kNow));
    CHECK(judge(world, from_eve(activity)) == "proved");
    CHECK(world.fetches == std::vector<std::string>{kPat});
    world.remember(kPat + "#ed25519-key", kPat, pat_proof_key());
    CHECK(judge(world, from_eve(activity)) == "proved");
    CHECK(world.fetches.empty());
    world.remember(kPatKey, kPat, peer_key());
    CHECK(judge(world, from_pat(activity)) == "proved");

    SUBCASE("not when a word was changed") {
        activity["object"]["content"] = "<p>y</p>";
        CHECK(starts(judge(world, from_eve(activity)), "401"));
        CHECK(starts(judge(world, from_pat(activity)), "401"));  // P3: an invalid proof rejects
    }
    SUBCASE("not when the proof is the carrier's own") {
        activity = pats_create();
        REQUIRE(add_proof(activity, ed_key(), kEve + "#ed25519-key", kNow));
        CHECK(starts(judge(world, from_eve(activity)), "401"));
    }
    SUBCASE("not by a neighbour's key") {
        activity = pats_create();
        REQUIRE(add_proof(activity, ed_key(), kPam + "#ed25519-key", kNow));
        world.remember(kPam + "#ed25519-key", kPam, ed_key());
        CHECK(starts(judge(world, from_eve(activity)), "401"));
    }
    SUBCASE("not for another purpose") {
        activity["proof"]["proofPurpose"] = "authentication";
        const auto verdict = judge(world, from_eve(activity));
        CHECK((starts(verdict, "400") || starts(verdict, "401")));
    }
    SUBCASE("not when it has expired") {
        world.cache.clear();
        activity["proof"]["expires"] = "2020-01-01T00:00:00Z";
        const auto verdict = judge(world, from_eve(activity));
        CHECK((starts(verdict, "400") || starts(verdict, "401")));
    }
    SUBCASE("an RSA key of the actor makes no proofs") {
        world.cache.clear();
        auto document = actor_document(kPat, peer_key());
        document.erase("assertionMethod");
        document["publicKey"] = {
            {{"id", kPatKey}, {"owner", kPat}, {"publicKeyPem", peer_key().public_key().to_pem()}},
            {{"id", kPat + "#ed25519-key"},
             {"owner", kPat},
             {"publicKeyMultibase", pat_proof_key().public_key().to_multibase()}}
        };
        world.serve(kPat, document);
        CHECK(starts(judge(world, from_eve(activity)), "401"));
    }
}

TEST_CASE("a proof whose key is not held yet does not make a signed delivery wait") {
    World world;
    world.remember(kPatKey, kPat, peer_key());
    auto activity = pats_create();
    REQUIRE(add_proof(activity, pat_proof_key(), kPat + "#ed25519-key", kNow));
    CHECK(judge(world, from_pat(activity)) == "verified");
    CHECK(world.fetches.empty());
}

TEST_CASE(
    "an embedded Linked Data signature is no authority: at most a hint, by a sender who is who "
    "they say"
) {
    World world;
    auto activity = pats_create();
    activity["signature"] = {
        {"type", "RsaSignature2017"}, {"creator", kPatKey}, {"signatureValue", "AAAA"}
    };
    CHECK(judge(world, from_eve(activity)) == "hint");
    const auto forged = delivery(activity.dump(), kEveKey, pam_key());
    CHECK(starts(judge(world, forged), "401"));
    activity.erase("id");
    CHECK(starts(judge(world, from_eve(activity)), "401"));
}

TEST_CASE("ids and owners that do not belong together are refused, seen without the store") {
    World world;
    const auto refused = [&](const json& activity) {
        return starts(judge(world, from_eve(activity)), "403");
    };
    const auto eves = [&](const std::string& type, const json& object) {
        return activity_of(type, kEve, object);
    };
    auto foreign_id = eves("Create", note_of(kEve, kEve + "/n/1"));
    foreign_id["id"] = kPat + "/act/9";
    CHECK(refused(foreign_id));
    CHECK(refused(eves("Create", note_of(kEve, kPat + "/n/1"))));
    CHECK(refused(eves("Create", note_of(kPat, kEve + "/n/1"))));
    CHECK(refused(eves("Create", note_of(kEve, kNode + "/users/ann/n/9"))));
    CHECK(refused(eves("Update", note_of(kEve, kPat + "/n/1"))));
    CHECK(refused(eves("Update", actor_document(kEvil + "/users/mal", evil_key()))));
    CHECK(refused(eves("Delete", kPat + "/n/1")));
    CHECK(refused(eves("Delete", kPat)));
    CHECK(refused(eves("Delete", {{"type", "Tombstone"}, {"id", kPat + "/n/1"}})));
    CHECK(refused(eves("Undo", activity_of("Follow", kPat, kNode + "/users/ann"))));
    CHECK(refused(eves("Undo", kPat + "/likes/1")));
    CHECK(refused(eves("Accept", activity_of("Follow", kNode + "/users/ann", kPat))));
    CHECK(refused(eves("Reject", activity_of("Follow", kNode + "/users/ann", kPat))));
    CHECK(refused(eves("Accept", activity_of("Follow", kEve, kNode + "/users/bea"))));
    CHECK(refused(eves("Accept", activity_of("Offer", kEve, kNode + "/users/bea"))));
    auto move = eves("Move", kPat);
    move["target"] = kEve;
    CHECK(refused(move));
    auto add = eves("Add", kEve + "/n/1");
    add["target"] = kPat + "/featured";
    CHECK(refused(add));
    add["type"] = "Remove";
    CHECK(refused(add));
    CHECK(world.fetches.empty());
    // The neighbour who leaves the author in place.
    CHECK(starts(
        judge(world, from_pam(activity_of("Update", kPam, note_of(kPat, kPat + "/n/1")))), "403"
    ));
}

TEST_CASE("a request is answered by the one it asks, and a relay for Public") {
    World world;
    const auto follow = [](const std::string& whom) {
        return activity_of("Follow", kNode + "/users/ann", whom);
    };
    CHECK(judge(world, from_pat(activity_of("Accept", kPat, follow(kPat)))) == "verified");
    CHECK(
        judge(world, from_pat(activity_of("Accept", kPat, follow(std::string(kPublic))))) ==
        "verified"
    );
    CHECK(judge(world, from_pat(activity_of("Reject", kPat, kNode + "/follows/1"))) == "verified");
    CHECK(starts(judge(world, from_pat(activity_of("Accept", kPat, follow(kPam)))), "403"));
}

TEST_CASE("what an activity is about must be there") {
    World world;
    for (const char* type :
         {"Create",
          "Update",
          "Delete",
          "Follow",
          "Like",
          "Announce",
          "Undo",
          "Accept",
          "Block",
          "Move",
          "Add",
          "Flag"}) {
        auto activity = activity_of(type, kPat, nullptr);
        activity.erase("object");
        CAPTURE(type);
        CHECK(starts(judge(world, from_pat(activity)), "400"));
    }
    auto graph =
        activity_of("Update", kPat, {{"@graph", json::array({note_of(kPat, kPat + "/n/1")})}});
    CHECK(starts(judge(world, from_pat(graph)), "400"));
}

TEST_CASE("the actor is the first author of what it makes, and nobody is author by being named") {
    World world;
    const auto authors_of = [&](const json& authors) {
        auto object = note_of(kPat, kPat + "/n/1");
        if (authors.is_null())
            object.erase("attributedTo");
        else
            object["attributedTo"] = authors;
        const auto request = from_pat(activity_of("Create", kPat, object));
        auto step = world.drive([&](const Documents& documents) {
            return world.gate().check(request, world.find_key(), documents, kNow);
        });
        REQUIRE(std::holds_alternative<Judgement>(step));
        return *std::get<Verified<Delivery>>(std::get<Judgement>(step))->activity.object.object;
    };
    CHECK(authors_of(nullptr).attributed_to->str() == kPat);
    const auto mixed = authors_of(json::array({kEve, kPat}));
    CHECK(mixed.attributed_to->str() == kPat);
    CHECK(mixed.also_attributed_to == std::vector<Iri>{iri(kEve)});
}

TEST_CASE("an embedded copy of another's object does not count") {
    World world;
    const auto announce = activity_of("Announce", kPat, note_of(kEve, kEve + "/n/1"));
    const auto request = from_pat(announce);
    auto step = world.drive([&](const Documents& documents) {
        return world.gate().check(request, world.find_key(), documents, kNow);
    });
    REQUIRE(std::holds_alternative<Judgement>(step));
    CHECK_FALSE(Gate::embedded(std::get<Verified<Delivery>>(std::get<Judgement>(step))));
}

TEST_CASE("nobody sends for our own actors") {
    World world;
    const auto claimed =
        activity_of("Create", kNode + "/users/ann", note_of(kNode + "/users/ann", kNode + "/n/1"));
    CHECK(starts(judge(world, from_eve(claimed)), "403"));
    CHECK(starts(
        judge(world, delivery(claimed.dump(), kNode + "/users/ann#main-key", evil_key())), "403"
    ));
}

TEST_CASE("blocked hosts are refused as senders and passed over as subjects") {
    World world;
    world.policy.is_blocked = [](std::string_view host) {
        return host == "evil.example" || host.ends_with(".evil.example");
    };
    CHECK(starts(judge(world, from_eve(activity_of("Follow", kEve, kNode + "/users/ann"))), "403"));
    const std::string sub = "https://a.evil.example/users/eve";
    world.serve(sub, actor_document(sub, evil_key()));
    CHECK(starts(
        judge(
            world,
            delivery(
                activity_of("Follow", sub, kNode + "/users/ann").dump(),
                sub + "#main-key",
                evil_key()
            )
        ),
        "403"
    ));
    CHECK(judge(world, from_pat(activity_of("Announce", kPat, kEve + "/n/1"))) == "nothing");
    CHECK(world.fetches.empty());
    auto quoting = note_of(kPat, kPat + "/n/1");
    quoting["quote"] = kEve + "/n/1";
    CHECK(judge(world, from_pat(activity_of("Create", kPat, quoting))) == "nothing");
    CHECK(judge(world, from_pat(activity_of("Flag", kPat, kEve))) == "verified");
}

TEST_CASE("the farewell of an actor: known or not, gone or missing") {
    World world;
    const auto farewell = activity_of("Delete", kPat, kPat);
    SUBCASE("of a stranger: taken without a fetch") {
        CHECK(judge(world, from_eve(activity_of("Delete", kEve, kEve))) == "nothing");
        CHECK(world.fetches.empty());
    }
    SUBCASE("signed with a key we hold") {
        world.remember(kPatKey, kPat, peer_key());
        CHECK(judge(world, from_pat(farewell)) == "verified");
        CHECK(world.fetches.empty());
    }
    SUBCASE("when the actor's host says that it is gone") {
        world.network.insert_or_assign(kPat, answered(kPat, 410));
        CHECK(judge(world, from_pat(farewell)) == "absent");
    }
    SUBCASE("when its host knows nothing") {
        world.network.erase(kPat);
        CHECK(judge(world, from_pat(farewell)) == "nothing");
    }
    SUBCASE("when its host is down") {
        world.network.insert_or_assign(kPat, answered(kPat, 500));
        CHECK(starts(judge(world, from_pat(farewell)), "401"));
    }
    SUBCASE("by a neighbour whose own key is gone") {
        world.network.insert_or_assign(kPam, answered(kPam, 410));
        const auto verdict = judge(world, delivery(farewell.dump(), kPamKey, pam_key()));
        CHECK(starts(verdict, "401"));
    }
}

TEST_CASE("a signed GET names its reader, an unsigned one nobody, a wrong one is refused") {
    World world;
    const auto read = [&](Request request) {
        return world.drive([&](const Documents& documents) {
            return world.gate().check_reader(request, world.find_key(), documents, kNow);
        });
    };
    Request request{
        .method = "GET",
        .target = "/users/ann/statuses/1",
        .headers = {{"Host", "node.example"}},
        .body = ""
    };
    auto unsigned_read = read(request);
    REQUIRE(std::holds_alternative<std::optional<KnownKey>>(unsigned_read));
    CHECK_FALSE(std::get<std::optional<KnownKey>>(unsigned_read));
    sign(
        request, {kPatKey, peer_key()}, SignatureScheme::DraftCavage, "https", "node.example", kNow
    );
    auto signed_read = read(request);
    REQUIRE(std::holds_alternative<std::optional<KnownKey>>(signed_read));
    CHECK(std::get<std::optional<KnownKey>>(signed_read)->owner.str() == kPat);
    sign(
        request, {kPatKey, evil_key()}, SignatureScheme::DraftCavage, "https", "node.example", kNow
    );
    CHECK(std::holds_alternative<Error>(read(request)));
    world.policy.is_blocked = [](std::string_view host) { return host == "peer.example"; };
    sign(
        request, {kPatKey, peer_key()}, SignatureScheme::DraftCavage, "https", "node.example", kNow
    );
    auto blocked = read(request);
    REQUIRE(std::holds_alternative<Error>(blocked));
    CHECK(std::get<Error>(blocked).code == Code::Forbidden);
}
