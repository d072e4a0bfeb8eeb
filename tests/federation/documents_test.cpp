// SPDX-License-Identifier: Apache-2.0
// What the Gate takes of documents it asked for: actors, objects, activities, handles, collections.
#include <doctest/doctest.h>

#include "federation/discovery/collection.hpp"
#include "federation/discovery/webfinger.hpp"
#include "tests/federation/gate_world.hpp"

using namespace outboard;
using namespace outboard::federation;
using namespace outboard::tests;

namespace {

template <class T>
std::string verdict(const Step<T>& step) {
    if (const auto* error = std::get_if<Error>(&step)) return error->shown;
    return std::holds_alternative<Needs>(step) ? "needs" : "taken";
}
template <class T>
Code code(const Step<T>& step) {
    REQUIRE(std::holds_alternative<Error>(step));
    return std::get<Error>(step).code;
}

auto object(World& world, const std::string& address) {
    return world.drive([&](const Documents& documents) {
        return world.gate().take_object(iri(address), documents, world.find_key());
    });
}
auto actor(World& world, const std::string& address) {
    return world.drive([&](const Documents& documents) {
        return world.gate().take_actor(iri(address), documents);
    });
}
auto activity(World& world, const std::string& address) {
    return world.drive([&](const Documents& documents) {
        return world.gate().take_activity(iri(address), documents, world.find_key());
    });
}
auto handle(World& world, const std::string& user, const std::string& domain) {
    return world.drive([&](const Documents& documents) {
        return world.gate().find_handle(user, domain, documents);
    });
}
auto collection(World& world, const std::string& address, CollectionBudget budget = {}) {
    return world.drive([&](const Documents& documents) {
        return read_collection(iri(address), documents, budget);
    });
}

const std::string kNote = kPat + "/n/1";

std::string finger(const std::string& user, const std::string& domain) {
    return "https://" + domain + "/.well-known/webfinger?resource=acct%3A" + user + "%40" + domain;
}
void answer(
    World& world,
    const std::string& user,
    const std::string& domain,
    const std::string& subject,
    const std::string& self
) {
    world.serve(
        finger(user, domain),
        {{"subject", "acct:" + subject},
         {"links", {{{"rel", "self"}, {"type", "application/activity+json"}, {"href", self}}}}},
        "application/jrd+json"
    );
}
std::string canonical(const Step<Verified<Actor>>& step) {
    REQUIRE(std::holds_alternative<Verified<Actor>>(step));
    return std::get<Verified<Actor>>(step)->webfinger;
}

}  // namespace

TEST_CASE("an object is taken from the address its id names") {
    World world;
    world.serve(kNote, note_of(kPat, kNote));
    auto step = object(world, kNote);
    REQUIRE(std::holds_alternative<Verified<Object>>(step));
    CHECK(std::get<Verified<Object>>(step)->id->str() == kNote);
    CHECK(world.fetches.size() == 1);
}

TEST_CASE("a document that names another id is asked for once more, by that id") {
    World world;
    world.serve(kPeer + "/@pat/1", note_of(kPat, kNote));
    world.serve(kNote, note_of(kPat, kNote));
    CHECK(verdict(object(world, kPeer + "/@pat/1")) == "taken");
    CHECK(world.fetches == std::vector<std::string>{kPeer + "/@pat/1", kNote});
    SUBCASE("and from the other host, when it is another's") {
        world.serve(kEvil + "/copy", note_of(kPat, kNote));
        CHECK(verdict(object(world, kEvil + "/copy")) == "taken");
        CHECK(world.fetches == std::vector<std::string>{kEvil + "/copy", kNote});
    }
    SUBCASE("and no third time") {
        world.serve(kNote, note_of(kPat, kPat + "/n/2"));
        CHECK(verdict(object(world, kPeer + "/@pat/1")) != "taken");
        CHECK(world.fetches.size() == 2);
    }
}

TEST_CASE("an object is refused that cannot be its owner's word") {
    World world;
    const auto refused = [&](const Fetched& fetched) {
        world.network.insert_or_assign(kNote, fetched);
        const auto text = verdict(object(world, kNote));
        CAPTURE(text);
        CHECK(text != "taken");
        CHECK(text != "needs");
    };
    refused(served(kNote, note_of(kPat, kNote), "application/json"));
    refused(served(kNote, note_of(kPat, kNote), "text/html"));
    refused(served(kNote, note_of(kPat, kNote), "application/ld+json"));
    refused(served(
        kNote, note_of(kPat, kNote), "application/ld+json; profile=\"https://other.example\""
    ));
    refused(served(kEvil + "/x", note_of(kPat, kNote)));  // redirected to another host
    refused(served(kNote, note_of(kEve, kNote)));
    refused(served(kNote, note_of(kPat, kNode + "/users/ann/n/1")));
    auto nameless = note_of(kPat, kNote);
    nameless.erase("id");
    refused(served(kNote, nameless));
    auto authorless = note_of(kPat, kNote);
    authorless.erase("attributedTo");
    refused(served(kNote, authorless));
    refused(served(kNote, actor_document(kPat, peer_key())));
    auto broken = served(kNote, json());
    for (const char* body : {"", "{", "[]", "\"x\"", "{}{}", "{\"id\":1,\"id\":2}"}) {
        broken.body = body;
        refused(broken);
    }
}

TEST_CASE("ld+json with the profile is taken, in any spelling of its parameters") {
    World world;
    for (const char* type :
         {"application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
          "Application/LD+JSON;charset=utf-8;Profile=https://www.w3.org/ns/activitystreams",
          "application/activity+json; charset=utf-8"}) {
        world.serve(kNote, note_of(kPat, kNote), type);
        CHECK(verdict(object(world, kNote)) == "taken");
    }
}

TEST_CASE("gone is gone, absent is not found, silence is unavailable") {
    World world;
    world.network.insert_or_assign(kNote, answered(kNote, 410));
    CHECK(code(object(world, kNote)) == Code::Gone);
    world.serve(kNote, {{"id", kNote}, {"type", "Tombstone"}});
    CHECK(code(object(world, kNote)) == Code::Gone);
    for (const int status : {404, 401, 403, 400, 406, 414, 451, 304}) {
        world.network.insert_or_assign(kNote, answered(kNote, status));
        CHECK(code(object(world, kNote)) == Code::NotFound);
    }
    for (const int status : {0, 408, 425, 429, 500, 503}) {
        world.network.insert_or_assign(kNote, answered(kNote, status));
        CHECK(code(object(world, kNote)) == Code::Unavailable);
    }
    world.serve(kPat, {{"id", kPat}, {"type", "Tombstone"}});
    CHECK(code(actor(world, kPat)) == Code::Gone);
}

TEST_CASE("what is never asked, and what never is an answer, is not called silence") {
    World world;
    auto unasked = answered(kNote, 0);
    const auto reasoned = [&](Code reason) {
        unasked.reason = reason;
        world.network.insert_or_assign(kNote, unasked);
        return code(object(world, kNote));
    };
    CHECK(reasoned(Code::Forbidden) == Code::Forbidden);
    CHECK(reasoned(Code::Invalid) == Code::Invalid);
    CHECK(reasoned(Code::TooLarge) == Code::Invalid);
    for (const auto reason : {Code::Unavailable, Code::RateLimited, Code::Internal})
        CHECK(reasoned(reason) == Code::Unavailable);

    auto finger_unasked = answered(finger("pat", "peer.example"), 0);
    finger_unasked.reason = Code::Forbidden;
    world.network.insert_or_assign(finger("pat", "peer.example"), finger_unasked);
    CHECK(code(handle(world, "pat", "peer.example")) == Code::Forbidden);
}

TEST_CASE("an object whose proof is wrong is refused, even from its own host") {
    World world;
    auto note = note_of(kPat, kNote);
    note["@context"] = "https://www.w3.org/ns/activitystreams";
    REQUIRE(add_proof(note, pat_proof_key(), kPat + "#ed25519-key", kNow));
    world.remember(kPat + "#ed25519-key", kPat, pat_proof_key());
    world.serve(kNote, note);
    CHECK(verdict(object(world, kNote)) == "taken");
    note["content"] = "<p>changed</p>";
    world.serve(kNote, note);
    CHECK(verdict(object(world, kNote)) != "taken");
}

TEST_CASE("an activity where an object was expected leads to the object") {
    World world;
    auto create = activity_of("Create", kPat, note_of(kPat, kNote));
    create["id"] = kNote + "/activity";
    world.serve(kNote + "/activity", create);
    world.serve(kNote, note_of(kPat, kNote));
    CHECK(verdict(object(world, kNote + "/activity")) == "taken");
    CHECK(world.fetches.back() == kNote);
}

TEST_CASE("blocked hosts are not asked, nor taken from after a redirect") {
    World world;
    world.policy.is_blocked = [](std::string_view host) { return host == "evil.example"; };
    CHECK(code(object(world, kEve + "/n/1")) == Code::Forbidden);
    CHECK(world.fetches.empty());
    world.network.insert_or_assign(kNote, served(kEve + "/n/1", note_of(kEve, kEve + "/n/1")));
    CHECK(code(object(world, kNote)) == Code::Forbidden);
    CHECK(code(handle(world, "eve", "evil.example")) == Code::Forbidden);
}

TEST_CASE("an actor is taken from its own address only") {
    World world;
    CHECK(verdict(actor(world, kPat)) == "taken");
    CHECK(verdict(actor(world, kPat + "#main-key")) == "taken");
    world.serve(kEvil + "/pat", actor_document(kPat, evil_key()));
    auto step = actor(world, kEvil + "/pat");
    REQUIRE(std::holds_alternative<Verified<Actor>>(step)
    );  // asked for again at its own host, with its own key
    CHECK(
        std::get<Verified<Actor>>(step)->keys[0].key.to_pem() == peer_key().public_key().to_pem()
    );
    world.network.insert_or_assign(kPat, served(kEvil + "/pat", actor_document(kPat, evil_key())));
    CHECK(verdict(actor(world, kPat)) != "taken");
    world.serve(kNote, note_of(kPat, kNote));
    CHECK(verdict(actor(world, kNote)) != "taken");
}

TEST_CASE("an activity is taken when it is its actor's, and says nothing for others") {
    World world;
    const std::string id = kPat + "/act/1";
    world.serve(id, activity_of("Announce", kPat, kEve + "/n/1"));
    CHECK(verdict(activity(world, id)) == "taken");
    world.serve(id, activity_of("Undo", kPat, activity_of("Follow", kEve, kPat)));
    CHECK(verdict(activity(world, id)) != "taken");
    auto foreign = activity_of("Announce", kEve, kPat + "/n/1");
    foreign["id"] = id;
    world.serve(id, foreign);
    CHECK(verdict(activity(world, id)) != "taken");
    world.serve(id, note_of(kPat, id));
    CHECK(verdict(activity(world, id)) != "taken");
}

TEST_CASE("a handle of the actor's own host is confirmed by one answer") {
    World world;
    answer(world, "pat", "peer.example", "pat@peer.example", kPat);
    CHECK(canonical(handle(world, "pat", "peer.example")) == "pat@peer.example");
    CHECK(world.fetches.size() == 2);
}

TEST_CASE("a handle domain apart from the actor's host counts when both agree") {
    World world;
    answer(world, "pat", "short.example", "pat@short.example", kPat);
    answer(world, "pat", "peer.example", "pat@short.example", kPat);
    CHECK(canonical(handle(world, "pat", "short.example")) == "pat@short.example");
    CHECK(canonical(handle(world, "pat", "peer.example")) == "pat@short.example");
    SUBCASE("not when the actor's host names another") {
        answer(world, "pat", "peer.example", "pat@peer.example", kPat);
        CHECK(canonical(handle(world, "pat", "short.example")) == "pat@peer.example");
    }
    SUBCASE("not when the handle's domain leads to somebody else") {
        answer(world, "pat", "short.example", "pat@short.example", kEve);
        CHECK(canonical(handle(world, "pat", "peer.example")) == "pat@peer.example");
    }
    SUBCASE("not when the handle's domain is ours") {
        answer(world, "pat", "peer.example", "ann@node.example", kPat);
        CHECK(canonical(handle(world, "pat", "peer.example")) == "pat@peer.example");
    }
    SUBCASE("nor when the actor's host leads to somebody else") {
        answer(world, "pat", "peer.example", "pat@short.example", kPam);
        CHECK(verdict(handle(world, "pat", "short.example")) != "taken");
    }
}

TEST_CASE("an imposter's answer gives the real actor its real name") {
    World world;
    answer(world, "pat", "evil.example", "pat@evil.example", kPat);
    answer(world, "pat", "peer.example", "pat@peer.example", kPat);
    CHECK(canonical(handle(world, "pat", "evil.example")) == "pat@peer.example");
    // And one that claims somebody else's domain for its own actor stays with its own.
    answer(world, "eve", "evil.example", "pat@peer.example", kEve);
    CHECK(canonical(handle(world, "eve", "evil.example")) == "eve@evil.example");
}

TEST_CASE("an actor's own word about its handle is checked like any other") {
    World world;
    auto pat = actor_document(kPat, peer_key());
    pat["webfinger"] = "acct:pat@short.example";
    world.serve(kPat, pat);
    answer(world, "pat", "peer.example", "pat@peer.example", kPat);
    CHECK(canonical(handle(world, "pat", "peer.example")) == "pat@peer.example");
    answer(world, "pat", "short.example", "pat@short.example", kPat);
    CHECK(canonical(handle(world, "pat", "peer.example")) == "pat@short.example");
}

TEST_CASE("host-meta is asked when WebFinger's usual place knows nothing") {
    World world;
    Fetched meta = answered("https://peer.example/.well-known/host-meta", 200);
    meta.body = "<XRD><Link rel='lrdd' template='https://peer.example/wf?q={uri}'/></XRD>";
    world.network.insert_or_assign("https://peer.example/.well-known/host-meta", meta);
    world.serve(
        "https://peer.example/wf?q=acct%3Apat%40peer.example",
        {{"subject", "acct:pat@peer.example"},
         {"links", {{{"rel", "self"}, {"type", "application/activity+json"}, {"href", kPat}}}}},
        "application/json"
    );
    CHECK(canonical(handle(world, "pat", "peer.example")) == "pat@peer.example");
    CHECK(code(handle(world, "nobody", "peer.example")) == Code::NotFound);
}

TEST_CASE("a handle that leads nowhere is not found, one whose host is down unavailable") {
    World world;
    CHECK(code(handle(world, "pat", "peer.example")) == Code::NotFound);
    world.network.insert_or_assign(
        finger("pat", "peer.example"), answered(finger("pat", "peer.example"), 503)
    );
    CHECK(code(handle(world, "pat", "peer.example")) == Code::Unavailable);
    world.serve(
        finger("pat", "peer.example"),
        {{"subject", "acct:pat@peer.example"}},
        "application/jrd+json"
    );
    CHECK(code(handle(world, "pat", "peer.example")) == Code::NotFound);
    world.network.insert_or_assign(
        finger("pat", "peer.example"),
        served("http://peer.example/wf", {{"subject", "x"}}, "application/json")
    );
    CHECK(code(handle(world, "pat", "peer.example")) == Code::Invalid);  // never over plain http
    CHECK(code(handle(world, "pat", "peer.example/x")) == Code::Invalid);
}

TEST_CASE("a collection is read inline, through embedded pages and through linked ones") {
    World world;
    const std::string base = kPeer + "/c";
    const auto page = [&](const json& items, const json& next) {
        json out{{"type", "OrderedCollectionPage"}, {"orderedItems", items}};
        if (!next.is_null()) out["next"] = next;
        return out;
    };
    const auto count = [&](CollectionBudget budget = {}) {
        auto step = collection(world, base, budget);
        REQUIRE(std::holds_alternative<std::vector<Iri>>(step));
        return std::get<std::vector<Iri>>(step).size();
    };
    SUBCASE("inline, one item without its list, embedded items by their id") {
        world.serve(base, {{"id", base}, {"type", "Collection"}, {"items", kPeer + "/1"}});
        CHECK(count() == 1);
        world.serve(
            base,
            {{"id", base},
             {"type", "OrderedCollection"},
             {"orderedItems", {{{"id", kPeer + "/1"}, {"type", "Note"}}, kEvil + "/2", 7}}}
        );
        CHECK(count() == 2);
    }
    SUBCASE("embedded first page, then a linked one") {
        world.serve(
            base,
            {{"id", base}, {"type", "Collection"}, {"first", page({kPeer + "/1"}, base + "?p=2")}}
        );
        world.serve(base + "?p=2", page({kPeer + "/2", kPeer + "/3"}, nullptr));
        CHECK(count() == 3);
    }
    SUBCASE("a loop ends it") {
        world.serve(base, {{"id", base}, {"type", "Collection"}, {"first", base + "?p=1"}});
        world.serve(base + "?p=1", page({kPeer + "/1"}, base + "?p=2"));
        world.serve(base + "?p=2", page({kPeer + "/2"}, base + "?p=1"));
        CHECK(count() == 2);
        CHECK(world.fetches.size() == 3);
    }
    SUBCASE("another host's page ends it") {
        world.serve(
            base,
            {{"id", base}, {"type", "Collection"}, {"first", page({kPeer + "/1"}, kEvil + "/p")}}
        );
        world.serve(kEvil + "/p", page({kPeer + "/2"}, nullptr));
        CHECK(count() == 1);
        CHECK(world.fetches.size() == 1);
    }
    SUBCASE("an endless one is read as far as the budget goes") {
        world.serve(base, {{"id", base}, {"type", "Collection"}, {"first", base + "?p=1"}});
        for (int i = 1; i < 100; ++i) {
            world.serve(
                base + "?p=" + std::to_string(i),
                page({kPeer + "/" + std::to_string(i)}, base + "?p=" + std::to_string(i + 1))
            );
        }
        CHECK(count() == 5);
        CHECK(world.fetches.size() == 6);
        CHECK(count({.pages = 50, .items = 3}) == 3);
    }
    SUBCASE("what is no collection, or another host's, is refused") {
        world.serve(base, note_of(kPat, base));
        CHECK(code(collection(world, base)) == Code::Invalid);
        world.network.insert_or_assign(
            base, served(kEvil + "/c", {{"id", base}, {"type", "Collection"}})
        );
        CHECK(code(collection(world, base)) == Code::Invalid);
    }
}

TEST_CASE("our collections are read back by the reader") {
    World world;
    const std::string base = kPeer + "/out";
    world.serve(base, write_collection(base, 3, base + "?page=1"));
    world.serve(
        base + "?page=1",
        write_page(
            base + "?page=1", base, {kPeer + "/1", kPeer + "/2"}, base + "?page=2", std::nullopt
        )
    );
    world.serve(
        base + "?page=2",
        write_page(base + "?page=2", base, {kPeer + "/3"}, std::nullopt, base + "?page=1")
    );
    auto step = collection(world, base);
    REQUIRE(std::holds_alternative<std::vector<Iri>>(step));
    CHECK(std::get<std::vector<Iri>>(step).size() == 3);
    world.serve(base, write_items(base, {kPeer + "/1"}));
    CHECK(std::get<std::vector<Iri>>(collection(world, base)).size() == 1);
    CHECK(write_items(base, {})["totalItems"] == 0);
}
